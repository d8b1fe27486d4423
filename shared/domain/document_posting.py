"""The postings that make a document, or correct the total of one that the ERP issued."""

from datetime import date

from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
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
    before: Document, after: Document, surplus_id: str, today: date, now: Now
) -> Posting:
    """Return the posting that makes the total of before that of after, part by part.

    What was settled beyond the new total goes back to the customer as the credit surplus_id. There
    are no movements where no part changed.
    """
    movements: list[Movement] = []
    old, new = _parts(before), _parts(after)
    nothing = Money.zero(after.total.currency)
    for number in sorted(old.keys() | new.keys()):
        total, opened = old.get(number, (nothing, nothing))
        total_now, opened_now = new.get(number, (nothing, nothing))
        revised = total_now - total
        surplus = opened_now - opened - revised
        if revised:
            movements.append(
                Movement(MovementKind.REVISION, revised, after.document_id, instalment=number)
            )
        if surplus:
            movements.append(
                Movement(
                    MovementKind.DEALLOCATION,
                    surplus,
                    after.document_id,
                    instalment=number,
                    source_id=surplus_id,
                    reason="total_below_paid",
                )
            )
    return Posting(
        posting_id=f"revision:{after.document_id}:{after.version}",
        value_date=today,
        recorded_at=now.business,
        movements=tuple(movements),
    )


def _parts(document: Document) -> dict[int, tuple[Money, Money]]:
    """Return (total, open) by instalment."""
    parts = {i.number: (i.total, i.open) for i in document.instalments}
    return parts or {0: (document.total, document.open)}
