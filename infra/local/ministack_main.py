"""Start ministack, in its own environment, with what the local cloud needs of it.

1. Handlers run on the base interpreter without site-packages: what they import is in their layers
   or their artefact, never what ministack itself happens to have installed.
2. A warm call does not wait 50 ms for log lines of a function that wrote none.
3. At most `LOCAL_WORKERS_PER_QUEUE` batches of a queue run at once, unless its mapping says
   otherwise: each parallel batch is a process of its own with its own cold start.
4. Loopback counts as TLS: policies that deny `aws:SecureTransport` false would deny everything.
5. `GET /_local/state` tells in one look what is queued, unread on a stream, and running.

It reads ministack's internals, so the version is pinned and a test covers each item.
"""

import json
import os
import stat
import sys
import tempfile
import time
from pathlib import Path

_NO_SITE_PACKAGES = '#!/bin/sh\nexec "{interpreter}" -S -s -B "$@"\n'


def main() -> None:
    """Run ministack until it is told to stop."""
    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    interpreter = _bare_interpreter()
    python_script = lambda_runtime._PYTHON_WORKER_SCRIPT
    detect = lambda_runtime._detect_runtime_binary
    lambda_runtime._detect_runtime_binary = lambda runtime: (
        (interpreter, python_script) if runtime.startswith("python") else detect(runtime)
    )
    # first_line_wait, idle_confirm and hard_cap, in seconds
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (0.002, 0.001, 0.1)
    lambda_svc._ESM_SQS_DEFAULT_CONCURRENCY = int(os.environ.get("LOCAL_WORKERS_PER_QUEUE", "2"))
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0.005
    pin_origin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _: pin_origin(source_ip, True)
    app.app = _with_state(app.app)
    app.main()


def _bare_interpreter() -> str:
    """Return an executable that starts Python with the standard library only."""
    wrapper = Path(tempfile.gettempdir()) / "python-without-site-packages"
    wrapper.write_text(_NO_SITE_PACKAGES.format(interpreter=sys._base_executable))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return str(wrapper)


def _with_state(served):
    """Return the server with one address more: the state of everything that may still be moving."""

    async def serve(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/_local/state":
            await served(scope, receive, send)
            return
        body = json.dumps(state()).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


def state() -> dict:
    """Return queues, stream backlogs, what is running, and the worker processes by function."""
    from ministack.core import concurrency
    from ministack.services import lambda_svc

    running, running_by_function = lambda_svc.executions_in_flight()
    return {
        "queues": _queues(),
        "streams": _streams(),
        "batches_running": sum(lambda_svc._esm_inflight.values()),
        "calls_running": running,
        "calls_by_function": {key.rsplit(":", 1)[-1]: n for key, n in running_by_function.items()},
        "background": concurrency.active_counts()["background"],
        "workers": _workers(),
    }


def _queues() -> dict:
    from ministack.services import lambda_svc, sqs

    consumed = {esm.get("EventSourceArn") for _, _, esm in lambda_svc._iter_all_esms()}
    now = time.time()
    found = {}
    for queue in list(sqs._queues._data.values()):
        messages = list(queue["messages"])
        hidden = [message for message in messages if message["visible_at"] > now]
        in_flight = sum(1 for message in hidden if message["receive_count"])
        found[queue["name"]] = {
            "visible": len(messages) - len(hidden),
            "in_flight": in_flight,
            "delayed": len(hidden) - in_flight,
            "consumed": queue["attributes"].get("QueueArn") in consumed,
        }
    return found


def _streams() -> dict:
    from ministack.core.responses import _request_account_id, _request_region
    from ministack.services import dynamodb, lambda_svc

    found = {}
    for account, region, esm in lambda_svc._iter_all_esms():
        source = esm.get("EventSourceArn", "")
        if "/stream/" not in source or not esm.get("Enabled", True):
            continue
        tokens = _request_account_id.set(account), _request_region.set(region)
        try:
            table = source.split("/stream/")[0].split("/")[-1]
            position = lambda_svc._dynamodb_stream_positions.get(esm["UUID"])
            start = dynamodb.stream_start_position(table) if position is None else position
            found[esm["FunctionName"]] = dynamodb.stream_end_position(table) - start
        finally:
            _request_account_id.reset(tokens[0])
            _request_region.reset(tokens[1])
    return found


def _workers() -> dict:
    from ministack.core import lambda_runtime

    found: dict = {}
    for key, workers in list(lambda_runtime._workers.items()):
        pids = [
            {"pid": worker._proc.pid, "busy": worker.in_use}
            for worker in workers
            if worker._proc is not None and worker._proc.poll() is None
        ]
        found.setdefault(key.split(":")[2], []).extend(pids)
    return found


if __name__ == "__main__":
    main()
