"""A proxy that sees a function's calls to one AWS service, and can make one of them wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

from tests.support.stack import Hub

_NOT_PASSED_ON = ("connection", "transfer-encoding", "content-length", "date", "server")
_HELD_MAX_S = 60.0


@dataclass
class Proxy:
    """Passes calls on; the first one whose path begins with `stops_at` waits for `go_on`."""

    url: str
    stops_at: str
    stopped: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def proxied(hub: Hub, function: str, service: str, stops_at: str) -> Iterator[Proxy]:
    """Yield a proxy between one function (logical id) and a service, such as s3.

    The function is told by its configuration, from outside, and gets its own back at the end.
    """
    upstream = str(hub.stack.state["aws_endpoint"])
    pool = urllib3.PoolManager(maxsize=10, retries=False)
    proxy = Proxy("", stops_at)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path.startswith(proxy.stops_at) and not proxy.stopped.is_set():
                proxy.stopped.set()
                proxy.go_on.wait(_HELD_MAX_S)
                self.close_connection = True
                return
            answer = pool.request(
                self.command, upstream + self.path, body=body, headers=dict(self.headers)
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in _NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(answer.data)))
            self.end_headers()
            self.wfile.write(answer.data)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    name = hub.stack.state["physical_ids"][function]
    functions = hub.client("lambda")
    own = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    variable = f"AWS_ENDPOINT_URL_{service.upper()}"
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": own | {variable: proxy.url}}
    )
    try:
        yield proxy
    finally:
        proxy.go_on.set()
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": own})
        server.shutdown()
        server.server_close()
        thread.join(5)
