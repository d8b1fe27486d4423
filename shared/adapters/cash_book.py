"""People's work on money as the table holds it: a step with all that belongs to it, at once."""

from collections.abc import Iterator, Sequence, Set
from contextlib import suppress

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.incoming_items import incoming_item
from shared.adapters.ledger import Ledger, posting_writes
from shared.adapters.payment_items import payment_from, payment_item, use_of
from shared.adapters.refund_items import refund_from, refund_item
from shared.adapters.requests import Requests, request_puts
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
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.adapters.writeback_items import (
    adjustment_puts,
    charged_puts,
    credit_puts,
    discount_puts,
    note_numbers,
    writeback_puts,
)
from shared.domain.books import Books
from shared.domain.cash_step import Asked, Done, Step, to_tell
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.movement import Posting
from shared.domain.payment import Payment, PaymentState
from shared.domain.refund import ASK_PENDING_AGAIN, OPEN, Refund, RefundState
from shared.errors import NotFound, WriteConflict

_NO_RECEIPT = f"{VERSION} AND attribute_not_exists(receipt)"


class CashBook:
    """Reads and writes of payments, refunds and adjustments by people. All reads consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._ledger = Ledger(table)

    def look(
        self, entity_id: str, customer_id: str, closed: Sequence[str] = ()
    ) -> tuple[Customer, Books]:
        """Return a customer and their books: all that is open, and closed. Raises NotFound."""
        return self._ledger.look(entity_id, customer_id, closed)

    def payment(self, entity_id: str, payment_id: str) -> Payment:
        """Return the payment. Raises NotFound."""
        found = self.find_payment(entity_id, payment_id)
        if found is None:
            raise NotFound(payment=payment_id[:64])
        return found

    def find_payment(self, entity_id: str, payment_id: str) -> Payment | None:
        """Return the payment, or None: a source may be a credit note as well."""
        item = self._table.get(keys.payment(entity_id, payment_id))
        return payment_from(item) if item else None

    def posting(self, entity_id: str, customer_id: str, posting_id: str) -> Posting | None:
        """Return the posting, or None where there is none."""
        return self._ledger.posting(entity_id, customer_id, posting_id)

    def plan_done(self, entity_id: str, payment: Payment) -> None:
        """Take the payment off the list, if it is as it was seen and no receipt is to be sent."""
        key, unchanged = keys.payment(entity_id, payment.payment_id), seen(payment.version)
        done = Update(key, remove=("ppk", "psk"), condition=_NO_RECEIPT, values=unchanged)
        with suppress(ConditionLost):
            self._table.write(done)

    def refund(self, entity_id: str, refund_id: str) -> Refund:
        """Return the refund. Raises NotFound."""
        item = self._table.get(keys.refund(entity_id, refund_id))
        if item is None:
            raise NotFound(refund=refund_id[:64])
        return refund_from(item)

    def done(self, entity_id: str, asked: Asked) -> Done | None:
        """Return what the request made, or None where it was not carried out yet."""
        return Requests(self._table).done(entity_id, asked)

    def write(self, entity: Entity, customer: Customer, books: Books, step: Step, now: Now) -> bool:
        """Write step; return False where its posting, payment, refund or request is there already.

        Raises WriteConflict when anything changed since books were read: read and decide again.
        """
        once = [w for w in _once(entity.entity_id, step, now)]
        moving = list(posting_writes(entity.entity_id, books, step.posting)) if step.posting else []
        count = len(once) + bool(moving)
        told = list(self._credits_told(entity.entity_id, books, step, now))
        beside = {str(put.item["document_id"]) for put in told}
        also = _also(entity, customer, books, step, beside, now)
        writes: list[Write] = [*once, *moving, *also, *told]
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            if any(position < count for position in lost.positions):
                return False
            raise WriteConflict(made=step.made) from lost
        return True

    def _credits_told(self, entity_id: str, books: Books, step: Step, now: Now) -> Iterator[Put]:
        """Yield what the ERP hears of credit notes that step puts to use, or takes back."""
        posting, paid = step.posting, {after.payment_id for _, after in step.payments}
        sources = {m.source_id for m in posting.movements if m.document_id} if posting else set()
        if posting is not None and sources - paid - {""}:
            numbers = note_numbers(self._table, entity_id, books.customer_id, posting)
            yield from credit_puts(entity_id, books, posting, numbers, now)


def _once(entity_id: str, step: Step, now: Now) -> Iterator[Write]:
    """Yield what can be written once only; the posting comes right after it."""
    for before, after in step.payments:
        if before is None:
            item = payment_item(entity_id, after) | _to_do(entity_id, after, now)
            if step.receipt:
                item |= {"receipt": True, **_pending(entity_id, after, now)}
            yield Put(item)
    for earlier, refund in step.refunds:
        if earlier is None:
            item = refund_item(entity_id, refund)
            if refund.state is RefundState.REQUESTED:
                item |= keys.pending_entry(entity_id, "refund", now.wall, refund.refund_id)
            yield Put(item)
    if step.asked:
        yield from request_puts(entity_id, step.asked, step.made)


def _also(
    entity: Entity, customer: Customer, books: Books, step: Step, credited: Set[str], now: Now
) -> Iterator[Write]:
    """Yield the rest of step; of credited documents a discount is told with a credit note."""
    entity_id, customer_id = entity.entity_id, customer.customer_id
    discounts = step.discounts
    for before, after in step.payments:
        if before is not None:
            yield _payment_write(entity_id, before, after, now)
        yield from _incoming_writes(entity_id, before, after)
        later = before is not None and before.state is not PaymentState.PENDING
        since = after.version if later else 0
        told = tuple(to_tell(before, after, step.erp_did))
        yield from writeback_puts(entity_id, after, told, now, since, discounts)
        for allocation in told:
            discounts.pop(allocation.document_id, None)
    if step.posting is not None:
        alone = {name: off for name, off in discounts.items() if name not in credited}
        for name, off in step.told_alone.items():
            alone[name] = alone.get(name, 0) + off
        yield from discount_puts(entity_id, books, step.posting, alone, now)
        yield from adjustment_puts(entity_id, books, step.posting, now)
        yield from charged_puts(entity_id, books, step.posting, now)
    for earlier, refund in step.refunds:
        if earlier is not None:
            yield _refund_write(entity_id, earlier, refund, now)
    if step.task is not None:
        yield open_task_put(entity_id, step.task)
    if why := step.why_look:
        yield ticket_put(entity, now.today(customer.time_zone), customer_id, why)


def _payment_write(entity_id: str, before: Payment, after: Payment, now: Now) -> Write:
    unchanged = seen(before.version)
    to_do = {} if before.unfinished else _to_do(entity_id, after, now)
    if before.state is PaymentState.PENDING:
        item = payment_item(entity_id, after) | _to_do(entity_id, after, now)
        return Put(item, condition=VERSION, values=unchanged)
    key = keys.payment(entity_id, after.payment_id)
    return Update(key, set=use_of(after) | to_do, condition=VERSION, values=unchanged)


def _to_do(entity_id: str, payment: Payment, now: Now) -> Item:
    """Return the pending key of a payment that somebody has to go on with."""
    return _pending(entity_id, payment, now) if payment.unfinished else {}


def _pending(entity_id: str, payment: Payment, now: Now) -> Item:
    return dict(keys.pending_entry(entity_id, "payment", now.wall, payment.payment_id))


def _incoming_writes(entity_id: str, before: Payment | None, after: Payment) -> Iterator[Write]:
    if after.state is PaymentState.PENDING:
        yield Put(incoming_item(entity_id, after), condition=NEW)
    elif before is not None and before.state is PaymentState.PENDING:
        yield Delete(keys.incoming(entity_id, after.customer_id, after.payment_id))


def _refund_write(entity_id: str, before: Refund, after: Refund, now: Now) -> Write:
    item = refund_item(entity_id, after)
    if after.state in OPEN:
        slow = after.state is RefundState.PENDING
        since = now.wall + ASK_PENDING_AGAIN if slow else now.wall
        item |= keys.pending_entry(entity_id, "refund", since, after.refund_id)
    return Put(item, condition=VERSION, values=seen(before.version))
