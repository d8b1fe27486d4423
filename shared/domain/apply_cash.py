"""How money that a person allocates closes documents. Pure, and exact to the minor unit.

Beyond what settle() does for a payment that says what it is for, this knows instalments that are
named, short pay with its reason, bad debt that is paid after all, small differences, and what a
bank lost or won on a conversion.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.books import Books, changed
from shared.domain.cash_rules import Tolerance
from shared.domain.discount import to_pay, with_discounts
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind
from shared.domain.settle import allocated, spread

WITHIN_TOLERANCE = "within_tolerance"
PAID_AFTER_ALL = "paid_after_all"
AT_SETTLEMENT = "at_settlement"


@dataclass(frozen=True, slots=True)
class Part:
    """What of some money is for one document, or for one of its instalments.

    amount is None for all that closes it. deduction is what the payer keeps back on purpose and we
    accept, for reason (a short code).
    """

    document_id: str
    amount: Money | None = None
    instalment: int = 0
    deduction: Money | None = None
    reason: str = ""

    @property
    def plain(self) -> bool:
        """Return whether it says no more than a document and an amount."""
        return self.amount is not None and not self.instalment and self.deduction is None


@dataclass(frozen=True, slots=True)
class Applied:
    """What becomes of an amount. left are the parts that were not looked at yet."""

    movements: tuple[Movement, ...]
    unapplied: Money
    left: tuple[Part, ...] = ()


def oldest_first(documents: Iterable[Document], currency: str, day: date) -> tuple[Part, ...]:
    """Return what closes each open document of currency by money of day, oldest due first.

    A document that its discount alone would close is left out: no money is needed for it.
    """
    found = sorted(
        (d for d in documents if d.open and d.open.currency == currency),
        key=lambda d: (d.due_on, d.document_id),
    )
    parts = (Part(d.document_id, to_pay(d, day)) for d in found)
    return tuple(part for part in parts if part.amount)


def apply_cash(
    source_id: str,
    amount: Money,
    parts: Iterable[Part],
    books: Books,
    day: date,
    tolerance: Tolerance,
    documents_max: int,
    *,
    converted: bool = False,
) -> Applied:
    """Return how amount of a source goes to parts, those of the oldest due documents first.

    Each gets the least of what is asked, what is open or was written off, and what is left. day is
    the value date, by which discounts are earned. At most documents_max documents are touched;
    parts that say more than a document and an amount come first. Where the money was converted,
    what is missing or over is a difference of rates. The order of parts does not matter.
    """
    now, later = _in_order(parts, books, documents_max)
    rest = amount
    movements: list[Movement] = []
    standing = books
    for part in now:
        document = standing.document(part.document_id)
        if document is None:
            continue
        moved, paid = _part(source_id, part, document, rest, day, converted)
        rest -= paid
        movements += moved
        standing = after(standing, moved, day)
    movements = list(with_discounts(books.documents, movements, day))
    standing = after(books, _of_documents(movements), day)
    movements += _tolerated(movements, standing, tolerance)
    left = tuple(later) if rest else ()
    if not left and rest:
        over = MovementKind.FX_DIFFERENCE if converted else MovementKind.SMALL_CREDIT
        reason = AT_SETTLEMENT if converted else WITHIN_TOLERANCE
        if converted or (movements and tolerance.covers(rest, amount)):
            movements.append(Movement(over, -rest, source_id=source_id, reason=reason))
            rest = Money.zero(rest.currency)
    return Applied(tuple(movements), rest, left)


def after(books: Books, movements: Iterable[Movement], day: date) -> Books:
    """Return books with their documents as movements leave them; credits stay as they were."""
    changes = changed(books, _of_documents(movements), day).documents
    moved = {document.document_id: document for _, document in changes}
    return replace(books, documents=tuple(moved.get(d.document_id, d) for d in books.documents))


def rooms(document: Document, minor: int) -> Iterable[tuple[int, int]]:
    """Yield (instalment, piece) that document can be open for again, last parts first.

    The pieces sum to minor. Raises ValueError where its total has no room for it.
    """
    parts = [(i.number, i.total.minor - i.open.minor) for i in reversed(document.instalments)]
    for number, room in parts or [(0, document.total.minor - document.open.minor)]:
        piece = min(room, minor)
        if piece:
            minor -= piece
            yield number, piece
    if minor:
        raise ValueError(f"{document.document_id} has no room for {minor} more")


def _in_order(
    parts: Iterable[Part], books: Books, documents_max: int
) -> tuple[list[Part], list[Part]]:
    """Return the parts of the next step, oldest due first, and the others."""
    due = {d.document_id: d.due_on for d in books.documents}
    known = sorted(
        (p for p in parts if p.document_id in due),
        key=lambda p: (p.plain, due[p.document_id], p.document_id, p.instalment),
    )
    chosen = set(list(dict.fromkeys(p.document_id for p in known))[:documents_max])
    now = [p for p in known if p.document_id in chosen]
    now.sort(key=lambda p: (due[p.document_id], p.document_id, p.instalment))
    return now, [p for p in known if p.document_id not in chosen]


def _part(
    source_id: str, part: Part, document: Document, rest: Money, day: date, converted: bool
) -> tuple[list[Movement], Money]:
    """Return the movements of one part and how much of rest they take."""
    room = _room(document, part.instalment)
    asked = part.amount
    if asked is None:
        asked = room if part.instalment else to_pay(document, day)
        if part.deduction is not None:
            asked -= part.deduction
    asked = min(asked, room)
    paid = min(asked, rest)
    movements = list(_recovered(document, paid)) if not part.instalment else []
    open_again = after(Books("", (document,)), movements, day).documents[0]
    if paid:
        if part.instalment:
            movements.append(_to_instalment(source_id, part, paid))
        else:
            movements += allocated(source_id, open_again, paid)
    if converted and paid < asked:
        movements += _taken_off(
            document, movements, MovementKind.FX_DIFFERENCE, asked - paid, AT_SETTLEMENT, day
        )
    if part.deduction is not None:
        movements += _taken_off(
            document, movements, MovementKind.DEDUCTION, part.deduction, part.reason, day
        )
    return movements, paid


def _room(document: Document, instalment: int) -> Money:
    """Return the most that can be paid of document: what is open, and what was written off."""
    if instalment:
        nothing = Money.zero(document.open.currency)
        return next((i.open for i in document.instalments if i.number == instalment), nothing)
    return document.open + document.written_off


def _recovered(document: Document, paid: Money) -> Iterable[Movement]:
    """Yield the counter-entries of a write-off for what of paid is beyond what is open."""
    beyond = paid.minor - document.open.minor
    if beyond <= 0 or document.kind is DocumentKind.CREDIT_NOTE:
        return
    for number, piece in rooms(document, beyond):
        yield Movement(
            MovementKind.RECOVERY,
            Money(minor=piece, currency=paid.currency),
            document_id=document.document_id,
            instalment=number,
            reason=PAID_AFTER_ALL,
        )


def _to_instalment(source_id: str, part: Part, paid: Money) -> Movement:
    return Movement(
        MovementKind.ALLOCATION,
        -paid,
        document_id=part.document_id,
        instalment=part.instalment,
        source_id=source_id,
    )


def _taken_off(
    document: Document,
    moved: Sequence[Movement],
    kind: MovementKind,
    wanted: Money,
    reason: str,
    day: date,
) -> list[Movement]:
    """Return what takes wanted, or what is left open if that is less, off document."""
    own = [m for m in moved if m.document_id == document.document_id]
    left = after(Books("", (document,)), own, day).documents[0]
    return taken_off(left, kind, min(wanted, left.open), reason)


def taken_off(document: Document, kind: MovementKind, part: Money, reason: str) -> list[Movement]:
    """Return the movements of kind that take part off what is open of document, without money."""
    return [
        Movement(kind, -piece, document_id=document.document_id, instalment=number, reason=reason)
        for number, piece in spread(document, part)
        if piece
    ]


def _tolerated(
    movements: Iterable[Movement], standing: Books, tolerance: Tolerance
) -> list[Movement]:
    """Return what closes those of the paid documents that are open for too little to chase."""
    paid = {m.document_id for m in movements if m.kind is MovementKind.ALLOCATION}
    found: list[Movement] = []
    for document in standing.documents:
        if document.document_id in paid and tolerance.covers(document.open, document.total):
            kind, reason = MovementKind.TOLERANCE, WITHIN_TOLERANCE
            found += taken_off(document, kind, document.open, reason)
    return found


def _of_documents(movements: Iterable[Movement]) -> tuple[Movement, ...]:
    return tuple(replace(m, source_id="") for m in movements if m.document_id)
