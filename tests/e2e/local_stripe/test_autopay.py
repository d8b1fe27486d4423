"""Money taken by itself, against the local Stripe: the leave, the taking, and each refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.stripe_gateway import StripeGateway
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.gateway import GatewayRefused, GatewayUnavailable
from shared.domain.mandate import Mandate, Method
from tests.e2e.local_stripe.conftest import WORKING_CARD, LocalStripe
from tests.support.samples import customer, entity, eur

BACK = "http://hub.example/p/demo/autopay?mandate=m1"


@pytest.fixture
def gateway(local: LocalStripe) -> StripeGateway:
    return StripeGateway("sk_test_of_the_tests", local.url)


def _open(gateway: StripeGateway, name: str = "m1") -> tuple[str, str]:
    asked = Mandate(name, "EUR", datetime.now(UTC), "customer")
    return gateway.create_setup(entity(), customer(), asked, BACK, "http://hub.example/p/demo")


def _given(local: LocalStripe, gateway: StripeGateway, **form: str) -> Method:
    session_id, url = _open(gateway)
    done = local.browse(url, **(form or {"card_number": WORKING_CARD}))
    assert (done.status, done.headers["Location"]) == (303, BACK)
    page = gateway.checkout(session_id)
    assert page.method is not None
    return page.method


def _try(name: str = "co1", minor: int = 123_450) -> Checkout:
    wall = datetime.now(UTC)
    plan = (("inv1", eur(minor)),)
    until = wall + timedelta(days=30)
    return Checkout(
        name, CheckoutState.PROCESSING, eur(minor), plan, wall, until, mandate_id="m1", called=True
    )


def _take(gateway: StripeGateway, method: Method, name: str = "co1"):
    return gateway.take(entity(), customer(), method, _try(name))


def test_leave_is_given_on_the_hosted_page_and_nothing_is_charged(local, gateway):
    session_id, url = _open(gateway)
    assert _open(gateway) == (session_id, url)
    before = gateway.checkout(session_id)
    assert (before.state, before.method, before.mandate_id) == ("open", None, "m1")
    shown = local.browse(url)
    assert shown.status == 200 and "€" not in shown.text
    assert local.browse(url, card_number=WORKING_CARD).status == 303
    page = gateway.checkout(session_id)
    assert (page.state, page.entity_id, page.customer_id) == ("complete", "demo", "c1")
    assert page.payment is None and page.method is not None
    assert (page.method.kind, page.method.last4) == ("card", "4242")
    assert page.method.label == "Visa ••4242"
    assert "checkout.session.completed" in local.event_types()
    assert local.client.v1.charges.list().data == []


def test_a_page_whose_answer_was_lost_is_found_by_our_mark(local, gateway):
    session_id, _ = _open(gateway)
    asked = Mandate("m1", "EUR", datetime.now(UTC), "customer")
    found = gateway.find_setup(asked, datetime.now(UTC) - timedelta(days=1))
    assert found is not None and found.session_id == session_id


def test_money_is_taken_once_however_often_it_is_asked_for(local, gateway):
    method = _given(local, gateway)
    first, again = _take(gateway, method), _take(gateway, method)
    assert (first.status, first.amount, first.mandate_id) == ("succeeded", eur(123_450), "m1")
    assert again.reference == first.reference
    (charge,) = local.client.v1.charges.list().data
    assert (charge.amount, charge.customer) == (123_450, method.payer)


def test_a_lost_answer_is_asked_for_again_and_takes_once(local, gateway):
    method = _given(local, gateway)
    fault = {"target": "api", "kind": "lose_answer", "match": "/v1/payment_intents", "times": 3}
    local.control("POST", "faults", **fault)
    with pytest.raises(GatewayUnavailable):
        _take(gateway, method)
    since = datetime.now(UTC) - timedelta(days=1)
    found = gateway.find_taking(_try(), since)
    assert found is not None and found.status == "succeeded"
    assert _take(gateway, method).reference == found.reference
    assert len(local.client.v1.charges.list().data) == 1


@pytest.mark.parametrize("why", ["insufficient_funds", "stolen_card"])
def test_a_declined_card_says_why_and_keeps_saying_so_under_its_name(local, gateway, why):
    method = _given(local, gateway)
    path = f"payment_methods/{method.reference}/decline"
    local.control("POST", path, code="card_declined", decline_code=why)
    for _ in range(2):
        with pytest.raises(GatewayRefused) as refused:
            _take(gateway, method)
        assert refused.value.facts["decline"] == why
    assert len(local.client.v1.charges.list().data) == 1
    (intent,) = local.client.v1.payment_intents.list().data
    assert gateway.payment(intent.id).decline == why
    local.control("POST", path, code="")
    assert _take(gateway, method, "co2").status == "succeeded"


def test_a_bank_that_asks_its_customer_refuses(local, gateway):
    method = _given(local, gateway, card_number="4000002760003184")
    with pytest.raises(GatewayRefused) as refused:
        _take(gateway, method)
    assert refused.value.facts["decline"] == "authentication_required"


def test_a_debit_is_under_way_for_days_and_then_fails_or_not(local, gateway):
    method = _given(local, gateway, method="sepa_debit", iban="DE89370400440532013000")
    assert (method.label, method.kind) == ("SEPA ••3000", "sepa_debit")
    told = _take(gateway, method)
    assert told.status == "processing"
    local.control("POST", "debits/settle", outcome="fail", code="debit_not_authorized")
    after = gateway.payment(told.reference)
    assert (after.status, after.decline) == ("requires_payment_method", "debit_not_authorized")


def test_a_method_that_was_given_back_takes_nothing(local, gateway):
    method = _given(local, gateway)
    local.client.v1.payment_methods.detach(method.reference)
    with pytest.raises(GatewayRefused) as refused:
        _take(gateway, method)
    assert refused.value.facts["reason"] == "payment_method_unexpected_state"
    assert local.client.v1.charges.list().data == []
