"""How connectors speak HTTP, against a server on loopback that answers as it is told."""

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import urllib3

from shared.adapters.erp_http import BYTES_MAX, ErpHttp
from shared.errors import (
    ErpAccess,
    ErpOutcomeUnknown,
    ErpRefused,
    ErpUnavailable,
    ErpUnreadable,
    HubError,
    InvalidInput,
)

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n"


@dataclass
class Server:
    """Gives each request the next of the raw answers; b"" hangs up, None is silent."""

    answers: list[bytes | None]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def run(self, listener: socket.socket, stop: threading.Event) -> None:
        while self.answers and not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._serve(connection, stop)

    def _serve(self, connection: socket.socket, stop: threading.Event) -> None:
        while self.answers:
            request = b""
            while b"\r\n\r\n" not in request:
                read = connection.recv(65536)
                if not read:
                    return
                request += read
            self.requests.append(request)
            answer = self.answers.pop(0)
            if answer is None:
                stop.wait(5)
                return
            if not answer:
                return
            connection.sendall(answer)


@pytest.fixture
def serve() -> Iterator[object]:
    stop = threading.Event()
    listeners: list[tuple[socket.socket, threading.Thread]] = []

    def start(*answers: bytes | None, **options: float | int) -> tuple[Server, ErpHttp]:
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(list(answers), port=listener.getsockname()[1])
        thread = threading.Thread(target=server.run, args=(listener, stop))
        thread.start()
        listeners.append((listener, thread))
        base = f"http://127.0.0.1:{server.port}/db"
        return server, ErpHttp(base, **{"read_timeout_s": 5, **options})

    yield start
    stop.set()
    for listener, thread in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def _answer(status: int, body: bytes = b"", *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 %d X" % status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def test_an_answer_is_read_with_exact_numbers_and_the_connection_is_kept(serve) -> None:
    server, http = serve(_answer(200, b'{"a": 1.10}'), _answer(200, b"[]"))
    told = http.call("GET", "/x", writes=False, query=[("d", "a b")]).json()
    assert told == {"a": Decimal("1.10")}
    assert http.call("POST", "/x", writes=True, body={"k": 1}).json() == []
    assert server.connections == 1
    assert server.requests[0].startswith(b"GET /db/x?d=a+b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("status", "writes", "error"),
    [
        (429, True, ErpUnavailable),
        (503, True, ErpUnavailable),
        (401, False, ErpAccess),
        (403, True, ErpAccess),
        (422, True, ErpRefused),
        (404, False, ErpRefused),
        (302, False, ErpUnreadable),
        (500, True, ErpOutcomeUnknown),
        (502, True, ErpOutcomeUnknown),
        (500, False, ErpUnavailable),
    ],
)
def test_a_status_says_which_error_it_is(
    serve, status: int, writes: bool, error: type[HubError]
) -> None:
    _, http = serve(_answer(status, b"no", b"Location: http://elsewhere.example/"))
    with pytest.raises(error):
        http.call("POST", "/x", writes=writes)


def test_what_the_erp_says_is_one_line_of_500_characters(serve) -> None:
    _, http = serve(_answer(400, b"Period\r\n\tis closed\x1b[0m " + b"x" * 600))
    with pytest.raises(ErpRefused) as raised:
        http.call("POST", "/x", writes=True)
    said = str(raised.value.facts["said"])
    assert said.startswith("Period is closed [0m xxx") and len(said) == 500


_PAGE = (
    b"<!doctype html><title>404 Not Found</title><h1>Not Found</h1><p>No such &lt;place&gt;.</p>"
)


@pytest.mark.parametrize(
    ("status", "writes", "error"),
    [(404, False, ErpUnreadable), (404, True, ErpRefused), (200, False, ErpUnreadable)],
)
def test_a_web_page_is_told_in_words_with_what_was_asked(
    serve, status: int, writes: bool, error: type[HubError]
) -> None:
    server, http = serve(_answer(status, _PAGE, b"Content-Type: text/html"))
    with pytest.raises(error) as raised:
        http.call("POST", "/x", writes=writes, query=[("key", "hidden")]).json()
    assert raised.value.facts["said"] == (
        f"http://127.0.0.1:{server.port}/db/x was answered by a web page ({status}): "
        "404 Not Found. Not Found. No such <place>"
    )


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ((b"Retry-After: 17",), 17),
        ((b"Retry-After: 99999999999999",), 86400),
        ((b"Retry-After: soon",), 0),
        (
            (
                b"Retry-After: Sun, 22 Nov 2026 12:01:00 GMT",
                b"Date: Sun, 22 Nov 2026 12:00:00 GMT",
            ),
            60,
        ),
        ((), 0),
    ],
)
def test_when_to_come_back_is_the_erps_word(serve, headers: tuple[bytes, ...], wanted: int) -> None:
    _, http = serve(_answer(429, b"", *headers))
    with pytest.raises(ErpUnavailable) as raised:
        http.call("GET", "/x", writes=False)
    assert raised.value.facts["retry_after_s"] == wanted


@pytest.mark.parametrize("lost", [b"", None, _OK + b"half", b"garbage\r\n\r\n"])
@pytest.mark.parametrize(("writes", "error"), [(True, ErpOutcomeUnknown), (False, ErpUnavailable)])
def test_a_lost_answer_of_a_write_is_an_unknown_outcome(
    serve, lost: bytes | None, writes: bool, error: type[HubError]
) -> None:
    server, http = serve(lost, read_timeout_s=0.3)
    with pytest.raises(error):
        http.call("POST", "/x", writes=writes)
    assert len(server.requests) == 1  # nobody tried again


def test_no_connection_means_that_nothing_was_booked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ErpUnavailable):
        ErpHttp(f"http://127.0.0.1:{port}").call("POST", "/x", writes=True)


@pytest.mark.parametrize(
    ("why", "error"),
    [
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), ErpOutcomeUnknown),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), ErpUnavailable),
    ],
)
def test_tls_that_ends_after_the_call_was_sent_is_an_unknown_outcome(
    monkeypatch: pytest.MonkeyPatch, why: ssl.SSLError, error: type[HubError]
) -> None:
    """A server that dies behind TLS says no goodbye, whatever it booked; a bad certificate does."""

    def ends(*_: object, **__: object) -> None:
        raise urllib3.exceptions.SSLError(why)

    monkeypatch.setattr(urllib3.PoolManager, "request", ends)
    with pytest.raises(error):
        ErpHttp("https://erp.example").call("POST", "/x", writes=True)


def test_an_answer_too_large_is_not_read_whole(serve) -> None:
    assert BYTES_MAX == 20_000_000
    for writes, error in ((True, ErpOutcomeUnknown), (False, ErpUnreadable)):
        _, http = serve(_answer(200, b"x" * 5000), bytes_max=1000)
        with pytest.raises(error):
            http.call("GET", "/x", writes=writes)


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("http://erp.example", "over http:// the key could be read on its way: write the ERP's "),
        ("ftp://erp.example", "write the whole address, such as https://"),
        ("https://user:secret@erp.example", "write the address alone, with no user"),
        ("https://erp.example/?a=1", "write the address alone"),
        ("https://", "write the whole address"),
        ("http://", "write the whole address"),
        ("https://erp.example:99999", "write the whole address"),
        ("erp.example", "write the whole address"),
    ],
)
def test_only_tls_addresses_without_credentials_are_called(base: str, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ErpHttp(base)
    assert refused.value.facts["field"] == "url"
    assert str(refused.value.facts["reason"]).startswith(why)
    assert ErpHttp("https://erp.example/db/")
