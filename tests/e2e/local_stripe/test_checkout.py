"""Checkout Sessions and their hosted page."""

import re

import pytest
import stripe

from tests.e2e.local_stripe.conftest import LocalStripe

DAY_S = 86_400


def test_a_card_pays_on_the_hosted_page(local: LocalStripe) -> None:
    session = local.session()
    assert (session.status, session.payment_status, session.payment_intent) == (
        "open",
        "unpaid",
        None,
    )

    page = local.browse(session.url)
    assert page.status == 200
    assert "Nordlicht &amp; Söhne" in page.text and "Nordlicht & S" not in page.text
    assert "Invoice 2026-7" in page.text and "€1,234.50" in page.text
    fields = re.findall(r'<(?:input|select) id="([^"]+)"', page.text)
    assert fields and set(fields) == set(re.findall(r'<label for="([^"]+)"', page.text))
    assert "<script" not in page.text

    paid = local.browse(session.url, card_number="4242 4242 4242 4242")
    assert paid.status == 303
    assert paid.headers["Location"] == f"http://seller.example/thanks?session={session.id}"

    seen = local.read(session.id)
    intent, charge = seen.payment_intent, seen.payment_intent.latest_charge
    assert (seen.status, seen.payment_status, seen.url) == ("complete", "paid", None)
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 123450, "eur")
    assert intent.metadata["checkout"] == charge.metadata["checkout"] == "7"
    assert (charge.status, charge.amount_captured, charge.paid) == ("succeeded", 123450, True)
    assert [c.id for c in local.client.v1.charges.list().data] == [charge.id]
    movement = local.client.v1.balance_transactions.retrieve(charge.balance_transaction)
    assert (movement.amount, movement.net) == (123450, 123450 - movement.fee)
    assert movement.fee > 0 and movement.source == charge.id
    assert local.event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    again = local.browse(session.url, card_number="4242424242424242")
    assert again.status == 303
    assert len(local.client.v1.charges.list().data) == 1


def test_a_declined_card_says_why_and_leaves_the_page_open(local: LocalStripe) -> None:
    session = local.session()
    declined = local.browse(session.url, card_number="4000000000009995")
    assert declined.status == 402
    assert 'role="alert"' in declined.text and "insufficient funds" in declined.text

    seen = local.read(session.id)
    assert (seen.status, seen.payment_status) == ("open", "unpaid")
    assert seen.payment_intent.status == "requires_payment_method"
    assert seen.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert seen.payment_intent.latest_charge.status == "failed"
    assert local.event_types()[-2:] == ["charge.failed", "payment_intent.payment_failed"]

    assert local.browse(session.url, card_number="4242424242424242").status == 303
    paid = local.read(session.id)
    assert paid.payment_intent.id == seen.payment_intent.id
    assert paid.payment_intent.status == "succeeded"
    assert len(local.client.v1.charges.list({"payment_intent": paid.payment_intent.id}).data) == 2


def test_a_bad_field_is_named_and_nothing_is_tried(local: LocalStripe) -> None:
    session = local.session()
    page = local.browse(session.url, card_number="4242424242424242", card_expiry="13/30")
    assert page.status == 422
    assert 'href="#card-card_expiry"' in page.text and 'aria-invalid="true"' in page.text
    hostile = local.browse(session.url, card_number="4242", name='"><script>alert(1)</script>')
    assert hostile.status == 422 and "<script" not in hostile.text
    assert local.client.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("currency", "kind", "field", "works", "fails"),
    [
        ("eur", "sepa_debit", "iban", "DE89370400440532013000", "DE62370400440532013001"),
        ("usd", "us_bank_account", "account_number", "000123456789", "000222222227"),
        ("gbp", "bacs_debit", "account_number", "00012345", "22222227"),
    ],
)
def test_a_bank_debit_ends_days_later(
    local: LocalStripe, currency: str, kind: str, field: str, works: str, fails: str
) -> None:
    good, bad = local.session(90_000, currency), local.session(80_000, currency)
    for session, account in ((good, works), (bad, fails)):
        assert local.browse(session.url, **{"method": kind, field: account}).status == 303
        seen = local.read(session.id)
        assert (seen.status, seen.payment_status) == ("complete", "unpaid")
        assert seen.payment_intent.status == "processing"
        assert seen.payment_intent.latest_charge.status == "pending"
        assert seen.payment_intent.latest_charge.payment_method_details.type == kind
    made_s = local.read(good.id).payment_intent.created
    state = local.until_idle()
    assert state["debits_pending"] == 2 and state["next_debit_due_s"] - made_s == 3 * DAY_S

    local.control("POST", "clock", offset_seconds=2 * DAY_S)
    assert local.read(good.id).payment_status == "unpaid"
    local.control("POST", "clock", offset_seconds=5 * DAY_S)

    arrived, failed = local.read(good.id), local.read(bad.id)
    assert arrived.payment_status == "paid"
    assert arrived.payment_intent.status == "succeeded"
    assert failed.payment_status == "unpaid"
    assert failed.payment_intent.status == "requires_payment_method"
    assert failed.payment_intent.latest_charge.failure_code == "insufficient_funds"
    ended = local.client.v1.events.list({"created": {"gt": made_s + DAY_S}, "limit": 100}).data
    assert sorted(e.type for e in ended if e.type.startswith("checkout.session.async")) == [
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
    ]
    assert {e.created - made_s for e in ended} <= {3 * DAY_S, 3 * DAY_S + 1}
    assert local.until_idle()["debits_pending"] == 0


def test_debits_end_on_command(local: LocalStripe) -> None:
    sessions = [local.session(5_000 + n) for n in range(2)]
    for session in sessions:
        assert local.browse(session.url, method="sepa_debit").status == 303
    first = local.read(sessions[0].id).payment_intent.id
    assert local.control("POST", "debits/settle", outcome="fail", payment_intent=first) == {
        "ended": 1
    }
    assert local.control("POST", "debits/settle", outcome="succeed") == {"ended": 1}
    assert [local.read(s.id).payment_status for s in sessions] == ["unpaid", "paid"]


def test_an_expired_session_cannot_be_paid(local: LocalStripe) -> None:
    by_call, by_clock = local.session(), local.session()
    expired = local.client.v1.checkout.sessions.expire(by_call.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        local.client.v1.checkout.sessions.expire(by_call.id)
    local.control("POST", "clock", offset_seconds=2 * DAY_S)
    assert local.read(by_clock.id).status == "expired"
    for session in (by_call, by_clock):
        page = local.browse(session.url, card_number="4242424242424242")
        assert page.status == 410 and "no longer open" in page.text
    assert local.client.v1.charges.list().data == []
    ended = local.client.v1.events.list({"types": ["checkout.session.expired"]}).data
    assert [e.created == e.data.object.expires_at for e in ended] == [True, False]
    assert len(local.client.v1.checkout.sessions.list({"status": "expired"}).data) == 2


def test_the_page_speaks_the_language_of_the_session(local: LocalStripe) -> None:
    page = local.browse(local.session(locale="de").url)
    assert '<html lang="de">' in page.text and "1.234,50\u00a0€ zahlen" in page.text
    yen = local.browse(local.session(5_000, "jpy").url)
    assert "¥5,000" in yen.text and "SEPA" not in yen.text


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"line_items": []}, "line_items"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"payment_method_types": ["us_bank_account"]}, "payment_method_types"),
        ({"expires_at": 1}, "expires_at"),
        ({"success_url": "/thanks"}, "success_url"),
        ({"metadata": {"k" * 41: "v"}}, "metadata[" + "k" * 41 + "]"),
        ({"sucess_url": "http://x.example"}, "sucess_url"),
    ],
)
def test_wrong_parameters_are_refused(
    local: LocalStripe, wrong: dict[str, object], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        local.session(**wrong)
    assert refused.value.param == param


@pytest.mark.parametrize(("minor", "code"), [(49, "amount_too_small"), (10**8, "amount_too_large")])
def test_amounts_that_stripe_would_not_charge_are_refused(
    local: LocalStripe, minor: int, code: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        local.session(minor)
    assert refused.value.code == code


def test_a_wrong_key_or_version_is_refused(local: LocalStripe) -> None:
    live = stripe.StripeClient("sk_live_x", base_addresses={"api": local.url})
    with pytest.raises(stripe.AuthenticationError):
        live.v1.charges.list()
    old = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": local.url}, stripe_version="2024-06-20"
    )
    with pytest.raises(stripe.InvalidRequestError, match="speaks version"):
        old.v1.charges.list()
