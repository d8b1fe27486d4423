"""The objects have the fields that the stripe package declares; lists page and filter."""

import inspect
import re
from typing import Any

import pytest
import stripe

from tests.e2e.local_stripe.conftest import LocalStripe

KINDS = {
    "session": stripe.checkout.Session,
    "intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "movement": stripe.BalanceTransaction,
    "event": stripe.Event,
    "line": stripe.LineItem,
    "endpoint": stripe.WebhookEndpoint,
}


def declared(kind: type) -> set[str]:
    """Return the fields that the package says are always there."""
    declarations = re.findall(r"^    (\w+): (.*)", inspect.getsource(kind), re.MULTILINE)
    return {n for n, hint in declarations if not hint.startswith(("Optional[", "ClassVar["))}


def test_every_declared_field_is_there(local: LocalStripe) -> None:
    session = local.paid(10_000)
    charge = session.payment_intent.latest_charge
    v1 = local.client.v1
    v1.refunds.create({"charge": charge.id, "amount": 100})
    local.control("POST", "disputes", charge=charge.id)
    types = {"url": "http://127.0.0.1:1/x", "enabled_events": ["refund.failed"]}
    endpoint = v1.webhook_endpoints.create(types)
    made: dict[str, Any] = {
        "session": session,
        "intent": session.payment_intent,
        "charge": charge,
        "refund": v1.refunds.list().data[0],
        "dispute": v1.disputes.list().data[0],
        "movement": v1.balance_transactions.list().data[0],
        "event": v1.events.list().data[0],
        "line": v1.checkout.sessions.line_items.list(session.id).data[0],
        "endpoint": endpoint,
    }
    v1.webhook_endpoints.delete(endpoint.id)
    fields = {name: set(thing.to_dict()) for name, thing in made.items()}
    missing = {name: declared(KINDS[name]) - fields[name] for name in KINDS}
    unknown = {name: fields[name] - KINDS[name].__annotations__.keys() for name in KINDS}
    assert sum(len(declared(kind)) for kind in KINDS.values()) > 80
    assert {n: fields for n, fields in missing.items() if fields} == {}
    assert {n: fields for n, fields in unknown.items() if fields} == {}


def test_lists_are_newest_first_and_page_by_cursor(local: LocalStripe) -> None:
    made = [local.session().id for _ in range(7)]
    listed = local.client.v1.checkout.sessions.list({"limit": 3})
    assert [s.id for s in listed.auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError):
        local.client.v1.checkout.sessions.list({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        local.client.v1.checkout.sessions.retrieve("cs_test_none")
    assert refused.value.code == "resource_missing"


def test_many_lines_are_all_shown_and_listed(local: LocalStripe) -> None:
    price = {"currency": "eur", "unit_amount": 1_01}
    lines = [
        {"quantity": n, "price_data": price | {"product_data": {"name": f"Invoice {n:03}"}}}
        for n in range(1, 101)
    ]
    session = local.session(line_items=lines)
    assert session.amount_total == 101 * 5050
    listed = local.client.v1.checkout.sessions.line_items.list(session.id, {"limit": 40})
    assert [i.quantity for i in listed.auto_paging_iter()] == list(range(1, 101))
    page = local.browse(session.url)
    assert all(f"Invoice {n:03}" in page.text for n in range(1, 101))


def test_payment_intents_take_what_localstripe_refused(local: LocalStripe) -> None:
    intents = local.client.v1.payment_intents
    more = {"description": "x", "receipt_email": "a@buyer.example"}
    automatic = {"automatic_payment_methods": {"enabled": True}}
    intent = intents.create({"amount": 1_000, "currency": "usd", **more, **automatic})
    assert intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    method = {"payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
    with pytest.raises(stripe.CardError) as declined:
        intents.create({"amount": 1_000, "currency": "usd", **method})
    assert declined.value.error.decline_code == "generic_decline"
    other = intents.create({"amount": 1_000, "currency": "usd"})
    cancelled = intents.cancel(other.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    assert len(intents.list({"created": {"gte": intent.created}}).data) == 3
