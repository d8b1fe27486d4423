"""A front on loopback before an ERP that loses answers, garbles them, or is not there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_TIMEOUT_S = 60


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


class Front:
    """Passes requests on to a port of loopback. The next answer that lose names is not given."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self._server: _Server | None = None
        self._lose: Callable[[str, str], bool] | None = None
        self._garbled = False
        self._seen: Callable[[str, str], None] | None = None
        self.port = 0
        self.lost = 0
        self.requests = 0
        self.start()

    def start(self) -> None:
        """Listen, on the same port as before."""
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                front.pass_on(self)

            do_GET = do_POST = do_PUT = do_DELETE = do

            def log_message(self, *_: Any) -> None:
                return

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more: connections are refused."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def down(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def garbled(self) -> Iterator[None]:
        self._garbled = True
        try:
            yield
        finally:
            self._garbled = False

    def lose_next(self, which: Callable[[str, str], bool]) -> None:
        """Let the next request that which names (by method and path) be done without an answer."""
        self._lose = which

    @contextmanager
    def losing(self, which: Callable[[str, str], bool]) -> Iterator[None]:
        """Lose the next answer that which names; it must have come by the end of the block."""
        before = self.lost
        self.lose_next(which)
        try:
            yield
        finally:
            self._lose = None
        assert self.lost == before + 1, "no answer was lost"

    def watch(self, seen: Callable[[str, str], None] | None) -> None:
        """Call seen with method and path once a request was done, before its answer goes back."""
        self._seen = seen

    def ask(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[HTTPResponse, bytes]:
        """Return the ERP's answer to a request, and its content."""
        upstream = HTTPConnection("127.0.0.1", self._upstream_port, timeout=_TIMEOUT_S)
        kept = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "connection")}
        try:
            upstream.request(handler.command, handler.path, body or None, kept)
            answer = upstream.getresponse()
            return answer, answer.read()
        finally:
            upstream.close()

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        """Do one request."""
        self.requests += 1
        length = int(handler.headers.get("content-length") or 0)
        body = handler.rfile.read(length)
        answer, content = self.ask(handler, body)
        if self._seen is not None:
            self._seen(handler.command, handler.path)
        lose = self._lose
        if lose is not None and lose(handler.command, handler.path):
            self._lose = None
            self.lost += 1
            handler.close_connection = True
            handler.connection.close()
            return
        if self._garbled:
            answer_status, kind, content = 200, "text/html", b"<html>Welcome</html>"
        else:
            answer_status, kind = answer.status, answer.headers.get("content-type", "")
        handler.send_response(answer_status)
        handler.send_header("content-type", kind)
        handler.send_header("content-length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
