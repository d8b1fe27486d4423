"""One customer's books at one consistent look, and what movements make of them.

An operation reads Books, decides on movements, and writes what changed() says: heads and credits
are moved by nothing else, so that they are always the sum of the movements.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from shared.domain.account import Credit
from shared.domain.discount import followed
from shared.domain.document import Document, Instalment
from shared.domain.money import Money
from shared.domain.movement import MAKES_TOTAL, TAKES_OFF, Movement, MovementKind


@dataclass(frozen=True, slots=True)
class Books:
    """The documents and credits of one customer that an operation may touch.

    documents are all the open ones and those closed ones that were asked for. stored is what the
    store wants back with a write, by document id, and nobody else's.
    """

    customer_id: str
    documents: tuple[Document, ...] = ()
    credits: tuple[Credit, ...] = ()
    stored: Mapping[str, Any] = field(default_factory=dict)

    def document(self, document_id: str) -> Document | None:
        """Return the document of that id, or None where it was not read."""
        return next((d for d in self.documents if d.document_id == document_id), None)

    def credit(self, source_id: str) -> Credit | None:
        """Return what is unapplied of a payment or credit note, or None where nothing is."""
        return next((c for c in self.credits if c.source_id == source_id), None)


@dataclass(frozen=True, slots=True)
class Changes:
    """Pairs of (before, after). What is new has no before; a credit that is used up is of zero."""

    documents: tuple[tuple[Document | None, Document], ...] = ()
    credits: tuple[tuple[Credit | None, Credit], ...] = ()


def changed(
    books: Books, movements: Iterable[Movement], value_date: date, new: Iterable[Document] = ()
) -> Changes:
    """Return what movements make of books: each touched document and credit, once.

    new are documents that the movements make: open for nothing until then, and of the total that
    those movements give them. What is void stays so. value_date is the day of a credit that begins
    or begins again.

    Raises ValueError where a movement names a document that books do not hold, where a document
    would be open for less than nothing or more than its total, or a credit for less than nothing:
    an operation that was not bounded, never an input.
    """
    movements = tuple(movements)
    known = {d.document_id: d for d in books.documents}
    fresh = {d.document_id: d for d in new}
    of_document: defaultdict[str, list[Movement]] = defaultdict(list)
    sources: dict[str, Money] = {}
    for movement in movements:
        if movement.document_id:
            of_document[movement.document_id].append(movement)
        if movement.source_id:
            nothing = Money.zero(movement.amount.currency)
            known_sum = sources.get(movement.source_id, nothing)
            sources[movement.source_id] = known_sum + movement.amount
    documents = []
    for document_id, its in of_document.items():
        before = known.get(document_id)
        after = _after(before, before or fresh[document_id], its)
        if before is not None:
            after = replace(after, discount=followed(before, movements, value_date))
        documents.append((before, after))
    credits = [
        _credited(books.credit(source_id), source_id, added, value_date)
        for source_id, added in sources.items()
        if added
    ]
    return Changes(tuple(documents), tuple(credits))


def _after(before: Document | None, start: Document, movements: Iterable[Movement]) -> Document:
    """Return what movements of one document, which begins as start, make of it."""
    opened: defaultdict[int, int] = defaultdict(int)
    adjusted: defaultdict[str, int] = defaultdict(int)
    total, void = 0, False
    for movement in movements:
        opened[movement.instalment] += movement.amount.minor
        if movement.kind in TAKES_OFF:
            adjusted[TAKES_OFF[movement.kind]] -= movement.amount.minor
        if movement.kind in MAKES_TOTAL:
            total += movement.amount.minor
        void = void or movement.kind is MovementKind.VOID
    after = _moved(start, before is None, opened, total)
    if adjusted:
        after = replace(after, adjusted=_adjusted(after, adjusted))
    return replace(after, voided=True) if void else after


def _moved(document: Document, is_new: bool, parts: Mapping[int, int], total: int) -> Document:
    currency = document.total.currency
    start = 0 if is_new else document.open.minor
    open_minor = start + sum(parts.values())
    total_minor = total if is_new else document.total.minor + total
    if not 0 <= open_minor <= total_minor:
        raise ValueError(f"{document.document_id} would be open for {open_minor} of {total_minor}")
    instalments = tuple(_part(i, is_new, parts.get(i.number, 0)) for i in document.instalments)
    if instalments and sum(i.open.minor for i in instalments) != open_minor:
        raise ValueError(f"{document.document_id}: a movement names none of its instalments")
    return replace(
        document,
        total=Money(minor=total_minor, currency=currency),
        open=Money(minor=open_minor, currency=currency),
        instalments=instalments,
        due_on=due_on(document.due_on, instalments),
        version=1 if is_new else document.version + 1,
    )


def _adjusted(document: Document, added: Mapping[str, int]) -> dict[str, int]:
    known = dict(document.adjusted)
    for kind, minor in added.items():
        known[str(kind)] = known.get(str(kind), 0) + minor
        if known[str(kind)] < 0:
            raise ValueError(f"{document.document_id}: more {kind} taken back than there was")
    return known


def due_on(otherwise: date, instalments: tuple[Instalment, ...]) -> date:
    """Return the due date of the first instalment that is open, the last one's when none is."""
    if not instalments:
        return otherwise
    return next((i.due_on for i in instalments if i.open), instalments[-1].due_on)


def _part(instalment: Instalment, is_new: bool, added: int) -> Instalment:
    start = 0 if is_new else instalment.open.minor
    if not 0 <= start + added <= instalment.total.minor:
        raise ValueError(f"instalment {instalment.number} would be open for {start + added}")
    opened = Money(minor=start + added, currency=instalment.total.currency)
    return replace(instalment, open=opened)


def _credited(
    before: Credit | None, source_id: str, added: Money, value_date: date
) -> tuple[Credit | None, Credit]:
    known = before or Credit(source_id, Money.zero(added.currency), value_date, version=0)
    after = replace(known, unapplied=known.unapplied + added, version=known.version + 1)
    if after.unapplied.minor < 0:
        raise ValueError(f"{source_id} would be unapplied for {after.unapplied.minor}")
    return before, after
