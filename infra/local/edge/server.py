"""The sockets of the edge: a threaded HTTP/1.1 server around a gateway."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from infra.local.edge import payload
from infra.local.edge.gateway import Gateway

_BODY_BYTES_MAX = 10 * 1024 * 1024
_IDLE_TIMEOUT_S = 75


class EdgeServer(ThreadingHTTPServer):
    """Serves a gateway on a socket that is already bound to loopback."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, listening: socket.socket, gateway: Gateway) -> None:
        super().__init__(listening.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_name, self.server_port = listening.getsockname()[:2]
        self.server_activate()
        self.gateway = gateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about a client that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_TIMEOUT_S
    disable_nagle_algorithm = True
    wbufsize = -1
    server: EdgeServer

    def _serve(self) -> None:
        made = self._read_and_answer()
        if made is None:
            return
        self.send_response_only(made.status)
        for name, value in made.headers:
            self.send_header(name, value)
        if made.status >= 200 and made.status not in (204, 304):
            self.send_header("content-length", str(len(made.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD" and made.status not in (204, 304):
            self.wfile.write(made.body)
        self.wfile.flush()

    def _read_and_answer(self) -> payload.Response | None:
        body = b""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            self.close_connection = True
            return payload.message(411, "Length Required")
        length = self.headers.get("content-length", "0")
        if not length.isdigit():
            self.close_connection = True
            return payload.message(400, "Bad Request")
        if int(length) > _BODY_BYTES_MAX:
            self.close_connection = True
            return payload.message(413, "Request Entity Too Large")
        if int(length):
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self.close_connection = True
                return None
        target = urlsplit(self.path)
        source_ip = self.client_address[0]
        added = [
            ("x-forwarded-for", source_ip),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-port", str(self.server.server_port)),
        ]
        dropped = {name for name, _ in added} | {"connection"}
        sent = [
            (name, value) for name, value in self.headers.items() if name.lower() not in dropped
        ]
        return self.server.gateway.answer(
            payload.Request(
                method=self.command,
                path=target.path or "/",
                query=target.query,
                headers=[*sent, *added],
                body=body,
                source_ip=source_ip,
                protocol=self.request_version,
            )
        )

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """The gateway keeps the log; the server's own would write paths with tokens."""
