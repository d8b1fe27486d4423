"""Every line that a call logged is there when it has answered; a call without lines waits for none.

A worker writes its lines before its answer. So they lie in the pipe by then, and are taken from it
at once, however busy the machine is.
"""

import os
import select
import threading
from weakref import WeakKeyDictionary

from ministack.core import lambda_runtime

_CHUNK_BYTES = 65_536
_taking = threading.Lock()
_begun: WeakKeyDictionary = WeakKeyDictionary()
"""The line that each process has not ended yet."""


def install() -> None:
    """Let workers that speak over pipes read their lines so; others keep ministack's way."""
    others = lambda_runtime.Worker._drain_stderr_bounded
    queued = lambda_runtime.Worker._drain_stderr

    def drain(worker, *waits, **named) -> str:
        # a process whose call failed has been ended already: its reader takes the rest
        if isinstance(worker, lambda_runtime.ProvidedWorker) or worker._proc is None:
            return others(worker, *waits, **named)
        _take(worker._proc, worker._stderr_queue)
        return queued(worker)

    lambda_runtime.Worker._read_stderr = _read
    lambda_runtime.Worker._drain_stderr_bounded = drain


def _read(worker) -> None:
    """Take what a worker writes as long as it lives, so that its pipe never fills."""
    process, lines = worker._proc, worker._stderr_queue
    pipe = select.poll()
    pipe.register(process.stderr, select.POLLIN)
    while True:
        pipe.poll()
        if not _take(process, lines):
            return


def _take(process, lines) -> bool:
    """Queue the whole lines that lie in the pipe; return whether more may come."""
    with _taking:
        try:
            pipe = select.poll()
            pipe.register(process.stderr, select.POLLIN)
            while pipe.poll(0):
                chunk = os.read(process.stderr.fileno(), _CHUNK_BYTES)
                if not chunk:
                    return False
                *whole, _begun[process] = (_begun.get(process, b"") + chunk).split(b"\n")
                for line in whole:
                    lines.put(line.decode(errors="replace"))
        except (OSError, ValueError):  # the pipe was closed with its process
            return False
    return True
