"""Xero's records as rows. Pure: JSON in, rows or BadValue out."""

from collections.abc import Mapping
from typing import Any

from shared.adapters.erp_values import (
    BadValue,
    address,
    day,
    instant,
    line_amounts,
    money,
    our_key,
    people,
)
from shared.domain.erp import ErpRow, Gone, GoneRow, OpenAmount, RecordKind
from shared.domain.imports import (
    CreditNoteRow,
    CustomerRow,
    InvoiceRow,
    LineGroup,
    LineRow,
    PaymentRow,
)
from shared.domain.money import Money

_ISSUED = ("AUTHORISED", "PAID")
_GONE = {"VOIDED": Gone.VOIDED, "DELETED": Gone.DELETED}
Json = Mapping[str, Any]


def customer_rows(contact: Json) -> tuple[ErpRow, ...]:
    """Return a contact, unless it is a supplier alone; a merged or archived one is gone."""
    external_id = str(contact["ContactID"])
    if into := contact.get("MergedToContactID"):
        return (GoneRow(RecordKind.CUSTOMERS, external_id, Gone.MERGED, into=str(into)),)
    if contact.get("ContactStatus") in ("ARCHIVED", "GDPRREQUEST"):
        return (GoneRow(RecordKind.CUSTOMERS, external_id, Gone.DELETED),)
    if contact.get("IsSupplier") and not contact.get("IsCustomer"):
        return ()
    mailed = [p for p in contact.get("ContactPersons") or () if p.get("IncludeInEmails")]
    row = CustomerRow(
        line=0,
        external_id=external_id,
        name=str(contact.get("Name") or ""),
        email=address(contact.get("EmailAddress")),
        cc=people(mailed, "EmailAddress"),
        currency=contact.get("DefaultCurrency") or None,
        phone=_phone(contact),
        tax_id=str(contact.get("TaxNumber") or ""),
    )
    return (row,)


def invoice_rows(invoice: Json) -> tuple[ErpRow, ...]:
    """Return a sales invoice and its lines; nothing of a draft, and of our own charges."""
    external_id = str(invoice["InvoiceID"])
    if invoice.get("Type") != "ACCREC" or our_key(invoice.get("Reference")):
        return ()
    status = str(invoice.get("Status"))
    if status in _GONE:
        return (GoneRow(RecordKind.INVOICES, external_id, _GONE[status]),)
    if status not in _ISSUED:
        return ()
    currency = str(invoice.get("CurrencyCode") or "")
    row = InvoiceRow(
        line=0,
        external_id=external_id,
        customer_external_id=str((invoice.get("Contact") or {}).get("ContactID", "")),
        number=str(invoice.get("InvoiceNumber") or external_id),
        issued_on=day(invoice, "DateString", "Date"),
        due_on=day(invoice, "DueDateString", "DueDate", "DateString", "Date"),
        total=money(invoice, "Total", currency),
        revision=instant(invoice, "UpdatedDateUTC").isoformat(),
        po_number=str(invoice.get("Reference") or "") or None,
    )
    lines = invoice.get("LineItems") or ()
    inclusive = invoice.get("LineAmountTypes") == "Inclusive"
    drawn = tuple(_line(external_id, line, currency, inclusive) for line in lines)
    return (row, LineGroup(0, external_id, drawn)) if drawn else (row,)


def credit_note_rows(note: Json) -> tuple[ErpRow, ...]:
    """Return a customer's credit note; nothing of a draft, and of those that we made ourselves."""
    external_id = str(note["CreditNoteID"])
    if note.get("Type") != "ACCRECCREDIT" or our_key(note.get("Reference")):
        return ()
    status = str(note.get("Status"))
    if status in _GONE:
        return (GoneRow(RecordKind.CREDIT_NOTES, external_id, _GONE[status]),)
    if status not in _ISSUED:
        return ()
    currency = str(note.get("CurrencyCode") or "")
    uses: dict[str, Money] = {}
    for used in note.get("Allocations") or ():
        if not used.get("IsDeleted") and (of := (used.get("Invoice") or {}).get("InvoiceID")):
            part = money(used, "Amount", currency)
            uses[str(of)] = uses[str(of)] + part if str(of) in uses else part
    row = CreditNoteRow(
        line=0,
        external_id=external_id,
        customer_external_id=str((note.get("Contact") or {}).get("ContactID", "")),
        number=str(note.get("CreditNoteNumber") or external_id),
        issued_on=day(note, "DateString", "Date"),
        total=money(note, "Total", currency),
        uses=tuple(sorted(uses.items())),
        reason=str(note.get("Reference") or ""),
        revision=instant(note, "UpdatedDateUTC").isoformat(),
    )
    return (row,)


def payment_rows(payment: Json) -> tuple[ErpRow, ...]:
    """Return money on a sales invoice; nothing of money on bills, notes and prepayments."""
    external_id = str(payment["PaymentID"])
    if payment.get("PaymentType") != "ACCRECPAYMENT":
        return ()
    if payment.get("Status") == "DELETED":
        return (GoneRow(RecordKind.PAYMENTS, external_id, Gone.DELETED),)
    invoice = payment.get("Invoice") or {}
    if our_key(invoice.get("Reference")):
        return ()
    currency = str(invoice.get("CurrencyCode") or "")
    if not currency:
        raise BadValue("Invoice.CurrencyCode", "no_currency", "The payment names no currency.")
    row = PaymentRow(
        line=0,
        external_id=external_id,
        invoice_external_id=str(invoice.get("InvoiceID", "")),
        paid_on=day(payment, "Date"),
        amount=money(payment, "Amount", currency),
        method="xero",
        our_key=our_key(payment.get("Reference")),
    )
    return (row,)


def open_amount(invoice: Json) -> OpenAmount | None:
    """Return what is open of an invoice, None where it counts for nothing."""
    rows = invoice_rows(invoice)
    if not rows or not isinstance(rows[0], InvoiceRow):
        return None
    row = rows[0]
    left = money(invoice, "AmountDue", row.total.currency)
    return OpenAmount(row.external_id, row.number, row.customer_external_id, row.total, left)


def open_credit(note: Json) -> OpenAmount | None:
    """Return what is left of a credit note as an amount below zero, None as for invoices."""
    rows = credit_note_rows(note)
    if not rows or not isinstance(rows[0], CreditNoteRow):
        return None
    row = rows[0]
    left = money(note, "RemainingCredit", row.total.currency)
    whose = row.customer_external_id
    return OpenAmount(row.external_id, row.number, whose, -row.total, -left)


def _line(external_id: str, line: Json, currency: str, inclusive: bool) -> LineRow:
    amount = money(line, "LineAmount", currency)
    tax = money(line, "TaxAmount", currency) if "TaxAmount" in line else Money.zero(currency)
    price, rate = line_amounts(amount - tax if inclusive else amount, tax)
    return LineRow(0, external_id, str(line.get("Description") or ""), "1", price, rate)


def _phone(contact: Json) -> str:
    for kind in ("DEFAULT", "DDI", "MOBILE"):
        for phone in contact.get("Phones") or ():
            if phone.get("PhoneType") == kind and phone.get("PhoneNumber"):
                parts = ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
                return " ".join(str(phone[part]) for part in parts if phone.get(part))
    return ""
