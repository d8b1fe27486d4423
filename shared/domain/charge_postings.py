"""The postings that lower a charge: a correction that is due, a waiver that is granted."""

from datetime import date

from shared.domain.account import Document, DocumentKind
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.errors import InvalidInput
from shared.ids import derived_id

REASON_PAID_EARLIER = "paid_earlier"
REASON_PRINCIPAL_PAID = "principal_paid"


def correction_posting(
    charge: Document, amount: Money, cause: str, today: date, now: Now
) -> Posting | None:
    """Return the counter-entry of amount of charge, None where nothing of it can be taken back.

    Where more was paid of the charge than is left of it, the difference goes back to the customer
    as a credit. What was waived or written off of it is not taken back again: the amount is bounded
    by what is open and what was settled, which the caller knows.
    """
    if not amount:
        return None
    document_id = charge.document_id
    movements = []
    paid = amount.minor - charge.open.minor
    if paid > 0:
        movements.append(
            Movement(
                MovementKind.DEALLOCATION,
                Money(minor=paid, currency=amount.currency),
                document_id=document_id,
                source_id=derived_id("overcharge", document_id, cause),
                reason=REASON_PAID_EARLIER,
            )
        )
    movements.append(
        Movement(
            MovementKind.CORRECTION, -amount, document_id=document_id, reason=REASON_PAID_EARLIER
        )
    )
    return Posting(
        posting_id=f"correction:{document_id}:{cause}",
        value_date=today,
        recorded_at=now.business,
        movements=tuple(movements),
    )


def waiver_posting(
    charge: Document,
    amount: Money | None,
    reason: str,
    note: str,
    by: str,
    today: date,
    now: Now,
    cause: str = "",
) -> Posting:
    """Return the posting that gives up amount of charge, or all that is open of it.

    cause tells one waiver of a charge from the next, by default the version that it is of.
    Raises InvalidInput where it is no charge, or amount is not above zero and at most what is open.
    """
    if charge.kind is not DocumentKind.CHARGE:
        raise InvalidInput(field="charge", reason="only a charge can be waived")
    waived = charge.open if amount is None else amount
    if waived.currency != charge.open.currency or not 0 < waived.minor <= charge.open.minor:
        raise InvalidInput(field="amount", reason=f"above zero and at most {charge.open}")
    return Posting(
        posting_id=f"waiver:{charge.document_id}:{cause or charge.version}",
        value_date=today,
        recorded_at=now.business,
        movements=(
            Movement(MovementKind.WAIVER, -waived, document_id=charge.document_id, reason=reason),
        ),
        by=by,
        note=note,
    )


def settled(charge: Document, postings: tuple[Posting, ...]) -> Money:
    """Return what money was put against charge and still is."""
    kinds = (MovementKind.ALLOCATION, MovementKind.DEALLOCATION)
    minor = sum(
        movement.amount.minor
        for posting in postings
        for movement in posting.movements
        if movement.document_id == charge.document_id and movement.kind in kinds
    )
    return Money(minor=-minor, currency=charge.total.currency)
