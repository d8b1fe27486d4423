"""What moved the open amount of one document after it was issued, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain.money import Money
from shared.domain.movement import MovementKind, Posting

_ISSUED = frozenset({MovementKind.INVOICE, MovementKind.CHARGE})


@dataclass(frozen=True, slots=True)
class Step:
    """One change of what is open: amount is below zero where it got less.

    source_id is the payment or credit note that the money is of, "" for what comes without money;
    of_note says that it is a credit note. reason is a short code, by who did it ("" the hub).
    """

    on: date
    kind: MovementKind
    amount: Money
    source_id: str = ""
    of_note: bool = False
    reason: str = ""
    by: str = ""
    note: str = ""


def document_steps(postings: Iterable[Posting], document_id: str) -> tuple[Step, ...]:
    """Return the steps of a document, newest first, of all postings of its customer.

    Its own issue is none of them. Parts of one posting that are of one kind and source are one
    step, whatever instalments they went to.
    """
    known = list(postings)
    notes = {
        movement.source_id
        for posting in known
        for movement in posting.movements
        if movement.kind is MovementKind.CREDIT_NOTE
    }
    steps = [
        Step(
            on=posting.value_date,
            kind=kind,
            amount=amount,
            source_id=source_id,
            of_note=source_id in notes,
            reason=reason,
            by=posting.by,
            note=posting.note,
        )
        for posting in known
        for (kind, source_id, reason), amount in _sums(posting, document_id).items()
    ]
    return tuple(sorted(steps, key=lambda step: step.on, reverse=True))


def _sums(posting: Posting, document_id: str) -> dict[tuple[MovementKind, str, str], Money]:
    sums: dict[tuple[MovementKind, str, str], Money] = {}
    for movement in posting.movements:
        if movement.document_id == document_id and movement.kind not in _ISSUED:
            name = (movement.kind, movement.source_id, movement.reason)
            known = sums.get(name)
            sums[name] = movement.amount if known is None else known + movement.amount
    return sums
