"""Credit notes and voids: what takes an issued invoice back, each in one transaction."""

from collections.abc import Sequence
from dataclasses import replace

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.head_items import head_item
from shared.adapters.heads import read_heads
from shared.adapters.invoice_lines import all_lines, lines_items
from shared.adapters.ledger import Ledger, posting_writes
from shared.adapters.numbers import Numbers
from shared.adapters.requests import request_put
from shared.adapters.table import EXISTS, NEW, VERSION, Check, Put, Table, Write, seen
from shared.adapters.tickets import ticket_put
from shared.adapters.writeback_items import credit_puts
from shared.domain.books import Books
from shared.domain.cash_step import Asked
from shared.domain.clock import Now
from shared.domain.credit_note import Credited, CreditPlan
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.movement import Posting, frees
from shared.domain.numbering import CREDIT_NOTES
from shared.errors import NotFound


class Corrections:
    """Reads of one invoice with what was credited of it, and the writes that take it back."""

    def __init__(self, table: Table, ledger: Ledger, numbers: Numbers) -> None:
        self._table = table
        self._ledger = ledger
        self._numbers = numbers

    def look(
        self, entity_id: str, customer_id: str, invoice_id: str
    ) -> tuple[Customer, Books, tuple[Line, ...], Credited]:
        """Return the customer's books with the invoice, its lines, and what was credited of it.

        Raises NotFound for an unknown customer or invoice.
        """
        customer, books = self._ledger.look(entity_id, customer_id, [invoice_id])
        invoice = books.document(invoice_id)
        if invoice is None:
            raise NotFound(document=invoice_id[:64])
        places = [
            keys.lines(entity_id, customer_id, invoice_id, invoice.lines_id),
            keys.credited(entity_id, customer_id, invoice_id),
        ]
        found = {item["type"]: item for item in self._table.get_many(places)}
        lines = all_lines(self._table, found.get("LINES"))
        return customer, books, lines, _credited_from(found.get("CREDITED"), invoice)

    def find(self, entity_id: str, customer_id: str, document_id: str) -> Document | None:
        """Return the document, open or closed, or None."""
        return read_heads(self._table, entity_id, [(customer_id, document_id)]).get(document_id)

    def credit(
        self,
        entity: Entity,
        customer: Customer,
        books: Books,
        unnumbered: Document,
        plan: CreditPlan,
        posting: Posting,
        asked: Asked,
        now: Now,
    ) -> Document | None:
        """Write the credit note that asked wants under the next number of its series; return it.

        Returns None where the request or the note is there already, the invoice or what is credited
        of it changed since books were read, or the series stayed contended: read and decide again.
        """
        entity_id, customer_id = entity.entity_id, customer.customer_id
        invoice = books.document(unnumbered.invoice_id)
        if invoice is None:
            raise ValueError("a credit note is of an invoice in the books")

        def numbered(number: str) -> Sequence[Write]:
            note = replace(unnumbered, number=number)
            pending = keys.pending_entry(entity_id, "document", now.wall, note.document_id)
            head = head_item(entity_id, customer, note, entity.shards)
            writes: list[Write] = [
                *posting_writes(entity_id, books, posting),
                Put(head | pending),
                _credited_put(entity_id, customer_id, note, plan.credited),
            ]
            if asked.request_id:
                writes.append(request_put(entity_id, asked, note.document_id))
            if frees(posting.movements):
                today = now.today(customer.time_zone)
                writes.append(ticket_put(entity, today, customer_id, posting.posting_id))
            if plan.lines:
                writes += map(Put, lines_items(entity_id, customer_id, note, plan.lines))
            if not invoice.open:
                writes.append(_as_seen(entity_id, customer_id, invoice))
            return [
                *writes,
                *credit_puts(entity_id, books, posting, {note.document_id: number}, now),
            ]

        number = self._numbers.finalise(entity, CREDIT_NOTES, unnumbered, customer_id, numbered)
        return None if number is None else replace(unnumbered, number=number)

    def void(self, entity_id: str, books: Books, document: Document, posting: Posting) -> bool:
        """Write the void of document; return False where it is written already.

        Raises WriteConflict when anything changed since books were read: read and decide again.
        """
        key = keys.credited(entity_id, books.customer_id, document.document_id)
        return self._ledger.post(entity_id, books, posting, Check(key, NEW))


def _credited_from(item: Item | None, invoice: Document) -> Credited:
    if item is None:
        return Credited(Money.zero(invoice.total.currency))
    return Credited(
        total=Money(minor=item["total"], currency=item["currency"]),
        lines=tuple((quantity, minor) for quantity, minor in item["lines"]),
        notes=tuple(item["notes"]),
        version=item["version"],
    )


def _credited_put(entity_id: str, customer_id: str, note: Document, credited: Credited) -> Put:
    item = {
        **keys.credited(entity_id, customer_id, note.invoice_id),
        "type": "CREDITED",
        "customer_id": customer_id,
        "document_id": note.invoice_id,
        "currency": credited.total.currency,
        "total": credited.total.minor,
        "lines": [list(line) for line in credited.lines],
        "notes": [*credited.notes, note.document_id],
        "version": credited.version,
    }
    if credited.version == 1:
        return Put(item)
    return Put(item, condition=VERSION, values=seen(credited.version - 1))


def _as_seen(entity_id: str, customer_id: str, invoice: Document) -> Check:
    key = keys.closed_head(entity_id, customer_id, invoice.document_id)
    return Check(key, condition=f"{EXISTS} AND {VERSION}", values=seen(invoice.version))
