"""Invoices that go from one customer to another, each in one transaction, and who was merged."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from shared.adapters import keys
from shared.adapters.account_items import customer_from
from shared.adapters.codec import Item
from shared.adapters.head_items import document_from, head_item
from shared.adapters.heads import head_writes, read_heads
from shared.adapters.invoice_lines import more_of
from shared.adapters.ledger import posting_put
from shared.adapters.table import NEW, VERSION, ConditionLost, Put, Table, Update, Write, seen
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import again
from shared.domain.clock import Now, iso
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.move_document import Moved
from shared.errors import WriteConflict


class CustomerMoves:
    """Reads and writes of moves. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def customer(self, entity_id: str, customer_id: str) -> Customer | None:
        """Return the customer, or None."""
        item = self._table.get(keys.profile(entity_id, customer_id))
        return customer_from(item) if item else None

    def open_documents(self, entity_id: str, customer_id: str) -> tuple[Document, ...]:
        """Return what is open of a customer, in a steady order."""
        heads = self._table.query(keys.live(entity_id, customer_id), begins="HEAD#")
        return tuple(document_from(head) for head in heads)

    def look(
        self, entity_id: str, customer_id: str, into: str, document_id: str
    ) -> tuple[Document | None, Document | None, str]:
        """Return the invoice, what the other customer has of it already, and what it is bound to.

        The last is the type of a live fact of its customer that names it (a promise, a dispute, a
        payment under way), or "".
        """
        bound, document = "", None
        for item in self._table.query(keys.live(entity_id, customer_id)):
            if item["type"] == "HEAD" and item["document_id"] == document_id:
                document = document_from(item)
            elif item["type"] == "HEAD" and item["invoice_id"] == document_id:
                bound = item["kind"]
            elif item["type"] not in ("HEAD", "CREDIT") and _names(item, document_id):
                bound = item["type"].lower()
        there = read_heads(self._table, entity_id, [(into, document_id)]).get(document_id)
        return document, there, bound

    def credits(self, entity_id: str, customer_id: str) -> int:
        """Return how many sources of a customer's money wait."""
        partition = keys.live(entity_id, customer_id)
        return sum(1 for _ in self._table.query(partition, begins="CREDIT#"))

    def move(
        self,
        entity: Entity,
        old: Customer,
        new: Customer,
        before: Document,
        there: Document | None,
        moved: Moved,
        now: Now,
    ) -> None:
        """Write a move. Raises WriteConflict where anything changed since it was decided."""
        entity_id, document_id = entity.entity_id, before.document_id
        fact_key = keys.fact(entity_id, f"erp:invoice:{before.external_id}")
        fact = self._table.get(fact_key)
        if fact is None or fact["customer_id"] not in (old.customer_id, new.customer_id):
            raise WriteConflict(document=document_id)
        elsewhere = _elsewhere(fact, old, new, moved.left)
        pending = keys.pending_entry(entity_id, "document", now.wall, document_id)
        came: Sequence[Write] = (
            Put(head_item(entity_id, new, moved.came, entity.shards) | pending, condition=NEW),
        )
        if there is not None:
            came = head_writes(entity, new, there, moved.came, now.wall)
        today, why = now.today(new.time_zone), moved.coming.posting_id
        writes: list[Write] = [
            Update(
                fact_key,
                set={"customer_id": new.customer_id, "elsewhere": elsewhere},
                condition="customer_id = :old",
                values={":old": fact["customer_id"]},
            ),
            *head_writes(entity, old, before, moved.left, now.wall),
            posting_put(entity_id, old.customer_id, moved.leaving),
            *came,
            posting_put(entity_id, new.customer_id, moved.coming),
            *self._copies(entity_id, old, new, before),
            again(ticket_put(entity, today, new.customer_id, why)),
        ]
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            raise WriteConflict(document=document_id) from lost

    def merge(self, entity_id: str, old: Customer, into: str, by: str, note: str, now: Now) -> None:
        """Note who took a customer's place, with who said so. Raises WriteConflict."""
        place = keys.profile(entity_id, old.customer_id)
        merged = {
            **keys.merged(entity_id, old.customer_id, into),
            "type": "MERGED",
            "customer_id": old.customer_id,
            "into": into,
            "by": by,
            "note": note,
            "at": iso(now.business),
        }
        changes = {"merged_into": into, "version": old.version + 1}
        try:
            self._table.write(
                Update(place, set=changes, condition=VERSION, values=seen(old.version)),
                again(Put(merged)),
            )
        except ConditionLost as lost:
            raise WriteConflict(customer=old.customer_id) from lost

    def _copies(
        self, entity_id: str, old: Customer, new: Customer, document: Document
    ) -> Iterator[Write]:
        """Yield copies of what belongs to the invoice: its lines, and what was charged on it."""
        lines = partial(keys.lines, lines_id=document.lines_id)
        for key in (lines, keys.invoice_charges, keys.charge_watch):
            item = self._table.get(key(entity_id, old.customer_id, document.document_id))
            place = key(entity_id, new.customer_id, document.document_id)
            if item is not None and self._table.get(place) is None:
                pieces = zip(item.get("more", ()), more_of(self._table, item), strict=True)
                for name, piece in pieces:
                    more = keys.more_lines(place, name)
                    yield Put({**piece, **more, "customer_id": new.customer_id})
                yield Put({**item, **place, "customer_id": new.customer_id})


def _names(item: Item, document_id: str) -> bool:
    """Return whether any value of an item is the id, however deep."""

    def within(value: object) -> bool:
        if isinstance(value, Mapping):
            return any(within(k) or within(v) for k, v in value.items())
        if isinstance(value, list | tuple):
            return any(within(each) for each in value)
        return value == document_id

    return within(item)


def _elsewhere(fact: Item, old: Customer, new: Customer, left: Document) -> dict[str, int]:
    """Return what was settled of the invoice with whom, its new customer left out."""
    known = {c: int(minor) for c, minor in fact.get("elsewhere", {}).items()}
    known[old.customer_id] = left.total.minor
    known.pop(new.customer_id, None)
    return {customer_id: minor for customer_id, minor in known.items() if minor}
