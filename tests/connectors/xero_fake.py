"""A small stateful Xero on loopback, as far as the connector needs one.

Its books are xero_books.py; here are its calls: paging, If-Modified-Since, idempotency keys, tokens
with rotation, and the limit of calls a minute. Requests and answers are checked against the
published description in test_xero_shapes.py.
"""

import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.connectors.served import Served
from tests.connectors.xero_books import Call, Organisation, Refused

TENANT = "11111111-2222-3333-4444-555555555555"


class XeroFake(Served):
    """The organisation on loopback."""

    def __init__(self) -> None:
        self.books = Organisation()
        super().__init__(_handler(self.books))

    @property
    def base(self) -> str:
        return f"{self.identity}/api.xro/2.0"

    @property
    def identity(self) -> str:
        return super().base


def _handler(books: Organisation) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            return

        def _any(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            if parts.path == "/connect/token":
                form = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
                self._say(*_token(books, form))
                return
            body = json.loads(raw) if raw else None
            path = parts.path.removeprefix("/api.xro/2.0")
            status, answer = _answer(books, self.command, path, query, headers, body)
            books.calls.append(Call(self.command, path, query, headers, body, status, answer))
            if books.loses_answer and self.command != "GET" and status == 200:
                books.loses_answer = False
                self.close_connection = True
                return
            if books.is_garbled:
                self._send(200, b"<html>down for maintenance</html>", "text/html")
                return
            self._say(status, answer)

        def _say(self, status: int, answer: Any) -> None:
            self._send(status, json.dumps(answer).encode(), "application/json")

        def _send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            if status == 429:
                self.send_header("retry-after", "37")
                self.send_header("x-rate-limit-problem", "minute")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _any

    return Handler


def _token(books: Organisation, form: dict[str, str]) -> tuple[int, Any]:
    used = books.refresh_tokens.get(form.get("refresh_token", ""))
    if used is None or form.get("client_secret") != "client-secret":
        return 400, {"error": "invalid_grant"}
    fresh = used + 1
    books.refresh_tokens = {f"refresh-{fresh}": fresh}  # no grace: the harder case
    books.access_tokens.add(f"access-{fresh}")
    return 200, {
        "access_token": f"access-{fresh}",
        "refresh_token": f"refresh-{fresh}",
        "expires_in": 1800,
        "token_type": "Bearer",
    }


def _answer(
    books: Organisation,
    method: str,
    path: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: Any,
) -> tuple[int, Any]:
    token = headers.get("authorization", "").removeprefix("Bearer ")
    if token not in books.access_tokens:
        return 401, {"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired"}
    if headers.get("xero-tenant-id") != TENANT:
        return 403, {"Title": "Forbidden", "Status": 403}
    books.minute_left -= 1
    if books.minute_left < 0:
        return 429, {"Title": "Too many requests"}
    once = headers.get("idempotency-key", "")
    if once in books.answered:
        return books.answered[once]
    try:
        status, answer = _routed(books, method, path, query, headers, body)
    except Refused as exc:
        said = [{"ValidationErrors": [{"Message": str(exc)}]}]
        message = "A validation exception occurred"
        status, answer = 400, {"ErrorNumber": 10, "Type": "ValidationException",
                               "Message": message, "Elements": said}  # fmt: skip
    if once:
        books.answered[once] = (status, answer)
    return status, answer


def _routed(
    books: Organisation,
    method: str,
    path: str,
    query: dict[str, str],
    headers: dict[str, str],
    body: Any,
) -> tuple[int, Any]:
    _, name, *rest = path.split("/")
    if name == "Organisation":
        company = {"Name": "Demo Company", "BaseCurrency": "EUR", "OrganisationID": TENANT}
        return 200, {"Organisations": [company]}
    if name == "Accounts":
        codes = ("090", "404", "405", "406", "407", "420")
        return 200, {"Accounts": [{"Code": c, "Name": c, "Type": "BANK"} for c in codes]}
    if name not in books.records:
        return 404, {}
    if method == "GET" and not rest:
        return 200, {name: books.listed(name, query, headers.get("if-modified-since", ""))}
    if rest and rest[0] not in books.records[name]:
        return 404, {"Title": "NotFound", "Status": 404, "Detail": "The resource is not there."}
    if rest[1:] == ["History"]:
        notes = books.history.setdefault(rest[0], [])
        if method == "PUT":
            notes += [record["Details"] for record in body["HistoryRecords"]]
        return 200, {"HistoryRecords": [{"Details": text} for text in notes]}
    if rest[1:2] == ["Allocations"] and method == "DELETE":
        return 200, books.delete_allocation(rest[0], rest[2])
    if name == "CreditNotes" and len(rest) == 1 and method == "POST":
        assert body["CreditNotes"][0]["Status"] == "VOIDED"
        return 200, {name: [books.shown(name, books.void_note(rest[0]))]}
    if rest[1:] == ["Allocations"]:
        return 200, books.allocate(rest[0], body)
    if method == "GET":
        return 200, {name: [books.shown(name, books.records[name][rest[0]])]}
    if name == "Payments" and rest:
        payment = books.records[name][rest[0]]
        payment["Status"] = "DELETED"
        books.put("Invoices", books.records["Invoices"][payment["Invoice"]["InvoiceID"]])
        return 200, {name: [books.put(name, payment)]}
    wanted: Sequence[dict[str, Any]] = body.get(name, [body])
    make: Callable[[dict[str, Any]], dict[str, Any]] = (
        books.pay if name == "Payments" else lambda one: books.document(name, one)
    )
    return 200, {name: [books.shown(name, make(one)) for one in wanted]}
