"""The books of an entity, page by page: customer by customer, what is booked and what is stored."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from shared.domain.account import Credit
from shared.domain.chart import Role
from shared.domain.document import Document, DocumentKind
from shared.domain.journal import JournalEntry, Names, journal
from shared.domain.journal_book import Asserted, asserted_of
from shared.domain.money import Money
from shared.domain.movement import Posting

CUSTOMERS_MAX = 50


class Customers(Protocol):
    def customers(self, entity_id: str, after: str = "") -> Iterator[Any]: ...


class Standing(Protocol):
    @property
    def open(self) -> tuple[Document, ...]: ...
    @property
    def credits(self) -> tuple[Credit, ...]: ...
    @property
    def closed(self) -> tuple[Document, ...]: ...


class Books(Protocol):
    def standing(self, entity_id: str, customer_id: str) -> Standing: ...
    def live(
        self, entity_id: str, customer_id: str
    ) -> tuple[tuple[Document, ...], tuple[Credit, ...]]: ...
    def postings(
        self, entity_id: str, customer_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Posting]: ...
    def erp_totals(
        self, entity_id: str, customer_id: str, invoices: Iterable[Document]
    ) -> tuple[Money, ...]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export stands: after the customer done, and within the customer in_hand if any.

    Of that customer the postings through posting_id were told, in these currencies; its books had
    that mark when they were begun; left_out says that postings are dated later than asked for.
    """

    done: str = ""
    in_hand: str = ""
    posting_id: str = ""
    mark: str = ""
    left_out: bool = False
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of one customer's books, in the order of posting ids.

    last: nothing of the customer follows. moved: the books changed while they were read, so that
    all parts of this customer are void and come again. left_out: postings are dated later than
    asked for, so nothing is asserted. asserted is given with the last part.
    """

    customer_id: str
    external_id: str
    name: str
    entries: tuple[JournalEntry, ...]
    asserted: tuple[Asserted, ...]
    last: bool
    moved: bool
    left_out: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Parts, and where the next page begins; None after the last one."""

    parts: tuple[Part, ...]
    next: Place | None


def journal_page(
    books: Books,
    lists: Customers,
    entity_id: str,
    chart: Mapping[Role, str],
    through: date | None,
    place: Place,
    limit: int,
) -> Page:
    """Return the next page of the books through a value date (None: all), about limit postings.

    A customer is asserted where none of their postings is left out: what is stored includes all.
    """
    parts: list[Part] = []
    room, done = limit, place.done
    for customer in lists.customers(entity_id, place.done):
        if room <= 0 or len(parts) == CUSTOMERS_MAX:
            return Page(tuple(parts), Place(done))
        begun = place if customer.customer_id == place.in_hand else Place()
        begun = replace(begun, done=done, in_hand=customer.customer_id)
        part, follows = _part(books, entity_id, customer, chart, through, begun, room)
        parts.append(part)
        if follows is not None:
            return Page(tuple(parts), follows)
        room -= len(part.entries) + 1
        done = customer.customer_id
    return Page(tuple(parts), None)


def _part(
    books: Books,
    entity_id: str,
    customer: Any,
    chart: Mapping[Role, str],
    through: date | None,
    place: Place,
    room: int,
) -> tuple[Part, Place | None]:
    whose = (entity_id, customer.customer_id)
    standing = books.standing(*whose)
    mark = place.mark or _mark(standing.open, standing.credits)
    found = list(books.postings(*whose, after=place.posting_id, limit=room + 1))
    postings, more = found[:room], len(found) > room
    heads = (*standing.open, *standing.closed)
    names = Names(customer.customer_id, {d.document_id: d for d in heads})
    within = [p for p in postings if through is None or p.value_date <= through]
    left_out = place.left_out or len(within) < len(postings)
    used = {m.amount.currency for p in within for m in p.movements}
    currencies = tuple(sorted(used.union(place.currencies)))
    moved = not more and _mark(*books.live(*whose)) != mark
    asserted: tuple[Asserted, ...] = ()
    if not (more or moved or left_out):
        known = [d for d in heads if d.kind is DocumentKind.INVOICE and d.external_id]
        totals = books.erp_totals(*whose, known) if known else None
        asserted = asserted_of(
            chart, customer.customer_id, heads, standing.credits, totals, currencies
        )
    part = Part(
        customer_id=customer.customer_id,
        external_id=customer.external_id,
        name=customer.name,
        entries=tuple(journal(p, chart, names) for p in within),
        asserted=asserted,
        last=not (more or moved),
        moved=moved,
        left_out=left_out,
    )
    if more:
        reached = replace(
            place,
            posting_id=postings[-1].posting_id,
            mark=mark,
            left_out=left_out,
            currencies=currencies,
        )
        return part, reached
    return part, Place(place.done) if moved else None


def _mark(documents: Iterable[Document], credits: Iterable[Credit]) -> str:
    """Return what tells two moments of the same books apart."""
    told = sorted(
        [f"{d.document_id}={d.version}={d.open.minor}" for d in documents]
        + [f"{c.source_id}={c.version}={c.unapplied.minor}" for c in credits]
    )
    return hashlib.blake2b("\n".join(told).encode(), digest_size=12).hexdigest()
