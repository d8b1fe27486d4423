"""Invoices of the ERP: head, posting and the fact that remembers the ERP's id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from shared.adapters import keys
from shared.adapters.account_items import credit_from
from shared.adapters.codec import Item
from shared.adapters.head_items import head_item
from shared.adapters.heads import head_writes, read_heads
from shared.adapters.invoice_lines import keep_lines
from shared.adapters.ledger import Ledger, credit_write, posting_put
from shared.adapters.parked import parked_put
from shared.adapters.payment_items import payment_from, use_of
from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, Write, seen
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import Group, again, write_groups
from shared.adapters.writeback_items import (
    adjustment_puts,
    credit_puts,
    note_numbers,
    writeback_puts,
)
from shared.domain.apply_cash import after as after_moves
from shared.domain.books import Books, changed
from shared.domain.cash_step import to_tell
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Said
from shared.domain.document_posting import document_posting, revision_posting
from shared.domain.entity import Entity
from shared.domain.import_verdicts import Arrival, InvoiceFact, surplus_facts
from shared.domain.money import Money, total
from shared.domain.movement import TAKES_OFF, Movement, MovementKind, Posting
from shared.domain.parked import Parked
from shared.domain.payment import Payment
from shared.domain.payment_use import used
from shared.domain.revision_surplus import Placed, held_parts, placed
from shared.errors import WriteConflict
from shared.ids import derived_id

# a source takes three writes (its credit, its payment, the word to the ERP), a revision up to 25
_SOURCES_MAX = 25
_READS_MAX = 8
_GIVEN_UP = {**TAKES_OFF, MovementKind.DISCOUNT: MovementKind.DISCOUNT}


class ImportedInvoices:
    """Reads and writes of invoices by the ERP's id. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, InvoiceFact]:
        """Return what is remembered, by external id."""
        return {e: fact for e, (fact, _) in self.known(entity_id, external_ids).items()}

    def known(
        self, entity_id: str, external_ids: Iterable[str]
    ) -> Mapping[str, tuple[InvoiceFact, Document]]:
        """Return what is remembered with the documents, open or closed, by external id.

        Raises WriteConflict for an invoice that is moved from customer to customer meanwhile.
        """
        found: dict[str, tuple[InvoiceFact, Document]] = {}
        left = dict.fromkeys(external_ids)
        for _ in range(_READS_MAX):
            items = self._table.get_many([keys.fact(entity_id, _name(e)) for e in left])
            whose = {i["document_id"]: i["customer_id"] for i in items}
            heads = read_heads(self._table, entity_id, [(c, d) for d, c in whose.items()])
            here = {i["external_id"]: (i, heads.get(i["document_id"])) for i in items}
            found |= {e: (_fact(i, d, d.said), d) for e, (i, d) in here.items() if d and d.said}
            left = {e: None for e in here if e not in found}
            if not left:
                return found
        raise WriteConflict(invoices=len(left), reason="moved while they were read")

    def create(self, entity: Entity, new: Sequence[tuple[Document, Arrival]], now: Now) -> set[int]:
        """Write new invoices; return the indexes of those that lost a condition."""
        for document, arrival in new:
            self._keep_lines(entity, document, arrival)
        groups = [_new_writes(entity, document, arrival, now) for document, arrival in new]
        return write_groups(self._table, groups)

    def change(
        self,
        entity: Entity,
        before: Document,
        after: Document,
        surplus: Money,
        arrival: Arrival,
        fact: InvoiceFact,
        now: Now,
    ) -> bool:
        """Write after over before, which fact was read with; False where somebody wrote first.

        The version of before stands for all that was known of it. fact itself changes only where it
        says that the ERP had given the invoice up.

        A surplus is taken from what had settled the document; money becomes the customer's credit
        and is parked for a person to see. Where that is the money of many payments, the newest of
        them give theirs back first, and False is returned: the rest is decided anew.
        """
        posting = _revision(entity, arrival.customer, before, after, now)
        if surplus:
            taken = self._taken(entity, arrival.customer, before, posting)
            posting = taken.posting
            after = replace(after, adjusted=taken.adjusted, discount=taken.discount)
            if len(some := _sources(posting)) > _SOURCES_MAX:
                self._make_room(entity, arrival.customer, before, posting, some, now)
                return False
        if after.lines_id != before.lines_id:
            self._keep_lines(entity, after, arrival)
        writes: list[Write] = [
            *head_writes(entity, arrival.customer, before, after, now.wall),
            *_here_again(entity.entity_id, after, fact),
        ]
        if posting.movements:
            writes.append(posting_put(entity.entity_id, arrival.customer.customer_id, posting))
            writes += self._freed(entity, arrival.customer, after, posting, now)
            writes += self._told(entity.entity_id, arrival.customer, before, posting, now)
        try:
            # a note is read on its whole day and the next: before the change it is as good as
            # within, and half the price; alone it makes the sweep look once for nothing
            for ticket in _tickets(entity, arrival):
                self._table.write(ticket)
            self._table.write(*writes)
        except (ConditionLost, WriteConflict):
            return False
        return True

    def _keep_lines(self, entity: Entity, document: Document, arrival: Arrival) -> None:
        """Write the lines that document came with, in time for the head that names them."""
        if arrival.lines:
            whose = (entity.entity_id, arrival.customer.customer_id)
            keep_lines(self._table, *whose, document, arrival.lines)

    def _taken(
        self, entity: Entity, customer: Customer, before: Document, posting: Posting
    ) -> Placed:
        whose = (entity.entity_id, customer.customer_id)
        held = held_parts(before.document_id, Ledger(self._table).postings(*whose))
        named = [(customer.customer_id, source_id) for source_id, _, _ in held if source_id]
        heads = read_heads(self._table, entity.entity_id, named)
        erps = {source_id for source_id, head in heads.items() if head.external_id}
        # what the ERP used itself comes last: it would use it again
        return placed(posting, before, sorted(held, key=lambda part: part[0] in erps))

    def _make_room(
        self,
        entity: Entity,
        customer: Customer,
        before: Document,
        posting: Posting,
        sources: Sequence[str],
        now: Now,
    ) -> None:
        """Write what the first of sources give back of posting, if nobody wrote before."""
        chosen = set(sources[:_SOURCES_MAX])
        name = f"surplus:{before.document_id}:{before.version}"
        given = tuple(m for m in posting.movements if m.source_id in chosen)
        step = replace(posting, posting_id=name, movements=given)
        books = Books(customer.customer_id, (before,))
        reopened = after_moves(books, given, posting.value_date).documents[0]
        with suppress(ConditionLost, WriteConflict):
            self._table.write(
                posting_put(entity.entity_id, customer.customer_id, step),
                *head_writes(entity, customer, before, reopened, now.wall),
                *self._freed(entity, customer, reopened, step, now),
                *self._told(entity.entity_id, customer, before, step, now),
            )

    def _told(
        self, entity_id: str, customer: Customer, before: Document, posting: Posting, now: Now
    ) -> Iterator[Write]:
        """Yield what the ERP hears of credit notes, and of what was given up, taken back.

        A discount falls with the total and not with somebody's money: it is told by itself.
        """
        books = Books(customer.customer_id, (before,))
        numbers = note_numbers(self._table, entity_id, customer.customer_id, posting)
        money = tuple(m for m in posting.movements if m.kind is not MovementKind.DISCOUNT)
        yield from credit_puts(entity_id, books, replace(posting, movements=money), numbers, now)
        yield from adjustment_puts(entity_id, books, posting, now, _GIVEN_UP)

    def _freed(
        self, entity: Entity, customer: Customer, after: Document, posting: Posting, now: Now
    ) -> Iterator[Write]:
        """Yield what the sources of posting's money are then, and the note for people."""
        whose = (entity.entity_id, customer.customer_id)
        freed = [m for m in posting.movements if m.source_id]
        for source_id in dict.fromkeys(m.source_id for m in freed):
            own = [m for m in freed if m.source_id == source_id]
            known = self._table.get(keys.credit(*whose, source_id))
            credit = credit_from(known) if known else None
            books = Books(customer.customer_id, (), (credit,) if credit else ())
            alone = [replace(m, document_id="") for m in own]
            ((_, credited),) = changed(books, alone, posting.value_date).credits
            yield credit_write(*whose, credit, credited)
            stored = self._table.get(keys.payment(entity.entity_id, source_id))
            if stored is not None:
                yield from _payment_writes(entity.entity_id, payment_from(stored), own, after, now)
        surplus = total((m.amount for m in freed), after.total.currency)
        if surplus:
            parked = _parked(entity, customer, after, surplus, now)
            yield parked_put(entity.entity_id, parked)


def _sources(posting: Posting) -> tuple[str, ...]:
    """Return whose money posting gives back, in its order."""
    return tuple(dict.fromkeys(m.source_id for m in posting.movements if m.source_id))


def _payment_writes(
    entity_id: str, payment: Payment, freed: Sequence[Movement], after: Document, now: Now
) -> Iterator[Write]:
    moved = used(payment, freed, (after,))
    key = keys.payment(entity_id, payment.payment_id)
    yield Update(key, set=use_of(moved), condition=VERSION, values=seen(payment.version))
    yield from writeback_puts(entity_id, moved, to_tell(payment, moved), now, moved.version)


def _new_writes(entity: Entity, document: Document, arrival: Arrival, now: Now) -> Group:
    customer = arrival.customer
    pending = keys.pending_entry(entity.entity_id, "document", now.wall, document.document_id)
    return (
        Put(_fact_item(entity.entity_id, document, arrival)),
        Put(head_item(entity.entity_id, customer, document, entity.shards) | pending),
        posting_put(entity.entity_id, customer.customer_id, document_posting(document, now)),
        *_tickets(entity, arrival),
    )


def _revision(
    entity: Entity, customer: Customer, before: Document, after: Document, now: Now
) -> Posting:
    """Return the posting of a total that is new. A surplus has a source of its own there."""
    revision = f"{after.document_id}:{after.version}"
    surplus_id = derived_id("surplus", entity.entity_id, revision)
    return revision_posting(before, after, surplus_id, now.today(customer.time_zone), now)


def _parked(
    entity: Entity, customer: Customer, after: Document, surplus: Money, now: Now
) -> Parked:
    revision = f"{after.document_id}:{after.version}"
    return Parked(
        parked_id=derived_id("parked", "surplus", entity.entity_id, revision),
        kind="invoice",
        source="import",
        reason="total_below_paid",
        created_at=now.business,
        facts={"customer_id": customer.customer_id, **surplus_facts(after, surplus)},
    )


def _tickets(entity: Entity, arrival: Arrival) -> list[Put]:
    reason = f"import:{arrival.import_id}"
    return [
        again(ticket_put(entity, day, arrival.customer.customer_id, reason)) for day in arrival.days
    ]


def _here_again(entity_id: str, document: Document, fact: InvoiceFact) -> Iterator[Write]:
    """Yield what forgets that the ERP had given an invoice up and was not followed."""
    if fact.gone_asked:
        key = keys.fact(entity_id, _name(document.external_id))
        same = {":asked": fact.gone_asked}
        yield Update(key, remove=("gone_asked",), condition="gone_asked = :asked", values=same)


def _name(external_id: str) -> str:
    return f"erp:invoice:{external_id}"


def _fact_item(entity_id: str, document: Document, arrival: Arrival) -> Item:
    return {
        **keys.fact(entity_id, _name(document.external_id)),
        "type": "FACT",
        "external_id": document.external_id,
        "customer_id": arrival.customer.customer_id,
        "document_id": document.document_id,
    }


def _fact(item: Item, document: Document, said: Said) -> InvoiceFact:
    return InvoiceFact(
        customer_id=item["customer_id"],
        document_id=item["document_id"],
        content_hash=said.content_hash,
        revision=document.revision,
        total=Money(minor=said.total_minor, currency=document.total.currency),
        gone=item.get("gone", ""),
        gone_asked=item.get("gone_asked", ""),
        elsewhere=item.get("elsewhere", {}),
    )
