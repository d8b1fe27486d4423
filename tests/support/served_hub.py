"""Portal and console behind a loopback HTTP server, so that a browser can look at them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from functions.operator_api.handler import handler as operators
from functions.portal.handler import handler as customers
from tests.support.browser import CONTEXT, route_of

_one_at_a_time = threading.Lock()


@contextmanager
def served() -> Iterator[str]:
    """Serve both and yield its origin, such as http://127.0.0.1:40001."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Front)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Front(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer("GET", None)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self._answer("POST", self.rfile.read(length).decode())

    def _answer(self, method: str, body: str | None) -> None:
        parts = urlsplit(self.path)
        of_console = parts.path.partition("/console")[0] == ""
        route, parameters = ("", {}) if of_console else route_of(method, parts.path)
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": route,
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "cookies": [c.strip() for c in self.headers.get("cookie", "").split(";") if c],
            "pathParameters": parameters,
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "requestContext": {
                "http": {"method": method, "path": parts.path, "sourceIp": "127.0.0.1"},
                "stage": "$default",
                "requestId": "r",
            },
            "isBase64Encoded": False,
        }
        if body is not None:
            event["body"] = body
        with _one_at_a_time:
            answer = (operators if of_console else customers)(event, CONTEXT)
        sent = answer["body"].encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        for cookie in answer.get("cookies", []):
            self.send_header("set-cookie", cookie)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    log_message: Callable[..., None] = lambda *_: None
