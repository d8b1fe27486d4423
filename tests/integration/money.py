"""A gateway that says what a test told it, and webhooks signed as the real one signs them."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3

from shared import runtime
from shared.adapters import keys
from shared.adapters.account_items import checkout_item
from shared.adapters.table import Put
from shared.domain.account import Account
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayCheckout, GatewayPayment, PaymentEntry
from shared.domain.money import Money, total
from shared.errors import NotFound

VERSION = "2026-10-28.endive"
SECRET = "whsec_of_the_tests"
DUE = date(2026, 3, 2)
COMPLETED, FAILED = "checkout.session.completed", "checkout.session.async_payment_failed"
LEAVES = ("refund", "refund_failed", "return", "chargeback", "reinstatement")
BOOKED_AT = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # in Berlin it is the tenth already


@dataclass
class FakeGateway:
    """Pages and payments by id; asked counts the questions."""

    api_version: str = VERSION
    pages: dict[str, GatewayCheckout] = field(default_factory=dict)
    payments: dict[str, GatewayPayment] = field(default_factory=dict)
    asked: int = 0
    closed: list[str] = field(default_factory=list)

    def expire_checkout(self, session_id: str) -> str:
        self.closed.append(session_id)
        self.pages[session_id] = replace(self.pages[session_id], state="expired")
        return "expired"

    def checkout(self, session_id: str) -> GatewayCheckout:
        self.asked += 1
        if session_id not in self.pages:
            raise NotFound(gateway="resource_missing")
        page = self.pages[session_id]
        if page.payment is None:
            return page
        return replace(page, payment=self.payments[page.payment.reference])

    def payment(self, reference: str) -> GatewayPayment:
        self.asked += 1
        if reference not in self.payments:
            raise NotFound(gateway="resource_missing")
        return self.payments[reference]

    def find_checkout(self, checkout: Checkout, since: datetime) -> GatewayCheckout | None:
        found = [p for p in self.pages.values() if p.checkout_id == checkout.checkout_id]
        return found[0] if found else None

    def payments_since(self, since: datetime) -> Iterator[GatewayPayment]:
        yield from (p for p in self.payments.values() if p.status == "succeeded")

    def balance_since(self, since: datetime) -> Iterator[PaymentEntry]:
        """Yield what every payment did to the balance, as the payment itself tells it."""
        for paid in self.payments.values():
            entries = [paid.came_in, paid.returned]
            entries += [e for r in paid.refunds for e in (r.left, r.came_back)]
            entries += [e for d in paid.disputes for e in (d.withdrawn, d.reinstated)]
            yield from (PaymentEntry(paid.reference, e) for e in entries if e)

    def changes(self, reference: str, **changes: Any) -> None:
        """Let the gateway say something else about a payment from now on."""
        self.payments[reference] = replace(self.payments[reference], **changes)

    def takes(self, of: Entity, whose: Customer, checkout: Checkout, **changes: Any) -> str:
        """Let the checkout's page be paid; return the payment's reference."""
        paid = GatewayPayment(
            reference=f"pi_{checkout.checkout_id}",
            status="succeeded",
            amount=checkout.amount,
            odd="",
            method="card",
            received_at=BOOKED_AT,
            entity_id=of.entity_id,
            customer_id=whose.customer_id,
            checkout_id=checkout.checkout_id,
        )
        paid = replace(paid, **changes)
        self.payments[paid.reference] = paid
        self.page(of, whose, checkout, "complete", paid)
        return paid.reference

    def page(
        self,
        of: Entity,
        whose: Customer,
        checkout: Checkout,
        state: str,
        payment: GatewayPayment | None = None,
    ) -> None:
        """Let the checkout's page be in a state."""
        session_id = f"cs_{checkout.checkout_id}"
        self.pages[session_id] = GatewayCheckout(
            session_id=session_id,
            state=state,
            payment_status="paid" if payment and payment.status == "succeeded" else "unpaid",
            entity_id=of.entity_id,
            customer_id=whose.customer_id,
            checkout_id=checkout.checkout_id,
            url=f"https://checkout.example/{session_id}",
            payment=payment,
        )


def make_secret() -> None:
    """Fill in the stack's secret."""
    value = json.dumps({"api_key": "sk_test_1", "webhook_secrets": [SECRET]})
    boto3.client("secretsmanager").create_secret(Name="hub/stripe", SecretString=value)


def add_checkout(
    of: Entity, whose: Customer, name: str, *documents: Document, **changes: Any
) -> Checkout:
    """Write an open checkout for all that is open on documents, and return it."""
    plan = tuple((d.document_id, d.open) for d in documents)
    wall = datetime.now(UTC)
    values: dict[str, Any] = {
        "checkout_id": name,
        "state": CheckoutState.OPEN,
        "amount": total((amount for _, amount in plan), plan[0][1].currency),
        "allocations": plan,
        "created_at": wall,
        "expires_at": wall + timedelta(hours=24),
        "session_id": f"cs_{name}",
        "url": f"https://checkout.example/cs_{name}",
    }
    checkout = Checkout(**(values | changes))
    pending = keys.pending_entry(of.entity_id, "checkout", wall, name)
    runtime.table().write(Put(checkout_item(of.entity_id, whose.customer_id, checkout) | pending))
    return checkout


def webhook(event_id: str, kind: str, subject: dict[str, Any], **changes: Any) -> bytes:
    """Return the body of an event about subject."""
    event = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "api_version": VERSION,
        "created": 1_790_000_000,
        "livemode": False,
        "data": {"object": subject},
    }
    return json.dumps(event | changes).encode()


def signed(body: bytes, secret: str = SECRET, age_s: int = 0) -> str:
    """Return the signature header of body."""
    t = int(time.time()) - age_s
    mark = hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={t},v1={mark}"


def post(entity_id: str, body: bytes, signature: str | None, *, encoded: bool = False) -> int:
    """Send body to the receiver as the API does; return the status."""
    from functions.payment_webhook.receiver import handler

    text = base64.b64encode(body).decode() if encoded else body.decode("utf-8", "surrogateescape")
    event = {
        "version": "2.0",
        "pathParameters": {"entity": entity_id},
        "headers": {} if signature is None else {"stripe-signature": signature},
        "body": text,
        "isBase64Encoded": encoded,
    }
    context = SimpleNamespace(
        function_name="test",
        memory_limit_in_mb=128,
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:test",
        aws_request_id="r",
    )
    return int(handler(event, context)["statusCode"])


def hint(of: Entity, event_id: str, kind: str, subject: dict[str, Any], **changes: Any) -> None:
    """Send one webhook and follow it."""
    from tests.integration.hub import drain

    body = webhook(event_id, kind, subject, **changes)
    assert post(of.entity_id, body, signed(body)) == 200
    drain("PAYMENT")


def items(entity_id: str, prefix: str = "") -> list[dict[str, Any]]:
    """Return every item of the table whose partition begins with prefix (a look from outside)."""
    found = boto3.client("dynamodb").scan(TableName="hub", ConsistentRead=True)["Items"]
    from shared.adapters.codec import decode_item

    return [i for i in map(decode_item, found) if i["pk"].startswith(f"E#{entity_id}{prefix}")]


def of_type(entity_id: str, *types: str) -> list[dict[str, Any]]:
    """Return the items of types."""
    return [i for i in items(entity_id) if i["type"] in types]


def causes(entity_id: str) -> set[str]:
    """Return why sweeps are to look at customers of an entity."""
    return {item["sk"].split("#", 2)[2] for item in of_type(entity_id, "TICKET")}


def euros(minor: int) -> Money:
    """Return minor cents."""
    return Money(minor=minor, currency="EUR")


def session(name: str) -> dict[str, str]:
    """Return a page as an event names it."""
    return {"id": f"cs_{name}", "object": "checkout.session"}


def intent(reference: str) -> dict[str, str]:
    """Return a payment as an event names it."""
    return {"id": reference, "object": "payment_intent"}


def account() -> Account:
    """Return the account of the one customer of the tests."""
    return runtime.accounts().account("demo", "c1")


def payments() -> list[dict[str, Any]]:
    """Return every booked payment."""
    return of_type("demo", "PAYMENT")


def reasons() -> list[str]:
    """Return why things are parked."""
    return sorted(item["reason"] for item in of_type("demo", "PARKED"))


def checkout_state(name: str) -> str:
    """Return how a checkout stands."""
    return str(runtime.checkouts().find("demo", "c1", name).state)


def reconcile(*kinds: str) -> None:
    """Let the janitor run once for each of kinds."""
    from tests.integration import hub

    for kind in kinds:
        hub.invoke(hub.HANDLERS["JANITOR"], [json.dumps({"kind": kind, "entity": "demo"})])


def books_balance() -> None:
    """Every minor unit is on a document, unapplied or gone; heads are the fold of the ledger."""
    movements = [m for p in of_type("demo", "POSTING") for m in p["movements"]]

    def of(*kinds: str) -> int:
        return sum(m["amount"] for m in movements if m["kind"] in kinds)

    received = sum(item["amount"] for item in payments())
    gone = sum(item["gone"] for item in payments())
    allocated = -of("allocation", "deallocation")
    unapplied = sum(c["unapplied"] for c in of_type("demo", "CREDIT"))
    assert received == of("payment")
    assert gone == -of(*LEAVES)
    assert received == allocated + unapplied + gone
    assert allocated == sum(a["amount"] for p in payments() for a in p["allocations"])
    for head in of_type("demo", "HEAD"):
        own = [m["amount"] for m in movements if m.get("document_id") == head["document_id"]]
        assert sum(own) == head["open"] >= 0
        assert (head["open"] > 0) == (not head["pk"].endswith("#H"))
        assert ("gpk" in head) == (head["open"] > 0)
