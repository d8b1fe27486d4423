"""The books of a small Xero: contacts, invoices, credit notes with allocations, payments.

Records are as Xero's JSON has them; amounts are reckoned by the books and never stored.
"""

import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

ID = {
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
        default_factory=lambda: {name: {} for name in ID}
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
        external_id = record.setdefault(ID[name], str(uuid.uuid4()))
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
                "AllocationID": str(uuid.uuid4()),
                "Amount": exact(amount),
                "Date": xero_day(wanted["Date"]),
                "Invoice": {"InvoiceID": invoice["InvoiceID"]},
            }
            note["Allocations"].append(made)
            self.put("Invoices", invoice)
        self.put("CreditNotes", note)
        return {"Allocations": note["Allocations"]}

    def unallocate(self, note_id: str, invoice_id: str) -> None:
        """Delete the allocations of a note on an invoice: Xero stamps both."""
        for used in list(self.records["CreditNotes"][note_id]["Allocations"]):
            if used["Invoice"]["InvoiceID"] == invoice_id:
                self.delete_allocation(note_id, used["AllocationID"])

    def delete_allocation(self, note_id: str, allocation_id: str) -> dict[str, Any]:
        note = self.records["CreditNotes"][note_id]
        kept = [a for a in note["Allocations"] if a["AllocationID"] != allocation_id]
        (gone,) = (a for a in note["Allocations"] if a["AllocationID"] == allocation_id)
        self.put("CreditNotes", note | {"Allocations": kept})
        self.put("Invoices", {"InvoiceID": gone["Invoice"]["InvoiceID"]})
        return {"AllocationId": allocation_id, "IsDeleted": True}

    def void_note(self, note_id: str) -> dict[str, Any]:
        note = self.records["CreditNotes"][note_id]
        if note["Allocations"]:
            raise Refused("A credit note with allocations cannot be voided")
        return self.put("CreditNotes", note | {"Status": "VOIDED"})

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
