"""Changes of a document's head: in place, or from live to history and back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.adapters import keys
from shared.adapters.head_items import document_from, head_item
from shared.adapters.table import NEW, VERSION, Delete, Put, Table, Write, seen
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity


def head_writes(
    entity: Entity, customer: Customer, before: Document, after: Document, wall: datetime
) -> tuple[Write, ...]:
    """Return the writes that make before into after, if the head is still at before's version.

    The head moves between live and history as its open amount asks. Its PDF is to be made again,
    pending since wall.
    """
    pending = keys.pending_entry(entity.entity_id, "document", wall, after.document_id)
    item = head_item(entity.entity_id, customer, after, entity.shards) | pending
    if bool(before.open) == bool(after.open):
        return (Put(item, condition=VERSION, values=seen(before.version)),)
    place = keys.open_head if before.open else keys.closed_head
    old = place(entity.entity_id, customer.customer_id, before.document_id)
    return Delete(old, condition=VERSION, values=seen(before.version)), Put(item, condition=NEW)


def read_heads(
    table: Table, entity_id: str, wanted: Sequence[tuple[str, str]]
) -> Mapping[str, Document]:
    """Return the documents of (customer id, document id) pairs by document id, open or closed.

    Most are open: only what is not there is looked for among the closed, and once more among the
    open, since it may have been opened again between the two.
    """
    found: dict[str, Document] = {}
    for place in (keys.open_head, keys.closed_head, keys.open_head):
        missing = [(c, d) for c, d in wanted if d not in found]
        items = table.get_many([place(entity_id, *of) for of in missing])
        found |= {item["document_id"]: document_from(item) for item in items}
    return found
