"""A proxy that sees a function's calls to one AWS service, and can make one of them wait."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

from tests.support.stack import Hub

_NOT_PASSED_ON = ("connection", "transfer-encoding", "content-length", "date", "server")
_HELD_MAX_S = 60.0


@dataclass(frozen=True)
class Held:
    """One call that waits: what is done with it once it may go on."""

    when: str
    change: Callable[[bytes], bytes] | None
    go_on: threading.Event


@dataclass
class Proxy:
    """Passes calls on; the one that it is set for waits for `go_on`, and others pass meanwhile.

    stops_at is what a path begins with, or an operation of a JSON service (its X-Amz-Target). A
    call is held before it is passed on (and then never is, unless change is given: that makes the
    body that is passed on), or after it was answered.
    """

    url: str
    stops_at: str
    when: str = "before"
    change: Callable[[bytes], bytes] | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    _one: threading.Lock = field(default_factory=threading.Lock)
    _held_id: str = ""

    def stop(
        self, stops_at: str, when: str = "before", change: Callable[[bytes], bytes] | None = None
    ) -> None:
        """Let what is held go on, and hold the next call of stops_at."""
        with self._one:
            self.go_on.set()
            self.stops_at, self.when, self.change = stops_at, when, change
            self.stopped, self.go_on = threading.Event(), threading.Event()

    def hold(self, path: str, target: str, call_id: str) -> Held | None:
        """Return how this call is to be held, or None: one is, with all attempts at it."""
        with self._one:
            wanted = path.startswith(self.stops_at) or target == self.stops_at
            if not wanted or (self.stopped.is_set() and call_id != self._held_id):
                return None
            self._held_id = call_id
            self.stopped.set()
            return Held(self.when, self.change, self.go_on)


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
        disable_nagle_algorithm = True

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            target = self.headers.get("x-amz-target", "").rpartition(".")[2]
            held = proxy.hold(self.path, target, self.headers.get("amz-sdk-invocation-id", ""))
            if held and held.when == "before":
                held.go_on.wait(_HELD_MAX_S)
                if held.change is None:
                    self.close_connection = True
                    return
                body = held.change(body)
            headers = {n: v for n, v in self.headers.items() if n.lower() != "content-length"}
            answer = pool.request(self.command, upstream + self.path, body=body, headers=headers)
            if held and held.when == "after":
                held.go_on.wait(_HELD_MAX_S)
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

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            return None  # who was killed hears no answer

    server = Server(("127.0.0.1", 0), Handler)
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
