"""QuickBooks Online's records as rows. Pure: JSON in, rows or BadValue out."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.adapters.erp_values import address, day, line_amounts, money, our_key
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

Json = Mapping[str, Any]


def reference(key: str) -> str:
    """Return our key as a number that QuickBooks can look up: it takes 21 characters."""
    return "DC" + hashlib.sha256(key.encode()).hexdigest()[:19].upper()


def customer_rows(customer: Json) -> tuple[ErpRow, ...]:
    """Return a customer; an inactive one is gone."""
    external_id = str(customer["Id"])
    if customer.get("Active") is False:
        return (GoneRow(RecordKind.CUSTOMERS, external_id, Gone.DELETED),)
    row = CustomerRow(
        line=0,
        external_id=external_id,
        name=str(customer.get("CompanyName") or customer.get("DisplayName") or ""),
        email=address((customer.get("PrimaryEmailAddr") or {}).get("Address")),
        currency=(customer.get("CurrencyRef") or {}).get("value"),
        phone=str((customer.get("PrimaryPhone") or {}).get("FreeFormNumber") or ""),
        address=_lines(customer.get("BillAddr") or {}),
    )
    return (row,)


def invoice_rows(invoice: Json) -> tuple[ErpRow, ...]:
    """Return an invoice and its lines; nothing of our own charges. One of nothing was voided."""
    external_id = str(invoice["Id"])
    if our_key(invoice.get("PrivateNote")):
        return ()
    currency = _currency(invoice)
    total = money(invoice, "TotalAmt", currency)
    if not total.minor:
        return (GoneRow(RecordKind.INVOICES, external_id, Gone.VOIDED),)
    row = InvoiceRow(
        line=0,
        external_id=external_id,
        customer_external_id=_customer(invoice),
        number=str(invoice.get("DocNumber") or external_id),
        issued_on=day(invoice, "TxnDate"),
        due_on=day(invoice, "DueDate", "TxnDate"),
        total=total,
        revision=str((invoice.get("MetaData") or {}).get("LastUpdatedTime") or ""),
        description=str((invoice.get("CustomerMemo") or {}).get("value") or "") or None,
    )
    lines = tuple(_drawn(external_id, invoice, currency))
    return (row, LineGroup(0, external_id, lines)) if lines else (row,)


def credit_note_rows(memo: Json, payments: Sequence[Json]) -> tuple[ErpRow, ...]:
    """Return a credit memo with what payments, those of its customer, apply of it."""
    external_id = str(memo["Id"])
    if our_key(memo.get("PrivateNote")):
        return ()
    currency = _currency(memo)
    total = money(memo, "TotalAmt", currency)
    if not total.minor:
        return (GoneRow(RecordKind.CREDIT_NOTES, external_id, Gone.VOIDED),)
    uses: dict[str, Money] = {}
    for payment in payments:
        for source, invoice, part in _applied(payment, currency):
            if source == external_id:
                uses[invoice] = uses[invoice] + part if invoice in uses else part
    row = CreditNoteRow(
        line=0,
        external_id=external_id,
        customer_external_id=_customer(memo),
        number=str(memo.get("DocNumber") or external_id),
        issued_on=day(memo, "TxnDate"),
        total=total,
        uses=tuple(sorted(uses.items())),
        revision=str((memo.get("MetaData") or {}).get("LastUpdatedTime") or ""),
    )
    return (row,)


def memos_of(payment: Json) -> set[str]:
    """Return the ids of the credit memos that a payment applies."""
    return {memo for memo, _ in _linked(payment, _currency(payment), "CreditMemo")}


def payment_rows(payment: Json) -> tuple[ErpRow, ...]:
    """Return the money of a payment, a row for each invoice; nothing of credit that it applies.

    Of one that was edited it is told as well that all other parts are gone.
    """
    external_id = str(payment["Id"])
    currency = _currency(payment)
    parts: dict[str, Money] = {}
    for source, invoice, part in _applied(payment, currency):
        if not source:
            parts[invoice] = parts[invoice] + part if invoice in parts else part
    rows = tuple(
        PaymentRow(
            line=0,
            external_id=f"{external_id}:{invoice}",
            invoice_external_id=invoice,
            paid_on=day(payment, "TxnDate"),
            amount=part,
            method="quickbooks",
            our_key=our_key(payment.get("PrivateNote")),
            part_of=external_id,
            edition=str(payment.get("SyncToken") or ""),
        )
        for invoice, part in parts.items()
    )
    if str(payment.get("SyncToken") or "") == "0":
        return rows
    keeps = tuple(sorted(row.external_id for row in rows))
    others = GoneRow(RecordKind.PAYMENTS, external_id, Gone.DELETED, keeps=keeps)
    return (others, *rows)


def open_amount(document: Json, sign: int) -> OpenAmount | None:
    """Return what is open of an invoice (sign 1) or left of a credit memo (sign -1)."""
    if our_key(document.get("PrivateNote")):
        return None
    currency = _currency(document)
    total, left = money(document, "TotalAmt", currency), money(document, "Balance", currency)
    if not total.minor:
        return None
    external_id = str(document["Id"])
    number = str(document.get("DocNumber") or external_id)
    if sign < 0:
        total, left = -total, -left
    return OpenAmount(external_id, number, _customer(document), total, left)


def _applied(payment: Json, currency: str) -> Iterator[tuple[str, str, Money]]:
    """Yield what of a payment went where, as (credit memo or "" for money, invoice, part).

    QuickBooks says what was taken and where it went, not which went where: credit memos are used
    up first, in their order, on invoices in theirs.
    """
    sources = [(memo, part.minor) for memo, part in _linked(payment, currency, "CreditMemo")]
    for invoice, part in _linked(payment, currency, "Invoice"):
        left = part.minor
        for n, (memo, rest) in enumerate(sources):
            if used := min(left, rest):
                sources[n] = (memo, rest - used)
                left -= used
                yield memo, invoice, Money(minor=used, currency=currency)
        if left:
            yield "", invoice, Money(minor=left, currency=currency)


def _linked(payment: Json, currency: str, kind: str) -> Iterator[tuple[str, Money]]:
    for line in payment.get("Line") or ():
        for linked in line.get("LinkedTxn") or ():
            if linked.get("TxnType") == kind:
                yield str(linked.get("TxnId")), money(line, "Amount", currency)


def _customer(document: Json) -> str:
    return str((document.get("CustomerRef") or {}).get("value") or "")


def _currency(document: Json) -> str:
    return str((document.get("CurrencyRef") or {}).get("value") or "")


def _drawn(external_id: str, invoice: Json, currency: str) -> Iterator[LineRow]:
    """Yield the lines with the rate of the invoice's tax, where it has one rate."""
    taxes = (invoice.get("TxnTaxDetail") or {}).get("TaxLine") or ()
    rates = {str((tax.get("TaxLineDetail") or {}).get("TaxPercent") or "0") for tax in taxes}
    rate = rates.pop() if len(rates) == 1 else "0"
    for line in invoice.get("Line") or ():
        if line.get("DetailType") != "SalesItemLineDetail":
            continue
        price, _ = line_amounts(money(line, "Amount", currency), Money.zero(currency))
        taxed = ((line["SalesItemLineDetail"].get("TaxCodeRef") or {}).get("value")) != "NON"
        text = str(line.get("Description") or "")
        yield LineRow(0, external_id, text, "1", price, rate if taxed else "0")


def _lines(place: Json) -> str:
    names = ("Line1", "Line2", "PostalCode", "City", "Country")
    return "\n".join(str(place[name]) for name in names if place.get(name))
