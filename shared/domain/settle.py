"""Settlement: how money of one source closes documents. Pure, and exact to the minor unit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind
from shared.domain.payment import Allocation


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of an amount: allocations and the unapplied rest sum to it exactly.

    movements are what allocations are in the books, one for each instalment. left is the part of
    the plan that was not looked at.
    """

    allocations: tuple[Allocation, ...]
    movements: tuple[Movement, ...]
    unapplied: Money
    left: tuple[tuple[str, Money], ...] = ()


def settle(
    source_id: str,
    amount: Money,
    plan: Iterable[tuple[str, Money]],
    documents: Iterable[Document],
    documents_max: int | None = None,
) -> Settlement:
    """Return how amount of a source settles the planned parts of documents, oldest due first.

    Each document gets the least of what is planned, what it is open for, and what is left of
    amount. A planned document that is not among documents (it was closed meanwhile) gets nothing:
    its part stays unapplied. Neither the order of plan nor that of documents matters. Where
    documents_max is given, at most that many are settled and the rest of the plan is left.

    Raises CurrencyMismatch when the plan or a planned document is in another currency.
    """
    wanted = _by_document(plan)
    found = sorted(
        (d for d in documents if d.document_id in wanted and d.open),
        key=lambda d: (d.due_on, d.document_id),
    )
    now, later = found[:documents_max], found[len(found[:documents_max]) :]
    rest = amount
    allocations: list[Allocation] = []
    movements: list[Movement] = []
    for document in now:
        part = min(wanted[document.document_id], document.open, rest)
        if part:
            rest -= part
            moved = allocated(source_id, document, part)
            allocations.append(_allocation(document, part, moved))
            movements += moved
    return Settlement(
        allocations=tuple(allocations),
        movements=tuple(movements),
        unapplied=rest,
        left=tuple((d.document_id, wanted[d.document_id]) for d in later) if rest else (),
    )


def allocated(source_id: str, document: Document, part: Money) -> tuple[Movement, ...]:
    """Return the movements that put part of a source's money against document.

    The first instalment that is open comes first. part is at most what is open.
    """
    return tuple(
        Movement(
            MovementKind.ALLOCATION,
            -piece,
            document_id=document.document_id,
            instalment=number,
            source_id=source_id,
        )
        for number, piece in spread(document, part)
    )


def spread(document: Document, part: Money) -> Iterator[tuple[int, Money]]:
    """Yield (instalment, amount) over what is open of document, first due first; they sum to part.

    The instalment is 0 for a document without any. Raises ValueError where part is more than is
    open.
    """
    if document.open < part:
        raise ValueError(f"{part} is more than is open of {document.document_id}")
    if not document.instalments:
        yield 0, part
        return
    for instalment in document.instalments:
        piece = min(instalment.open, part)
        if piece:
            part -= piece
            yield instalment.number, piece


def _by_document(plan: Iterable[tuple[str, Money]]) -> dict[str, Money]:
    wanted: dict[str, Money] = {}
    for document_id, part in plan:
        known = wanted.get(document_id)
        wanted[document_id] = part if known is None else known + part
    return wanted


def _allocation(document: Document, part: Money, moved: Iterable[Movement]) -> Allocation:
    parts = tuple((m.instalment, -m.amount.minor) for m in moved if m.instalment)
    return Allocation(document.document_id, document.number, document.external_id, part, parts)
