"""Entries in Xero: payments, allocated credit notes for what comes off, invoices for charges.

Each carries our key as its reference. What takes two calls begins with the one that `find` does
not see, so that an entry that is found is whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from xero_python.accounting import (
    Account,
    Allocation,
    Allocations,
    Contact,
    CreditNote,
    CreditNotes,
    CurrencyCode,
    HistoryRecord,
    HistoryRecords,
    Invoice,
    Invoices,
    LineAmountTypes,
    LineItem,
    Payment,
    PaymentDelete,
)

from shared.adapters.erp_values import marked, money, number, our_key
from shared.adapters.take_back_plan import check_ours, family_of, plan_of, planned, stays_of
from shared.adapters.xero_session import rows_of
from shared.domain.erp import Entry, EntryKind, Posted
from shared.domain.money import Money
from shared.errors import ErpRefused

ENTRIES = frozenset(EntryKind) - {EntryKind.FX_DIFFERENCE}
_OFF = frozenset(
    {EntryKind.DISCOUNT, EntryKind.TOLERANCE, EntryKind.DEDUCTION, EntryKind.WRITE_OFF}
)
_RAW = {"_preload_content": False}


@dataclass(frozen=True, slots=True)
class Accounts:
    """Codes of the chart of accounts: the bank's, and by kind of entry what comes off or on."""

    bank: str
    by_kind: Mapping[EntryKind, str] = field(default_factory=dict)

    def code(self, kind: EntryKind) -> str:
        """Return the code for kind. Raises ErpRefused where nobody named one."""
        found = self.by_kind.get(kind, "")
        if not found:
            raise ErpRefused(said=f"No account is set for entries of the kind {kind}.")
        return found


class XeroEntries:
    """Books and finds entries."""

    def __init__(self, api: Any, tenant_id: str, accounts: Accounts) -> None:
        self._api = api
        self._tenant_id = tenant_id
        self._accounts = accounts

    def missing_accounts(self) -> tuple[str, ...]:
        """Return a sentence for each account that is set and not in the chart."""
        answer = self._api.get_accounts(self._tenant_id, **_RAW)
        codes = {str(row.get("Code")) for row in rows_of(answer, "Accounts")}
        wanted = sorted({self._accounts.bank, *self._accounts.by_kind.values()})
        return tuple(f"The chart has no account {code}." for code in wanted if code not in codes)

    def find(self, key: str) -> Posted | None:
        """Return the entry under key: a payment, a credit note that is used up, or a charge."""
        payment = self._payment(key)
        if payment is not None:
            return Posted(str(payment["PaymentID"]), found=True)
        note = self._note(key)
        if note is not None:
            whole = Decimal(str(note.get("RemainingCredit") or 0)) == 0
            return Posted(str(note["CreditNoteID"]), found=True) if whole else None
        charge = self._charge(key)
        return None if charge is None else Posted(str(charge["InvoiceID"]), found=True)

    def post(self, entry: Entry) -> Posted:
        """Book entry. Raises ErpRefused with Xero's words."""
        if entry.kind not in ENTRIES:
            raise ErpRefused(said=f"Xero books no entries of the kind {entry.kind}.")
        invoice_id = self._invoice_id(entry)
        if entry.kind is EntryKind.CHARGE:
            return self._book_charge(entry)
        if entry.amount.minor < 0:
            return self._take_back(entry, invoice_id)
        if entry.kind is EntryKind.PAYMENT:
            if entry.discount is not None and entry.discount.minor:
                key, code = f"{entry.key}.d", self._accounts.code(EntryKind.DISCOUNT)
                self._credit(entry, invoice_id, key, entry.discount, code)
            return self._pay(entry, invoice_id, entry.amount)
        if entry.kind is EntryKind.CREDIT and (own := self._own_note(entry)) is not None:
            return self._use(entry, invoice_id, own)
        code = self._accounts.code(
            entry.kind if entry.kind in _OFF or entry.kind is EntryKind.CREDIT else EntryKind.CHARGE
        )
        return self._credit(entry, invoice_id, entry.key, entry.amount, code)

    def _invoice_id(self, entry: Entry) -> str:
        if not entry.charge_key:
            return entry.invoice_external_id
        charge = self._charge(entry.charge_key)
        if charge is None:
            raise ErpRefused(said="The charge that this belongs to is not in Xero.")
        return str(charge["InvoiceID"])

    def _pay(self, entry: Entry, invoice_id: str, amount: Money) -> Posted:
        payment = Payment(
            invoice=Invoice(invoice_id=invoice_id),
            account=Account(code=self._accounts.bank),
            date=entry.booked_on,
            amount=_number(amount),
            reference=" ".join(filter(None, (marked(entry.key), entry.reference))),
        )
        answer = self._api.create_payment(
            self._tenant_id, payment, idempotency_key=entry.request, **_RAW
        )
        return Posted(_first(answer, "Payments", "PaymentID"))

    def _credit(self, entry: Entry, invoice_id: str, key: str, off: Money, code: str) -> Posted:
        """Take off an invoice: a credit note of its own, then its allocation."""
        note = self._note(key)
        if note is None:
            once = replace(entry, key=key).request
            made = CreditNote(
                type="ACCRECCREDIT",
                status="AUTHORISED",
                contact=Contact(contact_id=entry.customer_external_id),
                date=entry.booked_on,
                currency_code=CurrencyCode(off.currency),
                reference=marked(key),
                line_amount_types=LineAmountTypes.NOTAX,
                line_items=[_item(entry, off, code)],
            )
            answer = self._api.create_credit_notes(
                self._tenant_id, CreditNotes(credit_notes=[made]),
                idempotency_key=f"{once}.note", **_RAW,
            )  # fmt: skip
            note_id, left = _first(answer, "CreditNotes", "CreditNoteID"), off
        else:
            note_id = str(note["CreditNoteID"])
            left = money(note, "RemainingCredit", off.currency)
        if left:
            self._allocate(note_id, invoice_id, left, replace(entry, key=key))
        return Posted(note_id, found=note is not None)

    def _use(self, entry: Entry, invoice_id: str, own: Mapping[str, Any]) -> Posted:
        """Allocate a credit note that Xero itself issued. An allocation carries no words of ours.

        So what was allocated before is noted in the invoice's history: an attempt that comes again
        sees whether more is allocated since.
        """
        allocated = _allocated(own, invoice_id, entry.amount.currency)
        before = self._noted(invoice_id, entry)
        if before is None:
            self._note_down(invoice_id, entry, allocated)
            before = allocated
        note_id = str(own["CreditNoteID"])
        if allocated.minor >= (before + entry.amount).minor:
            return Posted(note_id, found=True)
        self._allocate(note_id, invoice_id, entry.amount, entry)
        return Posted(note_id)

    def _allocate(self, note_id: str, invoice_id: str, amount: Money, entry: Entry) -> None:
        used = Allocation(
            invoice=Invoice(invoice_id=invoice_id), amount=_number(amount), date=entry.booked_on
        )
        self._api.create_credit_note_allocation(
            self._tenant_id, note_id, Allocations(allocations=[used]),
            idempotency_key=f"{entry.request}.use", **_RAW,
        )  # fmt: skip

    def _own_note(self, entry: Entry) -> Mapping[str, Any] | None:
        """Return the credit note that Xero itself issued under the entry's number."""
        number = "".join(char for char in entry.number if char not in '"\\')
        if not number:
            return None
        where = f'Type=="ACCRECCREDIT" AND Status!="VOIDED" AND CreditNoteNumber=="{number}"'
        answer = self._api.get_credit_notes(self._tenant_id, where=where, **_RAW)
        return next(iter(rows_of(answer, "CreditNotes")), None)

    def _book_charge(self, entry: Entry) -> Posted:
        charge = Invoice(
            type="ACCREC",
            status="AUTHORISED",
            contact=Contact(contact_id=entry.customer_external_id),
            date=entry.booked_on,
            due_date=entry.booked_on,
            currency_code=CurrencyCode(entry.amount.currency),
            invoice_number=entry.number or None,
            reference=marked(entry.key),
            line_amount_types=LineAmountTypes.NOTAX,
            line_items=[_item(entry, entry.amount, self._accounts.code(EntryKind.CHARGE))],
        )
        answer = self._api.create_invoices(
            self._tenant_id, Invoices(invoices=[charge]), idempotency_key=entry.request, **_RAW
        )
        return Posted(_first(answer, "Invoices", "InvoiceID"))

    def _take_back(self, entry: Entry, invoice_id: str) -> Posted:
        """Take back what we booked on the invoice under keys of the same source and document.

        Xero changes no payment: those are deleted, and what is to stay is booked again under the
        new key. What is to stay is noted in the invoice's history before, so that a crash between
        the two is mended by the next attempt.
        """
        if entry.undoes:
            return self._undo(entry)
        if entry.kind is not EntryKind.PAYMENT:
            raise ErpRefused(said="Take this credit note's allocation back in Xero by hand.")
        check_ours(entry, "Xero")
        if entry.discount:
            raise ErpRefused(said="Take this money and its discount back in Xero by hand.")
        family = family_of(entry.key)
        live = [
            payment
            for payment in self._payments_of(invoice_id)
            if our_key(payment.get("Reference")).startswith(family)
        ]
        stays = self._noted(invoice_id, entry)
        if stays is None:
            booked = (money(p, "Amount", entry.amount.currency) for p in live)
            stays = stays_of(booked, entry)
            self._note_down(invoice_id, entry, stays)
        for payment in live:
            if our_key(payment.get("Reference")) != entry.key:
                self._api.delete_payment(
                    self._tenant_id, str(payment["PaymentID"]),
                    PaymentDelete(status="DELETED"), **_RAW,
                )  # fmt: skip
        if stays:
            return self._pay(entry, invoice_id, stays)
        return Posted(str(live[0]["PaymentID"]) if live else invoice_id, found=not live)

    def _undo(self, entry: Entry) -> Posted:
        """Void our credit note that took something off, after its allocations are deleted.

        Where there is none it was voided before.
        """
        note = self._note(entry.undoes)
        if note is None:
            return Posted(entry.undoes, found=True)
        note_id = str(note["CreditNoteID"])
        for used in note.get("Allocations") or ():
            if not used.get("IsDeleted"):
                self._api.delete_credit_note_allocations(
                    self._tenant_id, note_id, str(used["AllocationID"]), **_RAW
                )
        void = CreditNotes(credit_notes=[CreditNote(status="VOIDED")])
        self._api.update_credit_note(
            self._tenant_id, note_id, void, idempotency_key=entry.request, **_RAW
        )
        return Posted(note_id)

    def _noted(self, invoice_id: str, entry: Entry) -> Money | None:
        answer = self._api.get_invoice_history(self._tenant_id, invoice_id, **_RAW)
        return planned((r.get("Details") for r in rows_of(answer, "HistoryRecords")), entry)

    def _note_down(self, invoice_id: str, entry: Entry, stays: Money) -> None:
        text = plan_of(entry, stays)
        self._api.create_invoice_history(
            self._tenant_id, invoice_id,
            HistoryRecords(history_records=[HistoryRecord(details=text)]), **_RAW,
        )  # fmt: skip

    def _payments_of(self, invoice_id: str) -> list[Mapping[str, Any]]:
        where = f'Invoice.InvoiceID==guid("{invoice_id}") AND Status=="AUTHORISED"'
        answer = self._api.get_payments(self._tenant_id, where=where, **_RAW)
        return list(rows_of(answer, "Payments"))

    def _payment(self, key: str) -> Mapping[str, Any] | None:
        mark = marked(key)
        # a payment without a reference would end the question with an error
        starts = f'Reference!=null AND Reference.StartsWith("{mark}")'
        where = f'Status=="AUTHORISED" AND {starts}'
        answer = self._api.get_payments(self._tenant_id, where=where, **_RAW)
        found = (r for r in rows_of(answer, "Payments") if our_key(r.get("Reference")) == key)
        return next(found, None)

    def _note(self, key: str) -> Mapping[str, Any] | None:
        where = f'Status!="VOIDED" AND Reference=="{marked(key)}"'
        answer = self._api.get_credit_notes(self._tenant_id, where=where, **_RAW)
        return next(iter(rows_of(answer, "CreditNotes")), None)

    def _charge(self, key: str) -> Mapping[str, Any] | None:
        where = f'Type=="ACCREC" AND Status!="VOIDED" AND Reference=="{marked(key)}"'
        answer = self._api.get_invoices(self._tenant_id, where=where, **_RAW)
        return next(iter(rows_of(answer, "Invoices")), None)


def _allocated(note: Mapping[str, Any], invoice_id: str, currency: str) -> Money:
    parts = (
        money(used, "Amount", currency)
        for used in note.get("Allocations") or ()
        if (used.get("Invoice") or {}).get("InvoiceID") == invoice_id and not used.get("IsDeleted")
    )
    return sum(parts, Money.zero(currency))


def _item(entry: Entry, amount: Money, code: str) -> LineItem:
    text = entry.text or entry.number or str(entry.kind)
    return LineItem(description=text, quantity=1.0, unit_amount=_number(amount), account_code=code)


def _number(amount: Money) -> float:
    """Return the amount as the package wants it: a float that prints as these very digits.

    Raises ErpRefused where none does: the package sends no other numbers.
    """
    exact = number(amount)
    told = float(exact)
    if Decimal(repr(told)) != exact:
        raise ErpRefused(said=f"{exact} is too large for Xero: book it there by hand.")
    return told


def _first(answer: Any, name: str, id_field: str) -> str:
    (row, *_) = rows_of(answer, name) or [{}]
    return str(row.get(id_field, ""))
