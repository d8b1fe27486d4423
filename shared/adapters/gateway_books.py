"""What the gateway did to a booked payment, written with all that follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.holds import Holds, hold_puts
from shared.adapters.ledger import Ledger, posting_put, posting_writes
from shared.adapters.payment_items import use_of
from shared.adapters.posting_items import posting_from
from shared.adapters.refund_items import refund_from, refund_item
from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, Write, seen
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.adapters.writeback_items import adjustment_puts, writeback_puts
from shared.domain.agreement import Hold
from shared.domain.books import Books
from shared.domain.cash_step import to_tell
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.discount import discounts_of
from shared.domain.entity import Entity
from shared.domain.gateway_postings import parts_of
from shared.domain.movement import Posting
from shared.domain.payment import Payment
from shared.domain.refund import RefundState, failed_refund_id, moves
from shared.domain.tasks import Task
from shared.errors import Conflict, NotFound, WriteConflict


class GatewayBooks:
    """Reads of one payment's postings, and the writes of the gateway's steps."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._ledger = Ledger(table)

    def known(
        self, entity_id: str, customer_id: str, posting_ids: Sequence[str]
    ) -> Mapping[str, Posting]:
        """Return those of the postings that are written, by id."""
        places = [keys.posting(entity_id, customer_id, posting_id) for posting_id in posting_ids]
        found = (posting_from(item) for item in self._table.get_many(places))
        return {posting.posting_id: posting for posting in found}

    def parts(self, entity_id: str, customer_id: str, posting_id: str) -> Mapping[str, Posting]:
        """Return the parts of a large step that are written, by id."""
        found = self._ledger.postings(entity_id, customer_id, begins=parts_of(posting_id))
        return {posting.posting_id: posting for posting in found}

    def look(
        self, entity_id: str, customer_id: str, closed: Sequence[str] = ()
    ) -> tuple[Customer, Books]:
        """Return a customer and what a step may touch. Raises NotFound."""
        return self._ledger.look(entity_id, customer_id, closed)

    def note(self, entity_id: str, customer_id: str, posting: Posting) -> bool:
        """Write a posting that moves no balance; False where it is written already."""
        try:
            self._table.write(posting_put(entity_id, customer_id, posting))
        except ConditionLost:
            return False
        return True

    def move(
        self,
        entity: Entity,
        customer: Customer,
        books: Books,
        posting: Posting,
        payment: tuple[Payment, Payment],
        now: Now,
        hold: Hold | None,
        task: Task | None,
    ) -> bool:
        """Write posting, what it makes of payment (before, after), and what follows from it.

        The ERP is told what is settled or given up no more, or again, and a ticket makes the next
        sweep look. Returns False where posting is there already. Raises WriteConflict when anything
        changed meanwhile.
        """
        before, after = payment
        told = writeback_puts(
            entity.entity_id,
            after,
            to_tell(before, after),
            now,
            step=after.version,
            discounts=discounts_of(posting.movements),
        )
        customer_id, today = customer.customer_id, now.today(customer.time_zone)
        writes: list[Write] = [
            *posting_writes(entity.entity_id, books, posting),
            *told,
            *adjustment_puts(entity.entity_id, books, posting, now),
            _use_noted(entity.entity_id, before, after),
            ticket_put(entity, today, customer_id, posting.posting_id),
            *self._refund_failed(entity.entity_id, posting),
        ]
        if hold is not None:
            writes += hold_puts(entity, customer_id, hold)
        if task is not None:
            writes.append(open_task_put(entity.entity_id, task))
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            if 0 in lost.positions:
                return False
            raise WriteConflict(posting=posting.posting_id) from lost
        return True

    def _refund_failed(self, entity_id: str, posting: Posting) -> Iterator[Write]:
        """Yield the write by which a refund that a person asked for here stands as failed, too."""
        refund_id = failed_refund_id(posting)
        item = self._table.get(keys.refund(entity_id, refund_id)) if refund_id else None
        refund = refund_from(item) if item else None
        if refund is not None and moves(refund.state, RefundState.FAILED):
            failed = replace(refund, state=RefundState.FAILED, version=refund.version + 1)
            row = refund_item(entity_id, failed)
            yield Put(row, condition=VERSION, values=seen(refund.version))

    def lift(
        self, entity: Entity, customer_id: str, hold_id: str, today: date, task: Task | None
    ) -> bool:
        """End a hold before today and open task with it; False where none is in force."""
        also = [] if task is None else [open_task_put(entity.entity_id, task)]
        try:
            Holds(self._table).end(entity, customer_id, hold_id, today, *also)
        except (NotFound, Conflict):
            return False
        return True


def _use_noted(entity_id: str, before: Payment, after: Payment) -> Update:
    """Return the write that makes the payment stand as after, if it still stands as before."""
    place = keys.payment(entity_id, after.payment_id)
    return Update(place, set=use_of(after), condition=VERSION, values=seen(before.version))
