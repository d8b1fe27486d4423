"""What a posting costs, and how fast money is settled: python -m tests.bench.posting.

Request units are counted by the capacity meter and do not depend on the machine; the rate is of one
core, the median of nine rounds.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from shared.adapters import keys
from shared.adapters.account_items import checkout_item, customer_item
from shared.adapters.accounts import Accounts
from shared.adapters.entities import Entities, PolicyVersion
from shared.adapters.gateway_books import GatewayBooks
from shared.adapters.head_items import head_item
from shared.adapters.inbox import Inbox
from shared.adapters.ledger import posting_put
from shared.adapters.parked import ParkedItems
from shared.adapters.payments import Payments
from shared.adapters.stripe_event import read_event
from shared.adapters.table import Put, Table
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.gateway import BalanceEntry, GatewayCheckout, GatewayPayment
from shared.domain.gateway_event import GatewayEvent
from shared.domain.settle import settle
from shared.ids import new_id
from shared.usecases import money_in, receive_webhook
from shared.usecases.take_event import take_event
from tests.bench.paired import Ratio
from tests.bench.receiver import receiver_cpu_over_limit
from tests.support.capacity import Meter, meter
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import customer, entity, eur
from tests.unit.test_decide import LADDER

WRITE_UNITS_GOAL = 14
CALLS_GOAL = 5
REPLAY_WRITE_UNITS_GOAL = 4
RECEIVER_CPU_GOAL = 1.5
DOCUMENTS = 300
ROUNDS = 9
NOW = Now(datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 9, tzinfo=UTC))
# as long as Stripe's are
SESSION = "cs_live_" + "a1" * 29
PAYMENT = "pi_3" + "Qx" * 11 + "7"
URL = f"https://checkout.stripe.com/c/pay/{SESSION}#" + "fid" * 70


@dataclass
class Bucket:
    """Keeps nothing: the bodies of webhooks are not what is measured."""

    def put_object(self, **_: object) -> None:
        return None


@dataclass
class Queue:
    """The messages for the worker."""

    waiting: list[dict[str, object]] = field(default_factory=list)

    def send(self, queue: str, body: dict[str, object]) -> None:
        self.waiting.append(json.loads(json.dumps(body)))


@dataclass
class Gateway:
    """Knows one paid page."""

    page: GatewayCheckout
    api_version: str = "bench"

    def checkout(self, session_id: str) -> GatewayCheckout:
        return self.page


class Hub:
    """One customer with one open invoice, whose page has just been paid."""

    def __init__(self) -> None:
        self.model = DynamoModel()
        table = Table(self.model, "hub")
        first = PolicyVersion(LADDER, "", NOW.wall, "bench")
        seller = Entities(table).create(entity(), first)
        whose = customer(customer_id=new_id(NOW.wall))
        document = _document(0, new_id(NOW.wall), external_id="ERP-2026-000123")
        table.write(Put(customer_item(seller.entity_id, whose)))
        table.write(
            posting_put(seller.entity_id, whose.customer_id, document_posting(document, NOW)),
            Put(head_item(seller.entity_id, whose, document, seller.shards)),
        )
        checkout = Checkout(
            checkout_id=new_id(NOW.wall),
            state=CheckoutState.OPEN,
            amount=document.open,
            allocations=((document.document_id, document.open),),
            created_at=NOW.wall,
            expires_at=NOW.wall + timedelta(hours=24),
            session_id=SESSION,
            url=URL,
        )
        pending = keys.pending_entry(seller.entity_id, "checkout", NOW.wall, checkout.checkout_id)
        table.write(Put(checkout_item(seller.entity_id, whose.customer_id, checkout) | pending))
        paid = GatewayPayment(
            reference=PAYMENT,
            status="succeeded",
            amount=document.open,
            odd="",
            method="card",
            received_at=NOW.wall,
            entity_id=seller.entity_id,
            customer_id=whose.customer_id,
            checkout_id=checkout.checkout_id,
            came_in=BalanceEntry("txn_3Qx", "charge", document.open, eur(175), NOW.wall),
        )
        page = GatewayCheckout(
            session_id=SESSION,
            state="complete",
            payment_status="paid",
            entity_id=seller.entity_id,
            customer_id=whose.customer_id,
            checkout_id=checkout.checkout_id,
            payment=paid,
        )
        self.entity_id = seller.entity_id
        self.inbox, self.queue = Inbox(table, Bucket(), "documents"), Queue()
        gateway = Gateway(page)
        self.money_in = money_in.Ports(
            gateway,  # only what a paid page asks for
            Payments(table),
            GatewayBooks(table),
            ParkedItems(table),
            Accounts(table),
            lambda _: None,
            None,  # nothing is taken by itself
        )
        self.webhooks = receive_webhook.Ports(
            lambda *_: None, read_event, self.inbox, self.queue, livemode=False
        )

    def receive(self) -> None:
        event = {
            "id": "evt_1Qx" + "b" * 20,
            "type": "checkout.session.completed",
            "api_version": "bench",
            "created": 1_790_000_000,
            "livemode": False,
            "data": {"object": {"id": SESSION, "payment_intent": PAYMENT}},
        }
        body = json.dumps(event).encode()
        receive_webhook.receive_webhook(self.webhooks, self.entity_id, body, "", NOW.wall)

    def follow(self) -> None:
        event = GatewayEvent(**self.queue.waiting[0]["event"])
        take_event(self.money_in, self.inbox, self.entity_id, event, NOW)


def main() -> None:
    """Print every figure beside its goal."""
    hub = Hub()
    received = _metered(hub, hub.receive)
    posted = _metered(hub, hub.follow)
    replayed = _metered(hub, hub.follow)
    print(f"webhook received: {_said(received)}")
    print(f"one payment on one invoice posted: {_said(posted)}")
    for name, usage in sorted((posted.by_operation | posted.by_place).items()):
        print(f"    {name}: {usage.calls} calls, {usage.write_units} WRU, {usage.read_units} RRU")
    whole = received.write_units + posted.write_units
    calls = received.calls + posted.calls
    _goal("posting_write_units", whole, WRITE_UNITS_GOAL)
    _goal("posting_calls", calls, CALLS_GOAL)
    _goal("replay_write_units", replayed.write_units, REPLAY_WRITE_UNITS_GOAL)
    cpu = receiver_cpu_over_limit()
    _goal("receiver_cpu_over_limit", cpu.worst, RECEIVER_CPU_GOAL, _range(cpu))
    print(f"settled_documents_per_second {_settled_per_second():,.0f}")


def _goal(name: str, value: float, goal: float, told: str = "") -> None:
    reached = "" if value <= goal else "  (not reached)"
    print(f"{name} {value:.4g} <={goal:g}{told}{reached}")


def _range(of: Ratio) -> str:
    return f"  ({of.least:.2f} to {of.most:.2f})"


def _said(m: Meter) -> str:
    return f"{m.write_units} WRU, {m.read_units} RRU, {m.calls} calls"


def _metered(hub: Hub, work: Callable[[], None]) -> Meter:
    with meter(hub.model) as m:
        work()
    return m


def _settled_per_second() -> float:
    documents = [_document(i, f"d{i}") for i in range(DOCUMENTS)]
    plan = [(d.document_id, d.open) for d in documents]
    amount = eur(sum(d.open.minor for d in documents))
    rates = []
    for _ in range(ROUNDS):
        began = time.process_time()
        settle("p", amount, plan, documents)
        rates.append(DOCUMENTS / (time.process_time() - began))
    return statistics.median(rates)


def _document(i: int, document_id: str, **more: str) -> Document:
    issued_on = date(2026, 1, 1) + timedelta(days=i % 90)
    plain = Document(
        document_id=document_id,
        kind=DocumentKind.INVOICE,
        number=f"N-{i}",
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        total=eur(10_000 + i),
        open=eur(10_000 + i),
    )
    return replace(plain, **more)  # texts only


if __name__ == "__main__":
    main()
