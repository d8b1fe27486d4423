"""What people do in Xero, done in the small one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.connectors.xero_books import ID, Organisation
from tests.connectors.xero_fake import XeroFake


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

    def unuse_note(self, note: str, invoice: str) -> None:
        self._books.unallocate(note, invoice)

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
        return str(self._books.document(name, body)[ID[name]])
