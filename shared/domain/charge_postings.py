"""The postings that lower a charge: a correction that is due, a waiver that is granted."""

from collections.abc import Iterable
from datetime import date

from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.counter_entries import with_consequences
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.errors import InvalidInput

_ALLOCATES = (MovementKind.ALLOCATION, MovementKind.DEALLOCATION)
REASON_PAID_EARLIER = "paid_earlier"
REASON_PRINCIPAL_PAID = "principal_paid"
REASON_NOT_ANNOUNCED = "not_announced"


def holders(charge_id: str, postings: Iterable[Posting]) -> tuple[tuple[str, int], ...]:
    """Return (source id, minor units) of what is allocated to a charge, the newest first."""
    held: dict[str, int] = {}
    for posting in sorted(postings, key=lambda p: (p.recorded_at, p.posting_id)):
        for movement in posting.movements:
            if movement.document_id == charge_id and movement.kind in _ALLOCATES:
                before = held.pop(movement.source_id, 0)
                held[movement.source_id] = before - movement.amount.minor
    return tuple((source, minor) for source, minor in reversed(held.items()) if minor > 0)


def correction_posting(
    charge: Document,
    books: Books,
    amount: Money,
    held: Iterable[tuple[str, int]],
    cause: str,
    today: date,
    now: Now,
    reason: str = REASON_PAID_EARLIER,
) -> Posting | None:
    """Return the counter-entry of amount of charge, None where nothing of it can be taken back.

    Where less is open of it, money that held has on it is freed first, under its own payment. What
    was waived or written off is given up already: the correction is the smaller then. books hold
    the charge. cause tells one correction of a charge from the next.
    """
    document_id, currency = charge.document_id, amount.currency
    wanted = amount.minor - charge.open.minor
    freed = []
    for source_id, minor in held:
        piece = min(minor, wanted)
        if piece > 0:
            wanted -= piece
            money = Money(minor=piece, currency=currency)
            freed.append(_freed(document_id, source_id, money))
    movements = with_consequences(freed, books, today) if freed else ()
    opened = charge.open.minor + sum(m.amount.minor for m in movements)
    corrected = Money(minor=-min(amount.minor, opened), currency=currency)
    if not corrected:
        return None
    return Posting(
        posting_id=f"correction:{document_id}:{cause}",
        value_date=today,
        recorded_at=now.business,
        movements=(
            *movements,
            Movement(MovementKind.CORRECTION, corrected, document_id, reason=reason),
        ),
    )


def _freed(document_id: str, source_id: str, money: Money) -> Movement:
    return Movement(
        MovementKind.DEALLOCATION,
        money,
        document_id=document_id,
        source_id=source_id,
        reason=REASON_PAID_EARLIER,
    )


def waived(charge: Document, amount: Money | None, reason: str) -> tuple[Movement, ...]:
    """Return the movement that gives up amount of charge: all that is open of it for None.

    Raises InvalidInput where it is no charge, or amount is not above zero and at most what is open.
    """
    if charge.kind is not DocumentKind.CHARGE:
        raise InvalidInput(field="charge", reason="only a charge can be waived")
    part = charge.open if amount is None else amount
    if part.currency != charge.open.currency or not 0 < part.minor <= charge.open.minor:
        raise InvalidInput(field="amount", reason=f"above zero and at most {charge.open}")
    return (Movement(MovementKind.WAIVER, -part, document_id=charge.document_id, reason=reason),)


def waiver_posting(charge: Document, reason: str, today: date, now: Now) -> Posting:
    """Return the posting by which the hub itself gives up all that is open of charge."""
    return Posting(
        posting_id=f"waiver:{charge.document_id}:{charge.version}",
        value_date=today,
        recorded_at=now.business,
        movements=waived(charge, None, reason),
    )
