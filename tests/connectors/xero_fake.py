"""A small stateful Xero on loopback, as far as the connector needs one.

Contacts, invoices, credit notes with allocations, payments, history and the chart of accounts, in
Xero's JSON; paging, If-Modified-Since, idempotency keys, tokens with rotation, and the limit of
calls a minute. Its requests and answers are checked against the published description in
test_xero_shapes.py.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.connectors.served import Served

TENANT = "11111111-2222-3333-4444-555555555555"
_ID = {
    "Contacts": "ContactID",
    "Invoices": "InvoiceID",
    "CreditNotes": "CreditNoteID",
    "Payments": "PaymentID",
}


class Refused(Exception):
    """Xero's validation exception."""


@dataclass(slots=True)
class Call:
    """One call as it arrived, with its answer."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any


@dataclass(slots=True)
class Organisation:
    """The books, and what happens to calls."""

    records: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in _ID}
    )
    history: dict[str, list[str]] = field(default_factory=dict)
    answered: dict[str, tuple[int, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    refresh_tokens: dict[str, int] = field(default_factory=lambda: {"refresh-0": 0})
    access_tokens: set[str] = field(default_factory=set)
    now: datetime = datetime(2026, 9, 1, 8, tzinfo=UTC)
    late_s: int = 0
    minute_left: int = 10_000
    loses_answer: bool = False
    is_garbled: bool = False

    def stamp(self) -> str:
        self.now += timedelta(seconds=1)
        at = self.now - timedelta(seconds=self.late_s)
        return f"/Date({int(at.timestamp() * 1000)}+0000)/"

    def put(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        external_id = record.setdefault(_ID[name], str(uuid.uuid4()))
        known = self.records[name].setdefault(external_id, {})
        known.update(record)
        known["UpdatedDateUTC"] = self.stamp()
        return known

    # amounts by the books

    def payments_of(self, invoice_id: str) -> list[dict[str, Any]]:
        return [
            p
            for p in self.records["Payments"].values()
            if p["Invoice"]["InvoiceID"] == invoice_id and p["Status"] == "AUTHORISED"
        ]

    def credited(self, invoice_id: str) -> Decimal:
        notes = self.records["CreditNotes"].values()
        return sum(
            (
                Decimal(a["Amount"])
                for note in notes
                for a in note["Allocations"]
                if a["Invoice"]["InvoiceID"] == invoice_id
            ),
            Decimal(0),
        )

    def due(self, invoice_id: str) -> Decimal:
        invoice = self.records["Invoices"][invoice_id]
        paid = sum((Decimal(p["Amount"]) for p in self.payments_of(invoice_id)), Decimal(0))
        return Decimal(invoice["Total"]) - paid - self.credited(invoice_id)

    def remaining(self, note: dict[str, Any]) -> Decimal:
        used = sum((Decimal(a["Amount"]) for a in note["Allocations"]), Decimal(0))
        return Decimal(note["Total"]) - used

    # what its API does

    def listed(self, name: str, query: dict[str, str], since: str) -> list[dict[str, Any]]:
        found = list(self.records[name].values())
        if since:
            at = datetime.fromisoformat(since)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            found = [r for r in found if moment(r["UpdatedDateUTC"]) >= at]
        where = query.get("where", "")
        found = [r for r in found if meets(where, r)]
        order = query.get("order", "").removesuffix(" ASC")
        found.sort(
            key=lambda r: moment(r[order]) if order == "UpdatedDateUTC" else str(r.get(order))
        )
        if "page" in query:
            size = int(query.get("pageSize", "100"))
            start = (int(query["page"]) - 1) * size
            found = found[start : start + size]
        return [self.shown(name, record) for record in found]

    def shown(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        if name == "Invoices":
            left = self.due(record["InvoiceID"])
            status = "PAID" if record["Status"] == "AUTHORISED" and left == 0 else record["Status"]
            return record | {"AmountDue": exact(left), "Status": status}
        if name == "CreditNotes":
            return record | {"RemainingCredit": exact(self.remaining(record))}
        if name == "Payments":
            invoice = self.records["Invoices"][record["Invoice"]["InvoiceID"]]
            names = ("InvoiceID", "InvoiceNumber", "CurrencyCode", "Reference", "Type")
            return record | {"Invoice": {n: invoice[n] for n in names if n in invoice}}
        return record

    def invoice_named(self, invoice_id: str) -> dict[str, Any]:
        found = self.records["Invoices"].get(invoice_id)
        if found is None or found["Status"] != "AUTHORISED":
            raise Refused("Invoice could not be found")
        return found

    def pay(self, body: dict[str, Any]) -> dict[str, Any]:
        invoice = self.invoice_named(body["Invoice"]["InvoiceID"])
        amount = Decimal(str(body["Amount"]))
        if amount > self.due(invoice["InvoiceID"]):
            raise Refused("Payment amount exceeds the amount outstanding on this document")
        made = body | {
            "Status": "AUTHORISED",
            "PaymentType": "ACCRECPAYMENT",
            "Amount": exact(amount),
            "Date": xero_day(body["Date"]),
        }
        self.put("Invoices", invoice)
        return self.put("Payments", made)

    def allocate(self, note_id: str, body: dict[str, Any]) -> dict[str, Any]:
        note = self.records["CreditNotes"][note_id]
        for wanted in body["Allocations"]:
            invoice = self.invoice_named(wanted["Invoice"]["InvoiceID"])
            amount = Decimal(str(wanted["Amount"]))
            if amount > self.due(invoice["InvoiceID"]) or amount > self.remaining(note):
                raise Refused("The allocation is more than what is outstanding")
            made = {
                "Amount": exact(amount),
                "Date": xero_day(wanted["Date"]),
                "Invoice": {"InvoiceID": invoice["InvoiceID"]},
            }
            note["Allocations"].append(made)
            self.put("Invoices", invoice)
        self.put("CreditNotes", note)
        return {"Allocations": note["Allocations"]}

    def document(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        contact = self.records["Contacts"].get(body["Contact"]["ContactID"])
        if contact is None:
            raise Refused("The Contact does not exist")
        total = sum(
            Decimal(str(i["Quantity"])) * Decimal(str(i["UnitAmount"])) for i in body["LineItems"]
        )
        lines = [
            i | {"LineAmount": exact(Decimal(str(i["UnitAmount"]))), "TaxAmount": 0}
            for i in body["LineItems"]
        ]
        number = f"{'INV' if name == 'Invoices' else 'CN'}-{len(self.records[name]) + 1:04d}"
        named = "InvoiceNumber" if name == "Invoices" else "CreditNoteNumber"
        made = {
            named: number,
            "CurrencyCode": "EUR",
            **body,
            "Date": xero_day(body["Date"]),
            "LineItems": lines,
            "Total": exact(total),
            "Contact": {"ContactID": contact["ContactID"], "Name": contact["Name"]},
        }
        if "DueDate" in body:
            made["DueDate"] = xero_day(body["DueDate"])
        if name == "CreditNotes":
            made["Allocations"] = []
        return self.put(name, made)


def moment(msdate: str) -> datetime:
    ms = int(msdate.removeprefix("/Date(").split("+")[0])
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def xero_day(text: str) -> str:
    if text.startswith("/Date("):
        return text
    at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return f"/Date({int(at.timestamp() * 1000)}+0000)/"


def exact(amount: Decimal) -> float | int:
    return int(amount) if amount == int(amount) else float(amount)


def meets(where: str, record: dict[str, Any]) -> bool:
    """Return whether record meets a filter of the few forms that the connector writes."""
    for clause in filter(None, where.split(" AND ")):
        if match := re.fullmatch(r'(\w+)(==|!=)"([^"]*)"', clause):
            name, sign, value = match.groups()
            if (record.get(name) == value) != (sign == "=="):
                return False
        elif match := re.fullmatch(r'(\w+)\.StartsWith\("([^"]*)"\)', clause):
            if record.get(match[1]) is None:
                raise Refused("Object reference not set to an instance of an object.")
            if not str(record[match[1]]).startswith(match[2]):
                return False
        elif match := re.fullmatch(r"(\w+)!=null", clause):
            if record.get(match[1]) is None:
                return False
        elif match := re.fullmatch(r'Invoice\.InvoiceID==guid\("([^"]*)"\)', clause):
            if record["Invoice"]["InvoiceID"] != match[1]:
                return False
        else:
            raise Refused(f"no such filter: {clause}")
    return True


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

        do_GET = do_PUT = do_POST = _any

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


@dataclass(slots=True)
class Driver:
    """Acts in the fake as Xero's users do."""

    fake: XeroFake
    connector: Any
    strange: Any
    currency: str = "EUR"

    @property
    def _books(self) -> Organisation:
        return self.fake.books

    def stranger(self) -> Any:
        return self.strange

    def customer(self, name: str, email: str) -> str:
        made = {"Name": name, "EmailAddress": email, "ContactStatus": "ACTIVE", "IsCustomer": True}
        return str(self._books.put("Contacts", made)["ContactID"])

    def rename(self, customer: str, name: str) -> None:
        self._books.put("Contacts", {"ContactID": customer, "Name": name})

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        return self._document("Invoices", "ACCREC", customer, minor, issued_on, due_on)

    def touch(self, invoice: str) -> None:
        self._books.put("Invoices", {"InvoiceID": invoice})

    def void(self, invoice: str) -> None:
        self._books.put("Invoices", {"InvoiceID": invoice, "Status": "VOIDED"})

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        note = self._document("CreditNotes", "ACCRECCREDIT", customer, minor, on, on)
        for invoice in use_on:
            self.use_note(note, invoice)
        return note

    def use_note(self, note: str, invoice: str) -> None:
        left = self._books.remaining(self._books.records["CreditNotes"][note])
        part = min(left, self._books.due(invoice))
        wanted = {"Invoice": {"InvoiceID": invoice}, "Amount": part, "Date": "2026-09-20"}
        self._books.allocate(note, {"Allocations": [wanted]})

    def pay(self, invoice: str, minor: int, on: date) -> str:
        body = {"Invoice": {"InvoiceID": invoice}, "Amount": minor / 100, "Date": on.isoformat()}
        return str(self._books.pay(body)["PaymentID"])

    def unpay(self, payment: str) -> None:
        self._books.put("Payments", {"PaymentID": payment, "Status": "DELETED"})

    def open_minor(self, invoice: str) -> int:
        return int(self._books.due(invoice) * 100)

    def bookings(self, key: str) -> int:
        records = [r for name in ("Invoices", "CreditNotes", "Payments") for r in self._of(name)]
        return sum(str(r.get("Reference", "")).split(" ")[0] == f"duecourse:{key}" for r in records)

    @contextmanager
    def late(self, seconds: int) -> Iterator[None]:
        self._books.late_s = seconds
        yield
        self._books.late_s = 0

    def down(self) -> Any:
        return self.fake.down()

    @contextmanager
    def garbled(self) -> Iterator[None]:
        self._books.is_garbled = True
        yield
        self._books.is_garbled = False

    @contextmanager
    def answer_lost(self) -> Iterator[None]:
        self._books.loses_answer = True
        yield

    def _of(self, name: str) -> list[dict[str, Any]]:
        live = ("AUTHORISED", "PAID")
        return [r for r in self._books.records[name].values() if r["Status"] in live]

    def _document(
        self, name: str, kind: str, customer: str, minor: int, issued_on: date, due_on: date
    ) -> str:
        item = {"Description": "Maintenance", "Quantity": 1, "UnitAmount": minor / 100}
        body = {
            "Type": kind,
            "Status": "AUTHORISED",
            "Contact": {"ContactID": customer},
            "Date": issued_on.isoformat(),
            "DueDate": due_on.isoformat(),
            "LineAmountTypes": "NoTax",
            "LineItems": [item],
        }
        return str(self._books.document(name, body)[_ID[name]])
