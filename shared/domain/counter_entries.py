"""Taking money back from documents: counter-entries, so that each is open again as it was due."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from shared.domain.apply_cash import WITHIN_TOLERANCE, after, rooms
from shared.domain.books import Books
from shared.domain.discount import with_discounts
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind
from shared.domain.payment import Allocation, Payment

_WITH_MONEY = (MovementKind.TOLERANCE, MovementKind.FX_DIFFERENCE)
"""What was taken off a document only because money had almost closed it."""


def taken_back(
    source_id: str,
    allocations: Sequence[Allocation],
    amount: Money,
    books: Books,
    day: date,
    reason: str = "",
) -> tuple[Movement, ...]:
    """Return the movements that free amount of a source's allocations, the newest ones first.

    Discounts that the money had earned are taken back, and so are small differences and
    differences of rates. books hold every document that is touched, closed ones too. day is the
    value date. Less than amount is freed where less is allocated, or where a document has no room
    for it any more because its total was lowered meanwhile.
    """
    movements: list[Movement] = []
    rest = amount.minor
    for allocation in reversed(allocations):
        document = books.document(allocation.document_id)
        if document is None or not rest:
            continue
        room = document.total.minor - document.open.minor
        piece = min(allocation.amount.minor, rest, room)
        rest -= piece
        movements += _freed(source_id, allocation, document, piece, reason)
    return with_consequences(movements, books, day)


def freed_by(movements: Iterable[Movement], source_id: str) -> int:
    """Return what movements free of a source's allocations, less what they allocate; minor."""
    of = (MovementKind.DEALLOCATION, MovementKind.ALLOCATION)
    return sum(m.amount.minor for m in movements if m.kind in of and m.source_id == source_id)


def given_again(payment: Payment, short_minor: int) -> tuple[Movement, ...]:
    """Return what gives a payment back its small credit, as far as so much more is taken of it."""
    minor = min(payment.kept_minor, short_minor)
    if minor <= 0:
        return ()
    amount = Money(minor=minor, currency=payment.amount.currency)
    kind, reason = MovementKind.SMALL_CREDIT, WITHIN_TOLERANCE
    return (Movement(kind, amount, source_id=payment.payment_id, reason=reason),)


def _freed(
    source_id: str, allocation: Allocation, document: Document, minor: int, reason: str
) -> Iterator[Movement]:
    for number, piece in _pieces(allocation, document, minor):
        yield Movement(
            MovementKind.DEALLOCATION,
            Money(minor=piece, currency=allocation.amount.currency),
            document_id=allocation.document_id,
            instalment=number,
            source_id=source_id,
            reason=reason,
        )


def _pieces(allocation: Allocation, document: Document, minor: int) -> Iterable[tuple[int, int]]:
    """Yield (instalment, minor units) that sum to minor: where the money went, last parts first.

    A part that is asked for again already, since what had been given up of another one was, has no
    room for all that it got: the rest is asked for where there is room.
    """
    if not document.instalments:
        yield 0, minor
        return
    room = {i.number: i.total.minor - i.open.minor for i in document.instalments}
    found = dict.fromkeys(sorted(room, reverse=True), 0)
    for most in (dict(allocation.parts), room):
        for number in found:
            piece = max(min(most.get(number, 0), minor, room[number] - found[number]), 0)
            minor -= piece
            found[number] += piece
    yield from ((number, piece) for number, piece in found.items() if piece)


def with_consequences(
    movements: Sequence[Movement], books: Books, day: date
) -> tuple[Movement, ...]:
    """Return movements, and after them the adjustments and discounts that fall with them."""
    found = list(movements)
    standing = after(books, found, day)
    touched = {m.document_id for m in movements}
    for document in standing.documents:
        if document.document_id in touched:
            found += _adjustments(document, day)
    return with_discounts(books.documents, found, day)


def _adjustments(document: Document, day: date) -> Iterator[Movement]:
    """Yield what takes back each kind, one after the other: the next has the room that is left."""
    for kind in _WITH_MONEY:
        minor = document.adjusted.get(str(kind), 0)
        given = [
            Movement(
                kind,
                Money(minor=piece, currency=document.open.currency),
                document_id=document.document_id,
                instalment=number,
                reason="taken_back",
            )
            for number, piece in rooms(document, minor)
        ]
        (document,) = after(Books("", (document,)), given, day).documents
        yield from given
