"""Xero as a connector: what changed there, and what is open. Entries go by XeroEntries."""

from datetime import datetime
from typing import Any

from shared.adapters import change_cursor
from shared.adapters.erp_books import BooksByEntries, open_page
from shared.adapters.erp_values import BadValue, answered_at, moments, rows_and_bad
from shared.adapters.xero_entries import ENTRIES, Accounts, XeroEntries
from shared.adapters.xero_rows import (
    credit_note_rows,
    customer_rows,
    invoice_rows,
    open_amount,
    open_credit,
    payment_rows,
)
from shared.adapters.xero_session import XeroCalls, rows_of
from shared.domain.erp import (
    Capabilities,
    Connected,
    ErpRow,
    OpenAmount,
    OpenPage,
    Page,
    RecordKind,
)
from shared.errors import ErpRefused, ErpUnreadable

_PAGE_MAX = 500
_RAW = {"_preload_content": False}
_NAMES = {
    RecordKind.CUSTOMERS: ("Contacts", "ContactID", customer_rows),
    RecordKind.INVOICES: ("Invoices", "InvoiceID", invoice_rows),
    RecordKind.CREDIT_NOTES: ("CreditNotes", "CreditNoteID", credit_note_rows),
    RecordKind.PAYMENTS: ("Payments", "PaymentID", payment_rows),
}


class Xero(BooksByEntries):
    """One organisation. accounts are the codes that entries are booked on."""

    def __init__(self, calls: XeroCalls, tenant_id: str, accounts: Accounts) -> None:
        entries = XeroEntries(calls.api, tenant_id, accounts)
        super().__init__(entries)
        self._api = calls.api
        self._tenant_id = tenant_id
        self._missing_accounts = entries.missing_accounts

    @property
    def capabilities(self) -> Capabilities:
        """Return what Xero can do. It reckons differences of exchange by itself."""
        return Capabilities(
            kinds=frozenset(RecordKind),
            entries=ENTRIES,
            finds_by_key=True,
            tells_deletions=True,
            tells_open_amounts=True,
        )

    def check(self) -> Connected:
        """Return whose books these are; the accounts that entries need are looked for."""
        answer = self._api.get_organisations(self._tenant_id, **_RAW)
        (company, *_) = rows_of(answer, "Organisations") or [{}]
        if not company.get("Name"):
            raise ErpUnreadable(what="no organisation")
        return Connected(
            company=str(company["Name"]),
            product="Xero",
            currency=str(company.get("BaseCurrency") or ""),
            warnings=self._missing_accounts(),
        )

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page."""
        since, taken = change_cursor.place(cursor)
        name, id_field, read = _NAMES[kind]
        size = min(limit, _PAGE_MAX)
        records = rows_of(self._list(kind, since, taken // size + 1, size), name)
        rows, bad = rows_and_bad(kind, records, id_field, read)
        more = len(records) >= size
        stamps = moments(records, "UpdatedDateUTC")
        after = change_cursor.following(stamps, since, taken, more, size)
        return Page(rows, after, more, now, bad)

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return the record as it is now."""
        _, _, read = _NAMES[kind]
        try:
            return tuple(row for one in self._one(kind, external_id) for row in read(one))
        except BadValue as exc:
            raise ErpUnreadable(what=exc.code, field=exc.field) from None

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Return what is open, invoices first and then credit notes, in the order of their ids."""
        kind, _, number = (cursor or "invoices 1").partition(" ")
        size = min(limit, _PAGE_MAX)
        page = {"page": int(number), "page_size": size, **_RAW}
        if kind == "invoices":
            answer = self._api.get_invoices(
                self._tenant_id, where='Type=="ACCREC"', order="InvoiceID ASC", **page
            )
            records, then = rows_of(answer, "Invoices"), "notes 1"
        else:
            answer = self._api.get_credit_notes(
                self._tenant_id, where='Type=="ACCRECCREDIT"', order="CreditNoteID ASC", **page
            )
            records, then = rows_of(answer, "CreditNotes"), ""
        at = answered_at(answer.getheaders())
        following = f"{kind} {int(number) + 1}" if len(records) >= size else then
        read = open_amount if kind == "invoices" else open_credit
        return open_page(records, read, following, at)

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Return what is open of one invoice."""
        found = self._one(RecordKind.INVOICES, external_id)
        return open_amount(found[0]) if found else None

    def _one(self, kind: RecordKind, external_id: str) -> list[Any]:
        """Return the record as Xero has it now, in a list, or nothing."""
        one = {
            RecordKind.CUSTOMERS: self._api.get_contact,
            RecordKind.INVOICES: self._api.get_invoice,
            RecordKind.CREDIT_NOTES: self._api.get_credit_note,
            RecordKind.PAYMENTS: self._api.get_payment,
        }[kind]
        try:
            return list(rows_of(one(self._tenant_id, external_id, **_RAW), _NAMES[kind][0]))
        except ErpRefused as exc:
            if exc.facts.get("status") in (400, 404):
                return []
            raise

    def _list(self, kind: RecordKind, since: datetime, number: int, size: int) -> Any:
        asked: dict[str, Any] = {
            "if_modified_since": since,
            "order": "UpdatedDateUTC ASC",
            "page": number,
            "page_size": size,
            **_RAW,
        }
        if kind is RecordKind.CUSTOMERS:
            return self._api.get_contacts(self._tenant_id, include_archived="true", **asked)
        if kind is RecordKind.INVOICES:
            where = 'Type=="ACCREC"'
            return self._api.get_invoices(self._tenant_id, where=where, **asked)
        if kind is RecordKind.CREDIT_NOTES:
            return self._api.get_credit_notes(self._tenant_id, **asked)
        return self._api.get_payments(self._tenant_id, **asked)
