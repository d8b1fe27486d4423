"""The postings that make a document, or correct the total of one that the ERP issued."""

from datetime import date

from shared.domain.account import Document, DocumentKind
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting

_KINDS = {
    DocumentKind.INVOICE: MovementKind.INVOICE,
    DocumentKind.CHARGE: MovementKind.CHARGE,
}


def document_posting(document: Document, now: Now, by: str = "") -> Posting:
    """Return the posting of a new invoice or charge: one movement, or one for each instalment.

    The tax of the document is named with its last instalment's movement: it is one claim.
    """
    kind = _KINDS[document.kind]
    parts = [(i.number, i.total) for i in document.instalments] or [(0, document.total)]
    last = parts[-1][0]
    return Posting(
        posting_id=f"{kind}:{document.document_id}",
        value_date=document.issued_on,
        recorded_at=now.business,
        movements=tuple(
            Movement(
                kind,
                amount,
                document_id=document.document_id,
                instalment=number,
                tax=document.tax_minor if number == last else {},
            )
            for number, amount in parts
        ),
        by=by,
    )


def revision_posting(
    after: Document, difference: Money, surplus: Money, surplus_id: str, today: date, now: Now
) -> Posting:
    """Return the posting that moves a document's total by difference, as the ERP says.

    A surplus is what was settled beyond the new total: it goes back to the customer as the credit
    surplus_id.
    """
    document_id = after.document_id
    movements = [Movement(MovementKind.REVISION, difference, document_id=document_id)]
    if surplus:
        movements.append(
            Movement(
                MovementKind.DEALLOCATION,
                surplus,
                document_id=document_id,
                source_id=surplus_id,
                reason="total_below_paid",
            )
        )
    return Posting(
        posting_id=f"revision:{document_id}:{after.version}",
        value_date=today,
        recorded_at=now.business,
        movements=tuple(movements),
    )
