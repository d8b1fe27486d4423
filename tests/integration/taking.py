"""A gateway that takes money by itself as a test told it, and a customer who gave leave."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from shared import runtime
from shared.domain.autopay_rule import AutopayRule
from shared.domain.checkout import Checkout
from shared.domain.collection import Collection
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayPayment, GatewayRefused, GatewayUnavailable
from shared.domain.mandate import Mandate, Method
from tests.integration import hub, money
from tests.unit.test_decide import LADDER

CARD = Method("cus_1", "pm_1", "card", "visa", "4242")
RULE = AutopayRule()
TAKING = LADDER.model_copy(update={"autopay": RULE})
DUE = date(2026, 3, 9)
_HANDS = 3
"""From the sweep to the gateway, from there to the receipt, and from that to its mail."""


@dataclass
class TakingGateway(money.FakeGateway):
    """taken are the payments by what they were asked for as; refuses is why the bank says no.

    lost says that the answer is lost after the money was taken, calls counts the requests.
    """

    taken: dict[str, GatewayPayment] = field(default_factory=dict)
    refuses: str = ""
    status: str = "succeeded"
    lost: bool = False
    calls: int = 0

    def take(
        self, entity: Entity, customer: Customer, method: Method, checkout: Checkout
    ) -> GatewayPayment:
        self.calls += 1
        if self.refuses:
            raise GatewayRefused(reason="card_declined", decline=self.refuses)
        if checkout.checkout_id not in self.taken:
            made = GatewayPayment(
                reference=f"pi_{len(self.taken)}",
                status=self.status,
                amount=checkout.amount,
                odd="",
                method=method.kind,
                received_at=runtime.now().business,
                entity_id=entity.entity_id,
                customer_id=customer.customer_id,
                checkout_id=checkout.checkout_id,
                mandate_id=checkout.mandate_id,
            )
            self.taken[checkout.checkout_id] = made
            self.payments[made.reference] = made
        if self.lost:
            raise GatewayUnavailable()
        return self.payments[self.taken[checkout.checkout_id].reference]

    def find_taking(self, checkout: Checkout, since: datetime) -> GatewayPayment | None:
        return self.taken.get(checkout.checkout_id)


def give(of: Entity, whose: Customer, day: date, method: Method = CARD) -> Mandate:
    """Let the customer give leave on a day."""
    asked_at = datetime.combine(day, time(8), UTC)
    asked = Mandate("mandate1", "EUR", asked_at, "customer")
    runtime.mandates().ask(of, whose.customer_id, asked, asked_at)
    given = replace(asked, given_on=day, method=method, version=2)
    runtime.mandates().give(of, whose.customer_id, given, ())
    return given


def day(of: Entity, today: date) -> list[str]:
    """Live one day: a sweep, the gateway, the mails. Returns the subjects of its mails."""
    hub.move_clock(datetime.combine(today, time(9), UTC))
    before = len(hub.sent_mails())
    hub.sweep(of)
    carry(of)
    return [mail.subject for mail in hub.sent_mails()[before:]]


def carry(of: Entity) -> None:
    """Carry what waits to whoever acts on it."""
    for _ in range(_HANDS):
        hub.relay(of)
        hub.drain("PAYMENT", "NOTICE", "ESCALATION")


def days(of: Entity, first: date, last: date) -> dict[date, list[str]]:
    """Live each day from first through last; return the subjects of those that had mails."""
    found = {}
    today = first
    while today <= last:
        subjects = day(of, today)
        if subjects:
            found[today] = subjects
        today += timedelta(days=1)
    return found


def collections() -> list[Collection]:
    """Return every collection of the one customer of the tests."""
    return list(runtime.collections().of("demo", "c1"))
