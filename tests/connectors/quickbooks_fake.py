"""A small stateful QuickBooks Online on loopback: queries, change data capture, writes, deletes."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.connectors.served import Served, Trouble

REALM = "9130350000000001"
_NAMES = {n.lower(): n for n in ("Customer", "Invoice", "CreditMemo", "Payment")}
_QUERY = re.compile(
    r"select \* from (\w+)"
    r"(?: where (?P<where>.*?))?"
    r"(?: orderby (?P<order>[\w.]+))?"
    r"(?: startposition (?P<start>\d+))?(?: maxresults (?P<size>\d+))?\s*"
)


class Refused(Exception):
    """A validation fault."""


@dataclass(slots=True)
class Company:
    """The books, and what happens to calls."""

    records: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in _NAMES.values()}
    )
    deleted: list[tuple[str, str, datetime]] = field(default_factory=list)
    answered: dict[str, dict[str, Any] | Refused] = field(default_factory=dict)
    access_tokens: set[str] = field(default_factory=set)
    refresh_tokens: dict[str, int] = field(default_factory=lambda: {"refresh-0": 0})
    now: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))
    late_s: int = 0
    last_id: int = 0
    loses_answer: bool = False
    is_garbled: bool = False

    def stamp(self) -> str:
        self.now += timedelta(seconds=1)
        return (self.now - timedelta(seconds=self.late_s)).isoformat(timespec="seconds")

    def put(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        if "Id" not in record:
            self.last_id += 1
            record = {"Id": str(self.last_id), "SyncToken": "-1", **record}
        known = self.records[name].setdefault(record["Id"], {})
        known.update(record)
        known["SyncToken"] = str(int(known["SyncToken"]) + 1)
        known["MetaData"] = {"LastUpdatedTime": self.stamp()}
        return known

    def delete(self, name: str, record_id: str) -> None:
        gone = self.records[name].pop(record_id)
        self.deleted.append((name, record_id, datetime.fromisoformat(self.stamp())))
        for linked in links(gone):
            self.touch(linked)

    def touch(self, record_id: str) -> None:
        """Stamp an invoice; the stamp of a credit memo stays when it is put to use."""
        if record_id in self.records["Invoice"]:
            self.put("Invoice", {"Id": record_id})

    def linked(self, record_id: str) -> list[tuple[str, Decimal]]:
        """Return the payments that name a document, with the amounts."""
        return [
            (payment["Id"], Decimal(str(line["Amount"])))
            for payment in self.records["Payment"].values()
            for line in payment["Line"]
            if line["LinkedTxn"][0]["TxnId"] == record_id
        ]

    def balance(self, name: str, record: dict[str, Any]) -> Decimal:
        used = sum((amount for _, amount in self.linked(record["Id"])), Decimal(0))
        return Decimal(str(record["TotalAmt"])) - used

    def shown(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        if name not in ("Invoice", "CreditMemo"):
            return record
        told = [{"TxnId": i, "TxnType": "Payment"} for i, _ in self.linked(record["Id"])]
        return record | {"Balance": float(self.balance(name, record)), "LinkedTxn": told}

    def write(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if name == "Payment":
            old = self.records[name].get(body.get("Id", ""))
            for line in body["Line"]:
                self._fits(line, old)
        else:
            body = body | {"TotalAmt": sum(line["Amount"] for line in body["Line"])}
        made = self.put(name, body)
        for record_id in links(made):
            self.touch(record_id)
        return made

    def _fits(self, line: dict[str, Any], old: dict[str, Any] | None) -> None:
        (linked,) = line["LinkedTxn"]
        document = self.records[linked["TxnType"]].get(linked["TxnId"])
        if document is None:
            raise Refused("Object Not Found: Something you're trying to use has been made inactive")
        held = sum(
            Decimal(str(one["Amount"]))
            for one in (old or {}).get("Line", ())
            if one["LinkedTxn"] == line["LinkedTxn"]
        )
        if Decimal(str(line["Amount"])) > self.balance(linked["TxnType"], document) + held:
            raise Refused("The amount is larger than the balance of the linked transaction")

    def query(self, sentence: str) -> dict[str, Any]:
        match = _QUERY.fullmatch(sentence)
        if match is None:
            raise Refused(f"QueryParserError: {sentence}")
        name = match[1]
        found = [r for r in self.records[name].values() if self._meets(match["where"], r)]
        order = match["order"]
        found.sort(key=lambda r: r["MetaData"]["LastUpdatedTime"] if order and "." in order else 0)
        start, size = int(match["start"] or 1) - 1, int(match["size"] or 100)
        page = [self.shown(name, record) for record in found[start : start + size]]
        return {"QueryResponse": {name: page} if page else {}, "time": self.now.isoformat()}

    def _meets(self, where: str | None, record: dict[str, Any]) -> bool:
        for clause in (where or "").split(" and "):
            if match := re.fullmatch(r"MetaData\.LastUpdatedTime ([<>])= '([^']+)'", clause):
                changed = datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"])
                bound = datetime.fromisoformat(match[2])
                if changed < bound if match[1] == ">" else changed > bound:
                    return False
            elif match := re.fullmatch(r"Id in \(([^)]*)\)", clause):
                if f"'{record['Id']}'" not in match[1].split(", "):
                    return False
            elif clause == "Balance > '0'":
                if not self.balance("CreditMemo", record) > 0:
                    return False
            elif match := re.fullmatch(r"(\w+) = '([^']*)'", clause):
                value = record.get(match[1])
                if (value["value"] if isinstance(value, dict) else value) != match[2]:
                    return False
            elif clause not in ("", "Active in (true, false)"):
                raise Refused(f"QueryValidationError: {clause}")
        return True

    def captured(self, name: str, since: str) -> dict[str, Any]:
        at = datetime.fromisoformat(since)
        gone = [
            {"Id": i, "status": "Deleted", "MetaData": {"LastUpdatedTime": on.isoformat()}}
            for kind, i, on in self.deleted
            if kind == name and on >= at
        ]
        return {"CDCResponse": [{"QueryResponse": [{name: gone} if gone else {}]}]}


def links(payment: dict[str, Any]) -> list[str]:
    return [one["TxnId"] for line in payment.get("Line", ()) for one in line.get("LinkedTxn", ())]


class Handler(BaseHTTPRequestHandler):
    """Speaks for one company."""

    protocol_version = "HTTP/1.1"
    company: Company

    def log_message(self, *_: object) -> None:
        return

    def _any(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        company = self.company
        if parts.path == "/oauth2/v1/tokens/bearer":
            form = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
            self._say(*_token(company, form))
            return
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in company.access_tokens:
            fault = {"Error": [{"Message": "AuthenticationFailed", "code": "3200"}]}
            self._say(401, {"Fault": fault | {"type": "AUTHENTICATION"}})
            return
        room = f"/v3/company/{REALM}"
        body = json.loads(raw) if raw else {}
        try:
            found = self._answer(self.command, parts.path.removeprefix(room), query, body)
        except Refused as exc:
            error = {"Message": "A business validation error", "Detail": str(exc), "code": "6000"}
            self._say(400, {"Fault": {"Error": [error], "type": "ValidationFault"}})
            return
        if company.loses_answer and self.command == "POST":
            company.loses_answer = False
            self.close_connection = True
            return
        self._say(200, found)

    def _answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        company = self.company
        if path == f"/companyinfo/{REALM}":
            return {"CompanyInfo": {"CompanyName": "Sandbox Company_US_1"}}
        if path == "/preferences":
            return {"Preferences": {"CurrencyPrefs": {"HomeCurrency": {"value": "EUR"}}}}
        if path == "/query":
            return company.query(query["query"])
        if path == "/cdc":
            return company.captured(query["entities"], query["changedSince"])
        name = _NAMES[path.strip("/")]
        once = query.get("requestid", "")
        if once in company.answered:
            return _as_before(company.answered[once])
        if query.get("operation") == "delete":
            company.delete(name, body["Id"])
            return {name: {"Id": body["Id"], "status": "Deleted"}}
        made: dict[str, Any] | Refused
        try:
            made = {name: company.shown(name, company.write(name, body))}
        except Refused as exc:
            made = exc
        if once:
            company.answered[once] = made
        return _as_before(made)

    def _say(self, status: int, answer: Any) -> None:
        content = json.dumps(answer).encode()
        if self.company.is_garbled:
            content = b"<html>maintenance</html>"
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _any


def _as_before(answer: dict[str, Any] | Refused) -> dict[str, Any]:
    """Answer a repeated request as the first one: a refusal, too."""
    if isinstance(answer, Refused):
        raise answer
    return answer


def _token(company: Company, form: dict[str, str]) -> tuple[int, Any]:
    used = company.refresh_tokens.get(form.get("refresh_token", ""))
    if used is None:
        return 400, {"error": "invalid_grant"}
    company.refresh_tokens = {f"refresh-{used + 1}": used + 1}
    company.access_tokens.add(f"access-{used + 1}")
    return 200, {
        "access_token": f"access-{used + 1}",
        "refresh_token": f"refresh-{used + 1}",
        "expires_in": 3600,
        "x_refresh_token_expires_in": 8726400,
        "token_type": "bearer",
    }


def _linked(parts: Sequence[tuple[str, str, Decimal | int]]) -> list[dict[str, Any]]:
    return [
        {"Amount": float(part), "LinkedTxn": [{"TxnId": i, "TxnType": kind}]}
        for kind, i, part in parts
    ]


@dataclass(slots=True)
class Driver(Trouble):
    """Acts in the company as its users do."""

    world: Company
    server: Served
    connector: Any
    strange: Any
    currency: str = "EUR"

    def stranger(self) -> Any:
        return self.strange

    def customer(self, name: str, email: str) -> str:
        made = {"DisplayName": name, "Active": True, "PrimaryEmailAddr": {"Address": email}}
        return str(self.world.put("Customer", made)["Id"])

    def rename(self, customer: str, name: str) -> None:
        self.world.put("Customer", {"Id": customer, "DisplayName": name})

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        return self._document("Invoice", customer, minor, issued_on, {"DueDate": f"{due_on}"})

    def touch(self, invoice: str) -> None:
        self.world.put("Invoice", {"Id": invoice})

    def void(self, invoice: str) -> None:
        gone = {"Id": invoice, "TotalAmt": 0, "PrivateNote": "Voided"}
        self.world.put("Invoice", gone)

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        memo = self._document("CreditMemo", customer, minor, on, {})
        for invoice in use_on:
            self.use_note(memo, invoice)
        return memo

    def use_note(self, note: str, invoice: str) -> None:
        memo = self.world.records["CreditMemo"][note]
        left = self.world.balance("CreditMemo", memo)
        part = min(left, self.world.balance("Invoice", self.world.records["Invoice"][invoice]))
        parts = [("Invoice", invoice, part), ("CreditMemo", note, part)]
        on = date.fromisoformat(memo["TxnDate"])
        self._payment(memo["CustomerRef"]["value"], 0, on, parts)

    def unuse_note(self, note: str, invoice: str) -> None:
        """Delete the payment that applies the memo, as QuickBooks' users have to."""
        both = {note, invoice}
        payments = self.world.records["Payment"]
        (applying,) = (i for i, payment in payments.items() if both == set(links(payment)))
        self.world.delete("Payment", applying)

    def pay(self, invoice: str, minor: int, on: date) -> str:
        customer = self.world.records["Invoice"][invoice]["CustomerRef"]["value"]
        amount = Decimal(minor) / 100
        return self._payment(customer, amount, on, [("Invoice", invoice, amount)])

    def unpay(self, payment: str) -> None:
        self.world.delete("Payment", payment)

    def edit_payment(self, payment: str, total: int, parts: Sequence[tuple[str, str, int]]) -> None:
        """Put a payment to other invoices."""
        before = links(self.world.records["Payment"][payment])
        self.world.put("Payment", {"Id": payment, "TotalAmt": total, "Line": _linked(parts)})
        for record_id in {*before, *(one for _, one, _ in parts)}:
            self.world.touch(record_id)

    def open_minor(self, invoice: str) -> int:
        record = self.world.records["Invoice"][invoice]
        return int(self.world.balance("Invoice", record) * 100)

    def bookings(self, key: str) -> int:
        mark = f"duecourse:{key}"
        return sum(
            str(record.get("PrivateNote", "")).split(" ")[0] == mark
            for name in ("Payment", "Invoice")
            for record in self.world.records[name].values()
        )

    def _document(
        self, name: str, customer: str, minor: int, on: date, more: dict[str, str]
    ) -> str:
        line = {
            "DetailType": "SalesItemLineDetail",
            "Amount": minor / 100,
            "Description": "Maintenance",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": "NON"}},
        }
        body = {
            "CustomerRef": {"value": customer},
            "CurrencyRef": {"value": "EUR"},
            "TxnDate": on.isoformat(),
            "DocNumber": f"{1000 + self.world.last_id}",
            "Line": [line],
            **more,
        }
        return str(self.world.write(name, body)["Id"])

    def _payment(
        self, customer: str, total: Decimal | int, on: date, parts: list[tuple[str, str, Decimal]]
    ) -> str:
        body = {
            "CustomerRef": {"value": customer},
            "CurrencyRef": {"value": "EUR"},
            "TxnDate": on.isoformat(),
            "TotalAmt": float(total),
            "Line": _linked(parts),
        }
        return str(self.world.write("Payment", body)["Id"])
