"""A lowered total has no room for all that settled it: where the surplus comes from. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.discount import followed, given_back
from shared.domain.document import Discount, Document
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
    of the document then, by kind, and as its discount."""

    posting: Posting
    adjusted: Mapping[str, int]
    discount: Discount | None


def held_parts(document_id: str, postings: Iterable[Posting]) -> tuple[Held, ...]:
    """Return (source, instalment, minor units) of what settles a document, newest first.

    What a discount took off has no source: it is named "".
    """
    held: dict[tuple[str, int], int] = {}
    for posting in sorted(postings, key=lambda p: (p.recorded_at, p.posting_id)):
        for movement in posting.movements:
            settles = movement.kind in _ALLOCATES or movement.kind is MovementKind.DISCOUNT
            if movement.document_id == document_id and settles:
                key = (movement.source_id, movement.instalment)
                held[key] = held.pop(key, 0) - movement.amount.minor
    return tuple((*key, minor) for key, minor in reversed(held.items()) if minor > 0)


def placed(posting: Posting, before: Document, held: Sequence[Held]) -> Placed:
    """Return posting with its surplus taken from real sources.

    Money that the customer never paid is not given back to them: what was given up of the document
    falls first, and with it the discount to what it is of the new total; then the newest
    allocations; then what is left of the discount. What none of them explains stays with the
    source that posting names.
    """
    found = _Takings(posting, before, held)
    movements: list[Movement] = []
    for movement in posting.movements:
        if movement.kind is MovementKind.DEALLOCATION:
            movements += found.of(movement)
        else:
            movements.append(movement)
    if before.discount is not None and found.discounts:
        taken = before.discount.taken_minor - sum(found.discounts.values())
        after = replace(found.rebased or before.discount, taken_minor=taken)
        movements += given_back(before, tuple(found.discounts.items()), after)
    posting = replace(posting, movements=tuple(movements))
    return Placed(posting, found.adjusted, followed(before, movements, posting.value_date))


class _Takings:
    """What is left of all that settled a document, while one surplus after the other is taken."""

    def __init__(self, posting: Posting, before: Document, held: Sequence[Held]) -> None:
        self.adjusted = dict(before.adjusted)
        self.discounts: dict[int, int] = {}
        revised = [m for m in posting.movements if m.kind is MovementKind.REVISION]
        self.rebased = followed(before, revised, posting.value_date)
        self._left = {(source, number): minor for source, number, minor in held}
        kept = self.rebased.amount.minor if self.rebased else 0
        self._excess = max(before.discount.taken_minor - kept, 0) if before.discount else 0

    def of(self, surplus: Movement) -> list[Movement]:
        """Return what surplus, a movement that frees money of nobody, is made of."""
        rest = surplus.amount.minor - self._off(surplus.instalment, self._excess, surplus)
        found: list[Movement] = []
        for name, kind in _GIVEN_UP.items():
            piece = min(rest, self.adjusted.get(name, 0))
            if piece > 0:
                self.adjusted[name] -= piece
                rest -= piece
                found.append(_piece(replace(surplus, kind=kind, source_id=""), piece))
        for source, number in list(self._left):
            if source and number == surplus.instalment:
                piece = self._take(source, number, rest)
                rest -= piece
                found += [_piece(replace(surplus, source_id=source), piece)] if piece else []
        rest -= self._off(surplus.instalment, rest, surplus)
        return [*found, _piece(surplus, rest)] if rest else found

    def _off(self, number: int, most: int, surplus: Movement) -> int:
        """Take up to most of the discount that an instalment has, and return how much it was."""
        piece = self._take("", number, min(most, surplus.amount.minor))
        self._excess = max(self._excess - piece, 0)
        if piece:
            self.discounts[number] = self.discounts.get(number, 0) + piece
        return piece

    def _take(self, source: str, number: int, most: int) -> int:
        piece = min(most, self._left.get((source, number), 0))
        if piece:
            self._left[source, number] -= piece
        return piece


def _piece(movement: Movement, minor: int) -> Movement:
    return replace(movement, amount=Money(minor=minor, currency=movement.amount.currency))
