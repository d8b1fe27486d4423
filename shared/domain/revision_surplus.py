"""A lowered total has no room for all that settled it: where the surplus comes from. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.account import Document
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting

_ALLOCATES = (MovementKind.ALLOCATION, MovementKind.DEALLOCATION)
_GIVEN_UP = {
    "write_off": MovementKind.RECOVERY,
    "deduction": MovementKind.DEDUCTION,
    "tolerance": MovementKind.TOLERANCE,
    "fx_difference": MovementKind.FX_DIFFERENCE,
}
"""What was taken off without money, by the kind that takes it back; claims given up come first."""

Held = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """A posting whose surplus is taken from what had settled the document, and what is given up
    of the document then, by kind."""

    posting: Posting
    adjusted: Mapping[str, int]


def held_parts(document_id: str, postings: Iterable[Posting]) -> tuple[Held, ...]:
    """Return (source, instalment, minor units) of what is allocated to a document, newest first."""
    held: dict[tuple[str, int], int] = {}
    for posting in sorted(postings, key=lambda p: (p.recorded_at, p.posting_id)):
        for movement in posting.movements:
            if movement.document_id == document_id and movement.kind in _ALLOCATES:
                key = (movement.source_id, movement.instalment)
                held[key] = held.pop(key, 0) - movement.amount.minor
    return tuple((*key, minor) for key, minor in reversed(held.items()) if minor > 0)


def placed(posting: Posting, before: Document, held: Sequence[Held]) -> Placed:
    """Return posting with its surplus taken from real sources.

    Money that the customer never paid is not given back to him: what was given up of the document
    falls first, then the newest allocations. What neither explains stays with the source that
    posting names.
    """
    adjusted = dict(before.adjusted)
    left = {(source, number): minor for source, number, minor in held}
    movements: list[Movement] = []
    for movement in posting.movements:
        if movement.kind is not MovementKind.DEALLOCATION:
            movements.append(movement)
            continue
        rest = movement.amount.minor
        for kind, name in _takes(adjusted):
            piece = min(rest, adjusted[name])
            adjusted[name] -= piece
            rest -= piece
            movements += _piece(replace(movement, kind=kind, source_id=""), piece)
        for (source, number), minor in left.items():
            if number == movement.instalment:
                piece = min(rest, minor)
                left[source, number] -= piece
                rest -= piece
                movements += _piece(replace(movement, source_id=source), piece)
        movements += _piece(movement, rest)
    return Placed(replace(posting, movements=tuple(movements)), adjusted)


def _takes(adjusted: Mapping[str, int]) -> Iterator[tuple[MovementKind, str]]:
    return ((kind, name) for name, kind in _GIVEN_UP.items() if adjusted.get(name, 0) > 0)


def _piece(movement: Movement, minor: int) -> list[Movement]:
    money = Money(minor=minor, currency=movement.amount.currency)
    return [replace(movement, amount=money)] if minor else []
