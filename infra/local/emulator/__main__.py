"""Start ministack, in its own environment, with what the local cloud needs of it.

1. Handlers run on the base interpreter without site-packages: what they import is in their layers
   or their artefact, never what ministack itself happens to have installed.
2. A call has all its log lines when it answers, and waits for none that were not written.
3. At most `LOCAL_WORKERS_PER_QUEUE` batches of a queue run at once, unless its mapping says
   otherwise: each parallel batch is a process of its own with its own cold start.
4. Loopback counts as TLS: policies that deny `aws:SecureTransport` false would deny everything.
5. Policies may name `dynamodb:LeadingKeys`.
6. A batch call of SQS needs the right to the single call, as on AWS.
7. PartiQL inserts need the right to insert, and reach the stream, as on AWS.
8. `GET /_local/state` tells in one look what is queued, unread on a stream, and running.

It reads ministack's internals, so the version is pinned and a test covers each item.
Run as a folder (`python infra/local/emulator`), so that nothing else of the project is importable.
"""

import os
import stat
import sys
import tempfile
from pathlib import Path

import batch_actions
import inserts
import leading_keys
import log_lines
import state
from ministack import app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_WITHOUT_SITE_PACKAGES = '#!/bin/sh\nexec "{interpreter}" -S -s -B "$@"\n'
_IDLE_GAP_S = 0.005


def main() -> None:
    """Run ministack until it is told to stop."""
    interpreter = _bare_interpreter()
    python_script = lambda_runtime._PYTHON_WORKER_SCRIPT
    detect = lambda_runtime._detect_runtime_binary
    lambda_runtime._detect_runtime_binary = lambda runtime: (
        (interpreter, python_script) if runtime.startswith("python") else detect(runtime)
    )
    lambda_svc._ESM_SQS_DEFAULT_CONCURRENCY = int(os.environ.get("LOCAL_WORKERS_PER_QUEUE", "2"))
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = _IDLE_GAP_S
    pin_origin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _: pin_origin(source_ip, True)
    batch_actions.install()
    inserts.install()
    leading_keys.install()
    log_lines.install()
    app.app = state.served_beside(app.app)
    app.main()


def _bare_interpreter() -> str:
    """Return an executable that starts Python with the standard library only."""
    wrapper = Path(tempfile.gettempdir()) / "python-without-site-packages"
    wrapper.write_text(_WITHOUT_SITE_PACKAGES.format(interpreter=sys._base_executable))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return str(wrapper)


if __name__ == "__main__":
    main()
