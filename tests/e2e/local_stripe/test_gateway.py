"""Our gateway adapter against the local Stripe: the same port, real HTTP, real signatures."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.stripe_event import read_event
from shared.adapters.stripe_gateway import StripeGateway
from shared.adapters.stripe_signature import verify
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.domain.money import Money
from shared.errors import NotFound, UntrustedWebhook
from tests.e2e.local_stripe.conftest import SECRET, WORKING_CARD, LocalStripe, until
from tests.support.samples import customer, entity, eur

OURS = {"entity_id": "demo", "customer_id": "c1", "checkout_id": "co1"}


@pytest.fixture
def gateway(local: LocalStripe) -> StripeGateway:
    return StripeGateway("sk_test_of_the_tests", local.url)


def checkout(name: str = "co1") -> Checkout:
    wall = datetime.now(UTC)
    plan = (("inv1", eur(100_000)), ("inv2", eur(23_450)))
    return Checkout(name, CheckoutState.OPEN, eur(123_450), plan, wall, wall + timedelta(hours=24))


def open_page(gateway: StripeGateway, name: str = "co1", currency: str = "EUR") -> tuple[str, str]:
    lines = tuple(
        (label, Money(minor=minor, currency=currency))
        for label, minor in (("2026-7", 100_000), ("2026-8", 23_450))
    )
    return gateway.create_checkout(
        entity(), customer(), checkout(name), lines, "http://hub.example/ok", "http://hub.example/p"
    )


def ids(thing: object) -> dict[str, str]:
    return {name: getattr(thing, name) for name in OURS}


def test_a_page_is_opened_paid_and_read_with_our_marks(local, gateway):
    session_id, url = open_page(gateway)
    before = gateway.checkout(session_id)
    assert (before.state, before.payment, before.url) == ("open", None, url)
    assert ids(before) == OURS
    shown = local.browse(url)
    assert "2026-7" in shown.text
    assert "1,234.50" in shown.text
    assert local.browse(url, card_number=WORKING_CARD).status == 303
    paid = gateway.checkout(session_id)
    assert (paid.state, paid.payment_status) == ("complete", "paid")
    payment = paid.payment
    assert (payment.status, payment.amount, payment.odd, payment.method) == (
        "succeeded",
        eur(123_450),
        "",
        "card",
    )
    assert ids(payment) == OURS
    assert abs(payment.received_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert gateway.payment(payment.reference) == payment
    assert list(gateway.payments_since(datetime.now(UTC) - timedelta(days=1))) == [payment]
    assert list(gateway.payments_since(datetime.now(UTC) + timedelta(days=1))) == []


def test_the_same_checkout_is_the_same_page_also_when_the_answer_was_lost(local, gateway):
    fault = {"target": "api", "kind": "lose_answer", "match": "/v1/checkout/sessions"}
    local.control("POST", "faults", **fault)
    first = open_page(gateway)
    assert open_page(gateway) == first
    assert len(local.client.v1.checkout.sessions.list().data) == 1
    (happened,) = local.control("GET", "faults")["faults"]
    assert happened["fired"] == 1
    assert open_page(gateway, "co2") != first


def test_other_lines_under_the_same_checkout_are_refused(gateway):
    open_page(gateway)
    with pytest.raises(GatewayRefused):
        open_page(gateway, currency="USD")


def test_a_page_is_found_by_our_mark(gateway):
    session_id, _ = open_page(gateway)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    found = gateway.find_checkout(checkout(), hour_ago)
    assert found is not None
    assert found.session_id == session_id
    assert gateway.find_checkout(checkout("co9"), hour_ago) is None


def test_expiring_tells_how_the_page_stands(local, gateway):
    session_id, url = open_page(gateway)
    assert gateway.expire_checkout(session_id) == "expired"
    assert gateway.expire_checkout(session_id) == "expired"
    paid_id, url = open_page(gateway, "co2")
    local.browse(url, card_number=WORKING_CARD)
    assert gateway.expire_checkout(paid_id) == "complete"
    with pytest.raises(NotFound):
        gateway.expire_checkout("cs_test_nobody")


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "succeeded"), ("fail", "no money")])
def test_a_debit_is_processing_until_the_bank_has_spoken(local, gateway, outcome, status):
    session_id, url = open_page(gateway)
    local.browse(url, method="sepa_debit", iban="DE89370400440532013000")
    page = gateway.checkout(session_id)
    assert (page.state, page.payment.status, page.payment.amount) == (
        "complete",
        "processing",
        None,
    )
    assert list(gateway.payments_since(datetime.now(UTC) - timedelta(days=1))) == []
    local.control("POST", "debits/settle", outcome=outcome)
    settled = gateway.checkout(session_id).payment
    if status == "succeeded":
        assert (settled.status, settled.amount, settled.method) == (
            "succeeded",
            eur(123_450),
            "sepa_debit",
        )
    else:
        assert settled.status == "requires_payment_method"


def test_a_debit_is_booked_on_the_day_on_which_it_settled(local, gateway):
    session_id, url = open_page(gateway)
    local.browse(url, method="sepa_debit", iban="DE89370400440532013000")
    local.control("POST", "clock", offset_seconds=5 * 86_400)
    settled = gateway.checkout(session_id).payment
    assert settled.status == "succeeded"
    age = settled.received_at - datetime.now(UTC)
    assert timedelta(days=2, hours=23) < age < timedelta(days=3, hours=1)


@pytest.mark.parametrize("kind", ["error", "unavailable"])
def test_an_outage_is_unavailable_and_a_short_one_is_not_felt(local, gateway, kind):
    session_id, _ = open_page(gateway)
    fault = {"target": "api", "kind": kind, "match": "/v1/checkout/sessions"}
    local.control("POST", "faults", **fault, times=1)
    assert gateway.checkout(session_id).state == "open"
    local.control("POST", "faults", **fault, times=3)
    with pytest.raises(GatewayUnavailable):
        gateway.checkout(session_id)
    local.control("DELETE", "faults")


def test_nobody_there_is_unavailable_and_a_wrong_key_is_refused(local):
    with pytest.raises(GatewayUnavailable):
        StripeGateway("sk_test_1", "http://127.0.0.1:1").checkout("cs_test_1")
    with pytest.raises(GatewayRefused):
        StripeGateway("pk_wrong", local.url).checkout("cs_test_1")


def test_what_is_unknown_is_not_found(gateway):
    with pytest.raises(NotFound):
        gateway.checkout("cs_test_nobody")
    with pytest.raises(NotFound):
        gateway.payment("pi_nobody")


def test_every_webhook_of_a_payment_passes_our_check_and_leads_to_it(local, gateway, listener):
    session_id, url = open_page(gateway)
    local.browse(url, card_number=WORKING_CARD)
    until(lambda: "checkout.session.completed" in listener.types())
    local.until_idle()
    reference = gateway.checkout(session_id).payment_reference
    assert len(listener.got) >= 3
    for header, body in listener.got:
        verify(body, header, (SECRET,), datetime.now(UTC))
        event = read_event(body)
        assert event.payment_reference == reference
        assert (event.api_version, event.livemode) == (gateway.api_version, False)
        with pytest.raises(UntrustedWebhook):
            verify(body + b" ", header, (SECRET,), datetime.now(UTC))


def test_a_customer_without_an_address_types_it_on_the_page(gateway, local):
    _, url = gateway.create_checkout(
        entity(),
        replace(customer(), email=""),
        checkout(),
        (("2026-7", eur(500)),),
        "http://hub.example/ok",
        "http://hub.example/p",
    )
    assert local.browse(url).status == 200
