"""Calls and answers against the description that Xero publishes, by a mock that checks both."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
MOCK = ROOT / ".venvs/erp-lint/node_modules/.bin/steady"
DESCRIPTION = ROOT.parent / "shared/specs/xero_accounting.yaml"
_TRIES = 600


@contextmanager
def mock() -> Iterator[str]:
    """Run the checking mock; give its base address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [MOCK, "--host", "127.0.0.1", "-p", str(port), "--no-color", DESCRIPTION]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            _wait_for(port, run)
            yield f"http://127.0.0.1:{port}"
        finally:
            run.terminate()


def _wait_for(port: int, run: "subprocess.Popen[bytes]") -> None:
    """Return when the mock takes calls: it says so somewhat before it does."""
    for _ in range(_TRIES):
        assert run.poll() is None, "the mock ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the mock did not start")


def complaints(
    base: str, method: str, path: str, query: Any, headers: Any, body: Any
) -> Sequence[str]:
    """Return what the mock finds wrong with a call; nothing where it is as described."""
    url = base + path + ("?" + urlencode(query) if query else "")
    sent = {name: value for name, value in headers.items() if name in _SENT}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = answer.headers
    except urllib.error.HTTPError as exc:
        told = exc.headers
    if told.get("x-steady-request-valid") == "true":
        return ()
    numbers = range(1, int(told.get("x-steady-error-count", "1")) + 1)
    names = ("path", "message")
    return [
        " ".join(str(told.get(f"x-steady-error-{n}-{name}")) for name in names) for n in numbers
    ] or ["not checked"]


_SENT = ("xero-tenant-id", "if-modified-since", "idempotency-key", "content-type", "accept")
