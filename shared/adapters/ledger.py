"""The ledger: postings, and the heads and credits that are their sum, written together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.adapters import keys
from shared.adapters.account_items import credit_from, credit_item, customer_from
from shared.adapters.head_items import document_from, moved, moving
from shared.adapters.posting_items import posting_from, posting_item
from shared.adapters.table import (
    NEW,
    VERSION,
    ConditionLost,
    Delete,
    Put,
    Table,
    Update,
    Write,
    seen,
)
from shared.adapters.writeback_items import charged_puts
from shared.domain.account import Credit
from shared.domain.books import Books, changed
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.movement import Posting
from shared.errors import NotFound, WriteConflict

_SAME_CREDIT = "version = :seen AND unapplied = :unapplied"
"""A credit that was used up and came back begins at version 1 again: the amount tells it apart."""


class Ledger:
    """Reads of one customer's books, and the writes of operations on them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look(
        self, entity_id: str, customer_id: str, closed: Sequence[str] = ()
    ) -> tuple[Customer, Books]:
        """Return a customer and what an operation may touch: all that is open, and of closed.

        One Query, and one more read where closed names documents that are not open. Raises NotFound
        for an unknown customer, and WriteConflict where a document moved between the two reads.
        """
        live = list(self._table.query(keys.live(entity_id, customer_id)))
        heads = {item["document_id"]: item for item in live if item["type"] == "HEAD"}
        missing = [d for d in closed if d not in heads]
        places = [keys.closed_head(entity_id, customer_id, d) for d in missing]
        heads |= {item["document_id"]: item for item in self._table.get_many(places)}
        self._unmoved(entity_id, customer_id, [d for d in missing if d not in heads])
        profile = next((item for item in live if item["type"] == "CUSTOMER"), None)
        if profile is None:
            raise NotFound(customer=customer_id[:64])
        return customer_from(profile), books_from(customer_id, heads, live)

    def _unmoved(self, entity_id: str, customer_id: str, absent: Sequence[str]) -> None:
        """Raise WriteConflict where one of absent is somewhere: it was opened or closed meanwhile.

        What is in neither place is unknown to the hub.
        """
        places = [
            place(entity_id, customer_id, document_id)
            for document_id in absent
            for place in (keys.open_head, keys.closed_head)
        ]
        if self._table.get_many(places):
            raise WriteConflict(documents=len(absent))

    def post(
        self,
        entity_id: str,
        books: Books,
        posting: Posting,
        *also: Write,
    ) -> bool:
        """Write posting with what it changes, and also; return False where it is written already.

        Raises WriteConflict when anything changed since books were read: read and decide again.
        """
        try:
            self._table.write(*posting_writes(entity_id, books, posting), *also)
        except ConditionLost as lost:
            if 0 in lost.positions:
                return False
            raise WriteConflict(posting=posting.posting_id) from lost
        return True

    def lower_charges(self, entity_id: str, books: Books, posting: Posting, now: Now) -> bool:
        """Do as post() with what takes back or gives up charges; the ERP is told of it."""
        told = charged_puts(entity_id, books, posting, now)
        return self.post(entity_id, books, posting, *told)

    def posting(self, entity_id: str, customer_id: str, posting_id: str) -> Posting | None:
        """Return the posting, or None where there is none."""
        item = self._table.get(keys.posting(entity_id, customer_id, posting_id))
        return posting_from(item) if item else None

    def postings(self, entity_id: str, customer_id: str, begins: str = "") -> Iterator[Posting]:
        """Yield the customer's postings whose id begins so, in the order of their ids."""
        prefix = keys.posting(entity_id, customer_id, begins)["sk"]
        for item in self._table.query(keys.ledger(entity_id, customer_id), begins=prefix):
            yield posting_from(item)


def books_from(
    customer_id: str, heads: Mapping[str, Any], live: Iterable[Mapping[str, Any]]
) -> Books:
    """Return the books that stored heads (by document id) and live items tell."""
    return Books(
        customer_id=customer_id,
        documents=tuple(document_from(head) for head in heads.values()),
        credits=tuple(credit_from(dict(i)) for i in live if i["type"] == "CREDIT"),
        stored=heads,
    )


def posting_put(entity_id: str, customer_id: str, posting: Posting) -> Put:
    """Return the write of a new posting, to go into the transaction that it is part of."""
    return Put(posting_item(entity_id, customer_id, posting))


def posting_writes(
    entity_id: str, books: Books, posting: Posting, new: Sequence[Document] = ()
) -> tuple[Write, ...]:
    """Return the write of posting, first, and those of what it changes in books.

    Each fails the transaction when somebody was first. new are the documents that posting makes:
    their heads are written by whoever makes them, with all that a head holds besides money.
    """
    customer_id = books.customer_id
    changes = changed(books, posting.movements, posting.value_date, new)
    writes: list[Write] = [posting_put(entity_id, customer_id, posting)]
    for before, after in changes.documents:
        if before is not None:
            writes += _head_writes(entity_id, customer_id, before, after, books.stored)
    for credit_before, credit_after in changes.credits:
        writes.append(credit_write(entity_id, customer_id, credit_before, credit_after))
    return tuple(writes)


def _head_writes(
    entity_id: str,
    customer_id: str,
    before: Document,
    after: Document,
    stored: Mapping[str, Any],
) -> Iterable[Write]:
    head = stored[before.document_id]
    unchanged = seen(before.version)
    place = keys.open_head if before.open else keys.closed_head
    key = place(entity_id, customer_id, before.document_id)
    if bool(before.open) != bool(after.open):
        yield Delete(key, condition=VERSION, values=unchanged)
        yield Put(moved(entity_id, head, after), condition=NEW)
    elif before.due_on != after.due_on:
        yield Put(moved(entity_id, head, after), condition=VERSION, values=unchanged)
    else:
        yield Update(key, set=moving(after), condition=VERSION, values=unchanged)


def credit_write(entity_id: str, customer_id: str, before: Credit | None, after: Credit) -> Write:
    """Return the write that moves what is unapplied of a source; used up, it is gone."""
    if before is None:
        return Put(credit_item(entity_id, customer_id, after))
    key = keys.credit(entity_id, customer_id, before.source_id)
    same = {**seen(before.version), ":unapplied": before.unapplied.minor}
    if not after.unapplied:
        return Delete(key, condition=_SAME_CREDIT, values=same)
    changes = {"unapplied": after.unapplied.minor, "version": after.version}
    return Update(key, set=changes, condition=_SAME_CREDIT, values=same)
