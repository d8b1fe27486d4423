"""Records that the ERP deleted, voided or merged: what that means here. Pure."""

from collections.abc import Collection
from datetime import date

from shared.domain.account import Account
from shared.domain.books import Books
from shared.domain.document import Document
from shared.domain.erp import Gone, GoneRow
from shared.domain.import_verdicts import InvoiceFact, Verdict
from shared.domain.imports import Problem
from shared.domain.payment import Payment, PaymentState


def judge_gone_invoice(
    row: GoneRow, fact: InvoiceFact | None, document: Document | None, credited: bool
) -> Verdict | Problem:
    """Return what to do about an invoice that the ERP deleted or voided.

    credited says that this hub wrote a credit note on it. An invoice on which something is applied
    is not voided: what was paid goes back first, or a credit note takes the invoice back.
    """
    if fact is None or fact.gone or document is None or document.voided:
        return Verdict.SAME
    if credited or document.open != document.total:
        message = "Something is applied to this invoice here. Take it back, or credit the invoice."
        return Problem(row.line, "external_id", "gone_but_settled", message)
    return Verdict.CHANGED


def judge_gone_payment(
    row: GoneRow, payment: Payment | None, books: Books | None
) -> Verdict | Problem:
    """Return what it means that the ERP has a payment no more.

    books hold every document that the payment went to. Money that was refunded, or that a document
    has no room to give back, waits for a person.
    """
    if payment is None or not (payment.state is PaymentState.SETTLED or payment.unfinished):
        return Verdict.SAME
    for allocation in payment.allocations:
        document = books.document(allocation.document_id) if books else None
        if document is None or document.total - document.open < allocation.amount:
            message = "What this payment paid cannot be opened again here. Look at its invoices."
            return Problem(row.line, "external_id", "money_used_elsewhere", message)
    if payment.gone_minor > payment.kept_minor and payment.state is PaymentState.SETTLED:
        message = "Some of this payment was paid back here. Look at it."
        return Problem(row.line, "external_id", "payment_paid_back", message)
    return Verdict.CHANGED


def judge_gone_customer(
    row: GoneRow, account: Account | None, into: str | None
) -> Verdict | Problem:
    """Return what it means that the ERP has a customer no more. into is who took their place.

    Who owes nothing, and of whom no money waits, may go without a word.
    """
    if account is None or account.customer.merged_into:
        return Verdict.SAME
    if row.why is Gone.MERGED:
        if into is None:
            message = "The customer that took this one's place is not here."
            return Problem(row.line, "into", "unknown_customer", message)
        if into == account.customer.customer_id:
            return Verdict.SAME
        message = "The ERP merged this customer into another one: duecourse customer merge."
        return Problem(row.line, "into", "customer_merged", message)
    if not account.documents and not account.credits:
        return Verdict.SAME
    message = "The ERP has this customer no more, and here something is open or waits."
    return Problem(row.line, "external_id", "customer_gone", message)


def day_of(row: GoneRow, first: date, today: date) -> date:
    """Return the value date of what is taken back: when it went, within first and today."""
    return min(max(row.on or today, first), max(first, today))


def names(rows: Collection[GoneRow]) -> list[str]:
    """Return the ERP's ids of rows, and of what took their place."""
    return [*dict.fromkeys([r.external_id for r in rows] + [r.into for r in rows if r.into])]
