"""What everything needs that brings money from the gateway into the books."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import Now
from shared.domain.collection import Collection
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayCheckout, GatewayPayment, PaymentEntry
from shared.domain.mandate import Mandate, Method
from shared.domain.parked import Parked
from shared.domain.payment import Booked, Payment
from shared.domain.settle import Settlement
from shared.domain.standing import Standing
from shared.domain.tasks import Task
from shared.errors import NotFound
from shared.ids import derived_id
from shared.usecases.follow_payment import GatewayBooks
from shared.usecases.ports.accounts import Accounts, ReadsEntity


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a hint: state is "done", "ignored" or "parked", code says more."""

    state: str
    code: str


BOOKED = Outcome("done", "booked")


class Gateway(Protocol):
    @property
    def api_version(self) -> str: ...
    def checkout(self, session_id: str) -> GatewayCheckout: ...
    def expire_checkout(self, session_id: str) -> str: ...
    def payment(self, reference: str) -> GatewayPayment: ...
    def find_checkout(self, checkout: Checkout, since: datetime) -> GatewayCheckout | None: ...
    def find_setup(self, mandate: Mandate, since: datetime) -> GatewayCheckout | None: ...
    def take(
        self, entity: Entity, customer: Customer, method: Method, checkout: Checkout
    ) -> GatewayPayment: ...
    def find_taking(self, checkout: Checkout, since: datetime) -> GatewayPayment | None: ...
    def payments_since(self, since: datetime) -> Iterator[GatewayPayment]: ...
    def balance_since(self, since: datetime) -> Iterator[PaymentEntry]: ...


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
        self, entity_id: str, standing: Standing, reference: str, at: datetime, asks_at: datetime
    ) -> None: ...
    def close(
        self,
        entity: Entity,
        standing: Standing,
        state: CheckoutState,
        reference: str,
        now: Now,
    ) -> None: ...
    def opened(self, entity_id: str, standing: Standing, session_id: str, url: str) -> None: ...
    def ask_again(
        self, entity_id: str, customer_id: str, checkout: Checkout, asks_at: datetime
    ) -> None: ...
    def compared(self, entity_id: str, day: date) -> bool: ...
    def note_compared(self, entity_id: str, day: date) -> None: ...


class ParkedItems(Protocol):
    def park(self, entity_id: str, parked: Parked, task: Task | None = None) -> bool: ...


class Mandates(Protocol):
    def find(self, entity_id: str, customer_id: str, mandate_id: str) -> Mandate: ...
    def opened(self, entity_id: str, customer_id: str, mandate: Mandate) -> None: ...
    def ask_again(
        self, entity_id: str, customer_id: str, mandate: Mandate, asks_at: datetime
    ) -> None: ...
    def give(
        self, entity: Entity, customer_id: str, given: Mandate, replaced: tuple[Mandate, ...]
    ) -> None: ...
    def end(
        self, entity: Entity, customer_id: str, mandate: Mandate, why: str, today: date
    ) -> Mandate: ...


class Collections(Protocol):
    def called(self, entity_id: str, customer_id: str, checkout: Checkout) -> bool: ...
    def refused(
        self,
        entity: Entity,
        customer_id: str,
        checkout: Checkout,
        failed: Collection | None,
        mandate: Mandate | None,
        code: str,
        today: date,
        now: Now,
    ) -> None: ...
    def end(self, entity: Entity, customer_id: str, ended: Collection) -> bool: ...


@dataclass(frozen=True, slots=True)
class Autopay:
    """What money that is taken by itself needs from outside. pause is as in Ports."""

    accounts: Accounts
    mandates: Mandates
    collections: Collections
    pause: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that money coming in needs from outside. pause waits before try n (from 0)."""

    gateway: Gateway
    payments: Payments
    books: GatewayBooks
    parked: ParkedItems
    entities: ReadsEntity
    pause: Callable[[int], None]
    autopay: Autopay


def park(
    ports: Ports,
    entity_id: str,
    reason: str,
    reference: str,
    now: Now,
    task: Task | None = None,
    **facts: str | int,
) -> Outcome:
    """Put the thing that the gateway calls reference on the list for people, once per reason.

    task is what somebody has to do about it.
    """
    parked = Parked(
        parked_id=derived_id("parked", entity_id, reason, reference),
        kind="payment",
        source="gateway",
        reason=reason,
        created_at=now.business,
        facts={"reference": reference, **facts},
    )
    ports.parked.park(entity_id, parked, task)
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
