"""Payments: money from the gateway, booked with everything it settles."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.account_items import checkout_from, customer_from, unresolved
from shared.adapters.checkout_moves import closing_writes, paid_write, processing_update
from shared.adapters.entity_items import entity_from
from shared.adapters.ledger import books_from, posting_writes
from shared.adapters.payment_items import payment_from, payment_item, use_of
from shared.adapters.table import (
    VERSION,
    ConditionLost,
    Put,
    Table,
    Update,
    Write,
    seen,
)
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.adapters.writeback_items import writeback_puts
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import Now
from shared.domain.discount import discounts_of
from shared.domain.entity import Entity
from shared.domain.messages import ReceiptView
from shared.domain.money import Money
from shared.domain.movement import Posting, frees
from shared.domain.payment import (
    Booked,
    Payment,
    allocation_posting,
    payment_id,
    payment_posting,
)
from shared.domain.payment_use import added
from shared.domain.settle import Settlement
from shared.domain.standing import Standing
from shared.domain.tasks import Task
from shared.errors import NotFound, WriteConflict


class Payments:
    """Reads and writes of payments and of the checkouts that they come through."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def payment(self, entity_id: str, payment_id: str) -> Payment:
        """Return the payment. Raises NotFound."""
        item = self._table.get(keys.payment(entity_id, payment_id))
        if item is None:
            raise NotFound(payment=payment_id)
        return payment_from(item)

    def receipt(self, entity_id: str, payment_id: str) -> ReceiptView:
        """Return what the payment's receipt says. Raises NotFound.

        Raises WriteConflict while a large payment is still being allocated: ask again later.
        """
        payment = self.payment(entity_id, payment_id)
        if payment.plan:
            raise WriteConflict(payment=payment_id)
        return ReceiptView(
            amount=payment.amount,
            documents=tuple((a.number, a.amount) for a in payment.allocations),
            reference=payment.gateway_reference or payment.external_id,
            received_on=payment.received_on,
            unapplied=payment.unapplied or None,
        )

    def booked(self, entity_id: str, references: Sequence[str]) -> dict[str, Booked]:
        """Return what is remembered of those of the gateway's payments that are booked."""
        places = [keys.payment(entity_id, payment_id(entity_id, r)) for r in references]
        return {
            item["gateway_reference"]: Booked(
                Money(minor=item["amount"], currency=item["currency"]),
                bool(item["plan"]),
                item["customer_id"],
            )
            for item in self._table.get_many(places)
        }

    def standing(self, entity_id: str, customer_id: str, checkout_id: str) -> Standing | None:
        """Return how customer and checkout stand, or None where either is unknown.

        One Query; one more read where the checkout is closed.
        """
        live = list(self._table.query(keys.live(entity_id, customer_id)))
        by_key = {item["sk"]: item for item in live}
        checkout = by_key.get(keys.open_checkout(entity_id, customer_id, checkout_id)["sk"])
        if checkout is None:
            checkout = self._table.get(keys.closed_checkout(entity_id, customer_id, checkout_id))
        if "PROFILE" not in by_key or checkout is None:
            return None
        heads = {item["document_id"]: item for item in live if item["type"] == "HEAD"}
        return Standing(
            customer=customer_from(by_key["PROFILE"]),
            books=books_from(customer_id, heads, live),
            checkout=checkout_from(checkout),
            others=tuple(
                checkout_from(item)
                for item in live
                if item["type"] == "CHECKOUT"
                and item["checkout_id"] != checkout_id
                and unresolved(item)
            ),
            stored=checkout,
        )

    def apply(
        self,
        entity_id: str,
        standing: Standing,
        payment: Payment,
        settlement: Settlement,
        now: Now,
        task: Task | None,
    ) -> bool:
        """Book payment with its settlement and close its checkout; False where it is booked.

        Where it is less than its checkout was for, the sweep looks at the customer: the rest
        waits for nothing any more. Raises WriteConflict when anything changed meanwhile: read and
        settle again.
        """
        pending = keys.pending_entry(entity_id, "payment", now.wall, payment.payment_id)
        posting = payment_posting(payment, settlement.movements, now)
        discounts = discounts_of(settlement.movements)
        writes: list[Write] = [
            Put(payment_item(entity_id, payment) | pending),
            *posting_writes(entity_id, standing.books, posting),
            *writeback_puts(entity_id, payment, settlement.allocations, now, discounts=discounts),
            paid_write(standing.checkout, standing.stored, payment.gateway_reference, now.wall),
        ]
        if payment.amount < standing.checkout.amount:
            writes.append(self._look(entity_id, standing, posting, now))
        if task is not None:
            writes.append(open_task_put(entity_id, task))
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            if 0 in lost.positions:
                return False
            raise WriteConflict(payment=payment.payment_id) from lost
        return True

    def allocate_more(
        self,
        entity_id: str,
        standing: Standing,
        payment: Payment,
        settlement: Settlement,
        now: Now,
        task: Task | None,
    ) -> Payment:
        """Book the next part of a large payment's plan and return the payment as it is then.

        The sweep looks at the customer again: until now this money spoke for the oldest debts.
        Raises WriteConflict when anything changed meanwhile.
        """
        after = replace(
            payment,
            allocations=added(payment.allocations, settlement.allocations),
            plan=settlement.left,
            version=payment.version + 1,
        )
        noted = Update(
            keys.payment(entity_id, payment.payment_id),
            set=use_of(after),
            condition=VERSION,
            values=seen(payment.version),
        )
        writes: list[Write] = [noted]
        if settlement.movements:
            posting = allocation_posting(payment, settlement.movements, now)
            writes += posting_writes(entity_id, standing.books, posting)
            if frees(posting.movements):
                writes.append(self._look(entity_id, standing, posting, now))
            told = settlement.allocations
            off = discounts_of(settlement.movements)
            writes += writeback_puts(entity_id, payment, told, now, after.version, off)
        if task is not None:
            writes.append(open_task_put(entity_id, task))
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            raise WriteConflict(payment=payment.payment_id) from lost
        return after

    def _look(self, entity_id: str, standing: Standing, posting: Posting, now: Now) -> Put:
        """Return the ticket by which a sweep looks at the customer because of posting."""
        item = self._table.get(keys.entity(entity_id))
        if item is None:
            raise NotFound(entity=entity_id)
        customer = standing.customer
        today = now.today(customer.time_zone)
        return ticket_put(entity_from(item), today, customer.customer_id, posting.posting_id)

    def processing(
        self, entity_id: str, standing: Standing, reference: str, at: datetime, asks_at: datetime
    ) -> None:
        """Note that since the business instant at the gateway moves the money and has not got it.

        Raises WriteConflict when the checkout changed meanwhile.
        """
        whose = (entity_id, standing.customer.customer_id)
        self._write(processing_update(*whose, standing.checkout, reference, at, asks_at))

    def close(
        self,
        entity: Entity,
        standing: Standing,
        state: CheckoutState,
        reference: str,
        now: Now,
    ) -> None:
        """Close the checkout without money: failed or expired. The next sweep looks again.

        Raises WriteConflict when the checkout changed meanwhile.
        """
        whose = (entity.entity_id, standing.customer.customer_id)
        checkout = standing.checkout
        reason = f"checkout:{checkout.checkout_id}"
        today = now.today(standing.customer.time_zone)
        self._write(
            *closing_writes(*whose, checkout, standing.stored, state, reference, now.business),
            ticket_put(entity, today, whose[1], reason),
        )

    def opened(self, entity_id: str, standing: Standing, session_id: str, url: str) -> None:
        """Note the gateway's page of a checkout whose answer was lost."""
        checkout = standing.checkout
        place = keys.open_checkout(entity_id, standing.customer.customer_id, checkout.checkout_id)
        self._write(
            Update(
                place,
                set={"session_id": session_id, "url": url, "version": checkout.version + 1},
                condition=VERSION,
                values=seen(checkout.version),
            )
        )

    def ask_again(
        self, entity_id: str, customer_id: str, checkout: Checkout, asks_at: datetime
    ) -> None:
        """Leave an unresolved checkout alone until asks_at (wall clock)."""
        checkout_id = checkout.checkout_id
        entry = keys.pending_entry(entity_id, "checkout", asks_at, checkout_id)
        place = keys.open_checkout(entity_id, customer_id, checkout_id)
        try:
            self._table.write(
                Update(place, set=entry, condition=VERSION, values=seen(checkout.version))
            )
        except ConditionLost:
            return  # somebody has moved it on: there is nothing to ask

    def compared(self, entity_id: str, day: date) -> bool:
        """Return whether the gateway was compared on that business day."""
        return self._table.get(_compared(entity_id, day)) is not None

    def note_compared(self, entity_id: str, day: date) -> None:
        """Note that the gateway was compared on that business day."""
        try:
            self._table.write(Put({**_compared(entity_id, day), "type": "FACT"}))
        except ConditionLost:
            return

    def _write(self, *writes: Write) -> None:
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            raise WriteConflict(reason="checkout") from lost


def _compared(entity_id: str, day: date) -> keys.Key:
    return keys.fact(entity_id, f"gateway-compared:{day.isoformat()}")
