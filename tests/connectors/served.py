"""A stand-in of a product on loopback, that can be taken off the network and put back."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Served:
    """One server of handler on a free port, the same one after it was down."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        handler.disable_nagle_algorithm = True  # else each answer's body waits 40 ms for an ACK
        self._handler = handler
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def down(self) -> Iterator[None]:
        self.stop()
        yield
        self.start()


class Trouble:
    """What may happen to a stand-in: a driver's world has late_s, is_garbled and loses_answer."""

    world: Any
    server: Served

    @contextmanager
    def late(self, seconds: int) -> Iterator[None]:
        self.world.late_s = seconds
        yield
        self.world.late_s = 0

    def down(self) -> AbstractContextManager[None]:
        return self.server.down()

    @contextmanager
    def garbled(self) -> Iterator[None]:
        self.world.is_garbled = True
        yield
        self.world.is_garbled = False

    @contextmanager
    def answer_lost(self) -> Iterator[None]:
        self.world.loses_answer = True
        yield
