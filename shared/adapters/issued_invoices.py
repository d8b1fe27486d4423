"""Invoices that this hub issues: number, head, lines and posting in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.head_items import head_item
from shared.adapters.heads import read_heads
from shared.adapters.invoice_lines import lines_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import ConditionLost, Put, Table, Update, Write
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import again
from shared.domain.account import Customer, Document, Entity, Line
from shared.domain.clock import Now
from shared.domain.document_posting import document_posting
from shared.errors import WriteConflict

_COUNTER = "invoice"
_ATTEMPTS_MAX = 20
_NUMBER_TAKEN = {0, 1}
"""Where the counter and the number's fact stand among the writes."""


class IssuedInvoices:
    """Writes of invoices with the entity's next number."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, entity_id: str, customer_id: str, document_id: str) -> Document | None:
        """Return the document, open or closed, or None."""
        return read_heads(self._table, entity_id, [(customer_id, document_id)]).get(document_id)

    def issue(
        self,
        entity: Entity,
        customer: Customer,
        unnumbered: Document,
        lines: Sequence[Line],
        days: Sequence[date],
        now: Now,
        *also: Write,
    ) -> Document | None:
        """Write the invoice under the next number, with also, and return it.

        The counter moves in the same transaction, so a number is given to an invoice or to none.
        days are those on which the sweep must look. Returns None where the document is there
        already, a condition of also was lost, or the counter stayed contended: read and decide
        again.
        """
        for _ in range(_ATTEMPTS_MAX):
            last, count = self._count(entity.entity_id)
            document = replace(unnumbered, number=f"INV-{last + 1:06d}")
            writes = _writes(entity, customer, document, lines, days, now)
            try:
                self._table.write(count, *writes, *also)
            except WriteConflict:
                continue
            except ConditionLost as exc:
                if not set(exc.positions) <= _NUMBER_TAKEN:
                    return None
                continue  # another invoice was faster with this number
            return document
        return None

    def _count(self, entity_id: str) -> tuple[int, Write]:
        key = keys.counter(entity_id, _COUNTER)
        item = self._table.get(key)
        if item is None:
            return 0, Put({**key, "type": "COUNTER", "last": 1})
        last = int(item["last"])
        condition, values = "#last = :last", {":last": last}
        return last, Update(key, set={"last": last + 1}, condition=condition, values=values)


def _writes(
    entity: Entity,
    customer: Customer,
    document: Document,
    lines: Sequence[Line],
    days: Sequence[date],
    now: Now,
) -> list[Write]:
    whose = (entity.entity_id, customer.customer_id)
    document_id = document.document_id
    number_fact = {
        **keys.fact(entity.entity_id, f"number:{document.number}"),
        "type": "FACT",
        "customer_id": customer.customer_id,
        "document_id": document_id,
    }
    pending = keys.pending_entry(entity.entity_id, "document", now.wall, document_id)
    writes: list[Write] = [
        Put(number_fact),
        Put(head_item(entity.entity_id, customer, document, entity.shards) | pending),
        posting_put(*whose, document_posting(document, now)),
    ]
    if lines:
        writes.append(Put(lines_item(*whose, document, lines, "")))
    for day in days:
        writes.append(
            again(ticket_put(entity, day, customer.customer_id, f"invoice:{document_id}"))
        )
    return writes
