"""Invoices that this hub issues: number, head, lines and posting in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.head_items import head_item
from shared.adapters.heads import read_heads
from shared.adapters.invoice_lines import lines_item
from shared.adapters.ledger import posting_put
from shared.adapters.numbers import Numbers
from shared.adapters.table import Put, Table, Write
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import again
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.document_posting import document_posting
from shared.domain.entity import Entity
from shared.domain.numbering import INVOICES


class IssuedInvoices:
    """Writes of invoices with the next number of their series."""

    def __init__(self, table: Table, numbers: Numbers) -> None:
        self._table = table
        self._numbers = numbers

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
        series: str = INVOICES,
        by: str = "",
    ) -> Document | None:
        """Write the invoice under the next number of series, with also, and return it.

        days are those on which the sweep must look, by is who issues it. Returns None where the
        document is there already, a condition of also was lost, or the series stayed contended:
        read and decide again. Raises InvalidInput where the entity has no such series.
        """

        def numbered(number: str) -> list[Write]:
            document = replace(unnumbered, number=number)
            return [*_writes(entity, customer, document, lines, days, now, by), *also]

        whose = customer.customer_id
        number = self._numbers.finalise(entity, series, unnumbered, whose, numbered)
        return None if number is None else replace(unnumbered, number=number)


def _writes(
    entity: Entity,
    customer: Customer,
    document: Document,
    lines: Sequence[Line],
    days: Sequence[date],
    now: Now,
    by: str,
) -> list[Write]:
    whose = (entity.entity_id, customer.customer_id)
    document_id = document.document_id
    pending = keys.pending_entry(entity.entity_id, "document", now.wall, document_id)
    writes: list[Write] = [
        Put(head_item(entity.entity_id, customer, document, entity.shards) | pending),
        posting_put(*whose, document_posting(document, now, by)),
    ]
    if lines:
        writes.append(Put(lines_item(*whose, document, lines)))
    for day in days:
        writes.append(
            again(ticket_put(entity, day, customer.customer_id, f"invoice:{document_id}"))
        )
    return writes
