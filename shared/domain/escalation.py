"""What a stage costs and asks of people beyond a mail."""

from datetime import date, timedelta

from shared.domain.account import Document, DocumentKind
from shared.domain.policy import Stage
from shared.ids import derived_id


def fee_charge_id(document_id: str, stage_id: str) -> str:
    """Return the id of the late fee that stage_id puts on a document: one, however often asked."""
    return derived_id("charge", document_id, stage_id)


def late_fee(invoice: Document, stage: Stage, today: date) -> Document | None:
    """Return the charge that stage puts on invoice on today, or None where it names no fee.

    A message speaks in the tone of the stage that one of its documents has reached; an invoice
    beside it that has not reached that stage bears no fee. The charge is a document of its own, in
    the invoice's currency; the invoice never changes. It starts on the ladder where its stage
    stands, so that it is not announced twice. A charge bears no charge.
    """
    if stage.fee is None or invoice.kind is not DocumentKind.INVOICE:
        return None
    if stage.reached_on(invoice) > today:
        return None
    amount = stage.fee.amount(invoice.total.currency)
    if amount is None:
        return None
    return Document(
        document_id=fee_charge_id(invoice.document_id, stage.id),
        kind=DocumentKind.CHARGE,
        number=f"{invoice.number}-FEE",
        issued_on=today,
        due_on=today + timedelta(days=stage.fee.payable_in_days),
        total=amount,
        open=amount,
        description=f"late fee {invoice.number}",
        stage_done=stage.id,
        invoice_id=invoice.document_id,
    )
