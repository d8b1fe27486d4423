"""What moves inside ministack, as one JSON answer."""

import json
import threading
import time

from ministack.core import concurrency, lambda_runtime
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import dynamodb, lambda_svc, sqs


def served_beside(served):
    """Return the server with one address more: `/_local/state`."""

    async def serve(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/_local/state":
            await served(scope, receive, send)
            return
        body = json.dumps(read()).encode()
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return serve


def read() -> dict:
    """Return queues, stream backlogs, what is running, and the worker processes by function."""
    running, running_by_function = lambda_svc.executions_in_flight()
    return {
        "queues": _queues(),
        "streams": _streams(),
        "batches_running": sum(lambda_svc._esm_inflight.values()),
        "calls_running": running,
        "calls_by_function": {key.rpartition(":")[2]: n for key, n in running_by_function.items()},
        "background": concurrency.active_counts()["background"] + _deliveries(),
        "workers": _workers(),
    }


def _deliveries() -> int:
    """Count bucket notifications and asynchronous calls: threads that run in a copied context."""
    return sum(thread.name.endswith("(run)") for thread in threading.enumerate())


def _queues() -> dict:
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
    found: dict = {}
    for key, workers in list(lambda_runtime._workers.items()):
        alive = [
            {"pid": worker._proc.pid, "busy": worker.in_use}
            for worker in list(workers)
            if worker._proc is not None and worker._proc.poll() is None
        ]
        found.setdefault(key.split(":")[2], []).extend(alive)
    return found
