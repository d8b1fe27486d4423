"""Giving up what a document is open for, and taking that back. Pure."""

from shared.domain.apply_cash import rooms, taken_off
from shared.domain.document import Document, DocumentKind
from shared.domain.limits import amount_within
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind
from shared.errors import InvalidInput

BAD_DEBT_REASONS = (
    "insolvent",
    "uncollectible",
    "disputed",
    "statute_barred",
    "too_small",
    "other",
)
DEDUCTION_REASONS = (
    "damaged",
    "short_delivery",
    "price",
    "returned",
    "bank_fee",
    "promotion",
    "other",
)


def written_off(document: Document, amount: Money | None, reason: str) -> tuple[Movement, ...]:
    """Return the movements that write amount of document off as bad debt: all of it for None.

    Raises InvalidInput for a reason that is none and for more than is open, CurrencyMismatch.
    """
    if reason not in BAD_DEBT_REASONS:
        raise InvalidInput(field="reason", reason=", ".join(BAD_DEBT_REASONS))
    part = _bounded(document, document.open if amount is None else amount)
    return tuple(taken_off(document, MovementKind.WRITE_OFF, part, reason))


def deducted(document: Document, amount: Money, reason: str) -> tuple[Movement, ...]:
    """Return the movements that accept that amount of document is not paid.

    Raises InvalidInput for a reason that is none and for more than is open, CurrencyMismatch.
    """
    if reason not in DEDUCTION_REASONS:
        raise InvalidInput(field="reason", reason=", ".join(DEDUCTION_REASONS))
    return tuple(taken_off(document, MovementKind.DEDUCTION, _bounded(document, amount), reason))


def recovered(document: Document, amount: Money | None, reason: str) -> tuple[Movement, ...]:
    """Return the movements that ask for amount of a write-off again: for all of it for None.

    Raises InvalidInput for more than was written off, CurrencyMismatch.
    """
    wanted = document.written_off if amount is None else amount
    part = amount_within("amount", wanted, document.written_off)
    return tuple(
        Movement(
            MovementKind.RECOVERY,
            Money(minor=piece, currency=part.currency),
            document_id=document.document_id,
            instalment=number,
            reason=reason,
        )
        for number, piece in rooms(document, part.minor)
    )


def _bounded(document: Document, part: Money) -> Money:
    if document.kind is DocumentKind.CREDIT_NOTE:
        raise InvalidInput(field="document", reason="a credit note asks for nothing")
    return amount_within("amount", part, document.open)
