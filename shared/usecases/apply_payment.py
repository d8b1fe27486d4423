"""Book one payment that the gateway has: once, whatever the number of hints that lead here."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from shared.domain.account import Checkout, CheckoutState, Entity
from shared.domain.clock import Now
from shared.domain.discount import with_discounts
from shared.domain.gateway import (
    GatewayCheckout,
    GatewayPayment,
    GatewayRefused,
    GatewayUnavailable,
)
from shared.domain.money import Money
from shared.domain.parked import Parked
from shared.domain.payment import Booked, Payment, payment_id
from shared.domain.settle import Settlement, settle
from shared.domain.standing import Standing
from shared.domain.tasks import Task
from shared.errors import NotFound, WriteConflict
from shared.ids import derived_id

ATTEMPTS_MAX = 8
# a document takes three writes, the payment itself up to six; a transaction takes a hundred
DOCUMENTS_MAX = 25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a hint: state is "done", "ignored" or "parked", code says more."""

    state: str
    code: str


class Gateway(Protocol):
    @property
    def api_version(self) -> str: ...
    def checkout(self, session_id: str) -> GatewayCheckout: ...
    def expire_checkout(self, session_id: str) -> str: ...
    def payment(self, reference: str) -> GatewayPayment: ...
    def find_checkout(self, checkout: Checkout, since: datetime) -> GatewayCheckout | None: ...
    def payments_since(self, since: datetime) -> Iterator[GatewayPayment]: ...


class Payments(Protocol):
    def payment(self, entity_id: str, payment_id: str) -> Payment: ...
    def booked(self, entity_id: str, references: list[str]) -> dict[str, Booked]: ...
    def standing(self, entity_id: str, customer_id: str, checkout_id: str) -> Standing | None: ...
    def apply(
        self,
        entity_id: str,
        standing: Standing,
        payment: Payment,
        settlement: Settlement,
        now: Now,
        task: Task | None,
    ) -> bool: ...
    def allocate_more(
        self,
        entity_id: str,
        standing: Standing,
        payment: Payment,
        settlement: Settlement,
        now: Now,
        task: Task | None,
    ) -> Payment: ...
    def processing(
        self, entity_id: str, standing: Standing, reference: str, asks_at: datetime
    ) -> None: ...
    def close(
        self,
        entity: Entity,
        standing: Standing,
        state: CheckoutState,
        reference: str,
        today: date,
    ) -> None: ...
    def opened(self, entity_id: str, standing: Standing, session_id: str, url: str) -> None: ...
    def ask_again(
        self, entity_id: str, customer_id: str, checkout: Checkout, asks_at: datetime
    ) -> None: ...
    def compared(self, entity_id: str, day: date) -> bool: ...
    def note_compared(self, entity_id: str, day: date) -> None: ...


class ParkedItems(Protocol):
    def park(self, entity_id: str, parked: Parked) -> bool: ...


class Entities(Protocol):
    def entity(self, entity_id: str) -> Entity: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that money coming in needs from outside. pause waits before try n (from 0)."""

    gateway: Gateway
    payments: Payments
    parked: ParkedItems
    entities: Entities
    pause: Callable[[int], None]


def apply_payment(ports: Ports, entity_id: str, told: GatewayPayment, now: Now) -> Outcome:
    """Book a succeeded payment as its checkout planned, and return what became of it.

    The amount is the gateway's. Each planned document gets at most what is open; what nobody
    planned for, or what was settled meanwhile, stays as the customer's credit with a task. What
    cannot be placed without guessing is parked. A payment that was given back, in part or under
    dispute, is booked and parked as well: a person decides.
    """
    if told.entity_id != entity_id:
        return not_ours(ports, entity_id, told.entity_id, told.reference, now)
    amount = told.amount
    if amount is None:
        return park(ports, entity_id, told.odd, told.reference, now)
    outcome = try_again(ports, lambda: _book(ports, entity_id, told, amount, now))
    if outcome.state != "done" or not (told.disputed or told.refunded_minor):
        return outcome
    reason = "disputed" if told.disputed else "refunded"
    return park(ports, entity_id, reason, told.reference, now, refunded=told.refunded_minor)


def try_again[T](ports: Ports, work: Callable[[], T]) -> T:
    """Return what work returns, doing it anew from its first read when another writer was first.

    Raises WriteConflict after ATTEMPTS_MAX tries.
    """
    for attempt in range(ATTEMPTS_MAX - 1):
        try:
            return work()
        except WriteConflict:
            ports.pause(attempt)
    return work()


def park(
    ports: Ports, entity_id: str, reason: str, reference: str, now: Now, **facts: str | int
) -> Outcome:
    """Put the thing that the gateway calls reference on the list for people, once per reason."""
    parked = Parked(
        parked_id=derived_id("parked", entity_id, reason, reference),
        kind="payment",
        source="gateway",
        reason=reason,
        created_at=now.business,
        facts={"reference": reference, **facts},
    )
    ports.parked.park(entity_id, parked)
    return Outcome("parked", reason)


def not_ours(ports: Ports, entity_id: str, theirs: str, reference: str, now: Now) -> Outcome:
    """Answer for a thing that does not carry this entity's mark.

    Another entity of the same gateway account hears of its own by itself; the rest is parked.
    """
    if theirs:
        try:
            ports.entities.entity(theirs)
        except NotFound:
            return park(ports, entity_id, "unknown_entity", reference, now)
        return Outcome("ignored", "other_entity")
    return park(ports, entity_id, "no_mark", reference, now)


def _book(ports: Ports, entity_id: str, told: GatewayPayment, amount: Money, now: Now) -> Outcome:
    standing = ports.payments.standing(entity_id, told.customer_id, told.checkout_id)
    if standing is None:
        return park(ports, entity_id, "unknown_checkout", told.reference, now)
    checkout = standing.checkout
    if amount.currency != checkout.amount.currency:
        return park(ports, entity_id, "currency_mismatch", told.reference, now)
    booked_as = payment_id(entity_id, told.reference)
    documents = standing.books.documents
    settlement = settle(booked_as, amount, checkout.allocations, documents, DOCUMENTS_MAX)
    settlement = _discounted(standing, settlement, told)
    payment = Payment(
        payment_id=booked_as,
        customer_id=told.customer_id,
        amount=amount,
        method=told.method,
        received_on=_day(standing, told.received_at),
        received_at=told.received_at,
        gateway_reference=told.reference,
        checkout_id=checkout.checkout_id,
        allocations=settlement.allocations,
        plan=settlement.left,
    )
    task = _task(standing, payment, settlement, now)
    booked_by_this = (CheckoutState.PAID, told.reference)
    new = (checkout.state, checkout.gateway_reference) != booked_by_this
    new = new and ports.payments.apply(entity_id, standing, payment, settlement, now, task)
    if not new:
        payment = ports.payments.payment(entity_id, booked_as)
    else:
        _close_other_pages(ports, standing, settlement)
    if payment.plan:
        _finish_plan(ports, entity_id, booked_as, told, now)
    return Outcome("done", "booked" if new else "known")


def _discounted(standing: Standing, settlement: Settlement, told: GatewayPayment) -> Settlement:
    """Return settlement with the early-payment discounts that it earns.

    The value date is the day on which the page was opened, if that was before the money came: what
    the page asked for is what closes a document.
    """
    days = [_day(standing, told.received_at), _day(standing, standing.checkout.created_at)]
    movements = with_discounts(standing.books.documents, settlement.movements, min(days))
    return replace(settlement, movements=movements)


def _day(standing: Standing, instant: datetime) -> date:
    return Now(instant, instant).today(standing.customer.time_zone)


def _close_other_pages(ports: Ports, standing: Standing, settlement: Settlement) -> None:
    """Close the pages on which somebody could pay again for what is settled now.

    One that cannot be closed may still be paid: that money becomes credit, with a task.
    """
    left = {d.document_id: d.open.minor for d in standing.books.documents}
    for movement in settlement.movements:
        left[movement.document_id] += movement.amount.minor
    settled = {document_id for document_id, minor in left.items() if not minor}
    for other in standing.others:
        meant_for = {document_id for document_id, _ in other.allocations}
        if other.state is CheckoutState.OPEN and other.session_id and meant_for & settled:
            with suppress(GatewayUnavailable, GatewayRefused, NotFound):
                ports.gateway.expire_checkout(other.session_id)


def _finish_plan(
    ports: Ports, entity_id: str, booked_as: str, told: GatewayPayment, now: Now
) -> None:
    """Allocate the rest of a large payment part by part, from wherever it stands."""
    left = True
    while left:
        left = try_again(ports, lambda: _next_part(ports, entity_id, booked_as, told, now))


def _next_part(
    ports: Ports, entity_id: str, booked_as: str, told: GatewayPayment, now: Now
) -> bool:
    payment = ports.payments.payment(entity_id, booked_as)
    standing = ports.payments.standing(entity_id, told.customer_id, told.checkout_id)
    if standing is None or not payment.plan:
        return False
    credit = standing.books.credit(booked_as)
    rest = credit.unapplied if credit else Money.zero(payment.amount.currency)
    documents = standing.books.documents
    settlement = settle(booked_as, rest, payment.plan, documents, DOCUMENTS_MAX)
    settlement = _discounted(standing, settlement, told)
    task = _task(standing, replace(payment, plan=settlement.left), settlement, now)
    after = ports.payments.allocate_more(entity_id, standing, payment, settlement, now, task)
    return bool(after.plan)


def _task(standing: Standing, payment: Payment, settlement: Settlement, now: Now) -> Task | None:
    """Return the work that an unapplied rest makes once the whole plan was looked at."""
    if payment.plan or not settlement.unapplied:
        return None
    return Task(
        task_id=derived_id("unapplied", payment.payment_id),
        kind="unapplied",
        customer_id=standing.customer.customer_id,
        title=f"{settlement.unapplied} of a payment is for nothing open: allocate or refund it",
        created_at=now.business,
        due_on=now.today(standing.customer.time_zone),
        documents=tuple(document_id for document_id, _ in standing.checkout.allocations),
        detail=payment.gateway_reference,
    )
