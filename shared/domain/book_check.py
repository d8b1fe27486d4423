"""The nightly comparison: every figure that the store keeps, against the sum of the postings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.money import Money
from shared.domain.movement import MAKES_TOTAL, TAKES_OFF, Movement, MovementKind, Posting, fold
from shared.ids import derived_id


class FigureKind(StrEnum):
    """What a figure measures. The last four count heads: open, closed, in the due index, void."""

    TOTAL = "total"
    OPEN = "open"
    PART_TOTAL = "instalment_total"
    PART_OPEN = "instalment_open"
    ADJUSTED = "adjusted"
    DISCOUNT = "discount_taken"
    CREDIT = "credit"
    RECEIVED = "received"
    ALLOCATED = "allocated"
    GONE = "gone"
    OPEN_HEADS = "open_heads"
    CLOSED_HEADS = "closed_heads"
    DUE_ENTRIES = "due_entries"
    VOID = "void"


_COUNTS = {
    FigureKind.OPEN_HEADS,
    FigureKind.CLOSED_HEADS,
    FigureKind.DUE_ENTRIES,
    FigureKind.VOID,
}
_OF_PAYMENTS = {FigureKind.RECEIVED, FigureKind.ALLOCATED, FigureKind.GONE}
_SETTLES = {MovementKind.ALLOCATION, MovementKind.DEALLOCATION}


@dataclass(frozen=True, slots=True, order=True)
class Figure:
    """One figure of one document or source. part is the number of an instalment.

    Of ALLOCATED, source_id is the payment and document_id what it went to; of ADJUSTED, what says
    for which reason something was taken off. A count has no currency.
    """

    kind: FigureKind
    document_id: str = ""
    source_id: str = ""
    part: int = 0
    currency: str = ""
    what: str = ""


type Figures = Mapping[Figure, int | None]
"""Minor units, or a count, by figure. One that is not named is zero; None is one that is lost."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of which the store says another thing than the postings. stored None is lost."""

    figure: Figure
    stored: int | None
    posted: int

    def __str__(self) -> str:
        """Return one line for people."""
        of = self.figure
        part = f"no. {of.part}" if of.part else ""
        subject = " ".join(filter(None, (of.source_id, of.document_id, part, of.what)))
        stored = "nothing" if self.stored is None else self._said(self.stored)
        return f"{of.kind} of {subject}: stored {stored}, postings say {self._said(self.posted)}"

    def _said(self, value: int) -> str:
        of = self.figure
        return str(value) if of.kind in _COUNTS else str(Money(minor=value, currency=of.currency))


def posted_figures(postings: Iterable[Posting]) -> dict[Figure, int]:
    """Return every figure that postings sum to. Of a credit note nothing is noted as allocated."""
    known = tuple(postings)
    movements = tuple(movement for posting in known for movement in posting.movements)
    balances = fold(known)
    added: defaultdict[Figure, int] = defaultdict(int)
    for (document_id, currency), minor in balances.open.items():
        added[Figure(FigureKind.OPEN, document_id, currency=currency)] = minor
    for (source_id, currency), minor in balances.unapplied.items():
        added[Figure(FigureKind.CREDIT, source_id=source_id, currency=currency)] = minor
    for movement in movements:
        for figure, minor in _beside_balances(movement):
            added[figure] += minor
    paid = {m.source_id for m in movements if m.kind is MovementKind.PAYMENT}
    sums = {
        figure: minor
        for figure, minor in added.items()
        if figure.kind not in _OF_PAYMENTS or figure.source_id in paid
    }
    void = {m.document_id or m.source_id for m in movements if m.kind is MovementKind.VOID}
    sums |= {Figure(FigureKind.VOID, document_id): 1 for document_id in void}
    is_open = {document_id for document_id, _ in balances.open}
    for document_id in _documents(movements):
        opened = document_id in is_open
        place = FigureKind.OPEN_HEADS if opened else FigureKind.CLOSED_HEADS
        sums[Figure(place, document_id)] = 1
        sums[Figure(FigureKind.DUE_ENTRIES, document_id)] = int(opened)
    return sums


def difference_task_id(customer_id: str, found: Iterable[Difference]) -> str:
    """Return the id of the task about these differences: the same ones give one task."""
    return derived_id("books", customer_id, *(str(difference) for difference in found))


def differences(stored: Figures, posted: Figures) -> tuple[Difference, ...]:
    """Return where the two disagree, in a steady order."""
    return tuple(
        Difference(figure, stored.get(figure, 0), posted.get(figure) or 0)
        for figure in sorted({*stored, *posted})
        if stored.get(figure, 0) != (posted.get(figure) or 0)
    )


def _beside_balances(movement: Movement) -> Iterable[tuple[Figure, int]]:
    minor, currency = movement.amount.minor, movement.amount.currency
    document_id, source_id, part = movement.document_id, movement.source_id, movement.instalment
    if movement.kind in MAKES_TOTAL:
        yield Figure(FigureKind.TOTAL, document_id, currency=currency), minor
        if part:
            yield Figure(FigureKind.PART_TOTAL, document_id, part=part, currency=currency), minor
    if movement.kind is MovementKind.CREDIT_NOTE:
        yield Figure(FigureKind.TOTAL, source_id, currency=currency), minor
    if document_id and part:
        yield Figure(FigureKind.PART_OPEN, document_id, part=part, currency=currency), minor
    if movement.kind in TAKES_OFF and document_id:
        what = str(TAKES_OFF[movement.kind])
        yield Figure(FigureKind.ADJUSTED, document_id, currency=currency, what=what), -minor
    if movement.kind is MovementKind.DISCOUNT:
        yield Figure(FigureKind.DISCOUNT, document_id, currency=currency), -minor
    if not source_id:
        return
    if movement.kind is MovementKind.PAYMENT:
        yield Figure(FigureKind.RECEIVED, source_id=source_id, currency=currency), minor
    elif movement.kind in _SETTLES:
        yield Figure(FigureKind.ALLOCATED, document_id, source_id, currency=currency), -minor
    else:
        yield Figure(FigureKind.GONE, source_id=source_id, currency=currency), -minor


def _documents(movements: Iterable[Movement]) -> Iterable[str]:
    for movement in movements:
        if movement.document_id:
            yield movement.document_id
        if movement.kind is MovementKind.CREDIT_NOTE:
            yield movement.source_id
