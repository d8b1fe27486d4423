"""Automatic payment from the portal to the books: our handlers, the local Stripe, its webhooks."""

from datetime import UTC, date, datetime, time, timedelta

import boto3
import pytest

from shared import runtime
from shared.adapters.stripe_gateway import StripeGateway
from shared.usecases import take_autopay
from tests.e2e.local_stripe.conftest import SECRET, WORKING_CARD, Listener, LocalStripe
from tests.integration import hub, money, taking
from tests.integration.conftest import cloud, table
from tests.support.browser import Browser

__all__ = ["cloud", "table"]
DUE = date(2026, 3, 9)
BEFORE = DUE - timedelta(days=5)


class Killed(BaseException):
    """The worker is gone: nothing after this line of it happens."""


@pytest.fixture
def seller(local: LocalStripe, table, monkeypatch: pytest.MonkeyPatch):
    money.make_secret()
    value = f'{{"api_key": "sk_test_1", "webhook_secrets": ["{SECRET}"]}}'
    boto3.client("secretsmanager").put_secret_value(SecretId="hub/stripe", SecretString=value)
    gateway = StripeGateway("sk_test_of_the_tests", local.url)
    monkeypatch.setattr(runtime, "gateway", lambda: gateway)
    monkeypatch.setattr(runtime, "has_gateway", lambda: True)
    made = hub.seed(taking.TAKING)
    _at(BEFORE)
    return made


@pytest.fixture
def buyer(seller):
    made = hub.add_customer(seller)
    hub.add_invoice(seller, made, "0" * 25 + "1", DUE, number="INV-1")
    return made


def _at(day: date) -> None:
    hub.move_clock(datetime.combine(day, time(9), UTC))


def _hear(local: LocalStripe, listener: Listener) -> None:
    """Let the hub hear what Stripe has said so far, by its real receiver."""
    local.until_idle()
    for signature, body in listener.got:
        assert money.post("demo", body, signature) == 200
    listener.got.clear()
    hub.drain("PAYMENT")


def _hosted(browser: Browser) -> str:
    """Return the address of the gateway's page, as a customer is led there."""
    browser.post(runtime.links().create_sign_in("demo", "c1", runtime.now()), [])
    page = browser.get("/p/demo/autopay")["body"]
    return str(browser.submit(page, "/p/demo/autopay", [])["headers"]["location"])


def _turn_on(local: LocalStripe, **form: str) -> None:
    """Turn automatic payment on, as a customer does."""
    browser = Browser()
    hosted = _hosted(browser)
    back = local.browse(hosted, **(form or {"card_number": WORKING_CARD}))
    path = back.headers["Location"].removeprefix(runtime.public_url())
    assert "Automatic payment is on since" in browser.get(path)["body"]


def test_from_the_portal_to_the_books(local, listener, seller, buyer):
    _turn_on(local)
    said = taking.days(seller, BEFORE, DUE)
    _hear(local, listener)
    assert list(said) == [BEFORE, DUE - timedelta(days=2), DUE]
    (charge,) = local.client.v1.charges.list().data
    assert (charge.amount, charge.metadata["customer"]) == (10_000, "c1")
    assert [p["amount"] for p in money.payments()] == [10_000]
    assert [c.outcome for c in taking.collections()] == ["paid"]
    assert money.account().documents == ()
    assert money.reasons() == []
    money.books_balance()


@pytest.mark.rule("R44")
def test_a_worker_killed_between_the_answer_and_our_note_takes_once(
    local, listener, seller, buyer, monkeypatch
):
    _turn_on(local)
    taking.days(seller, BEFORE, DUE - timedelta(days=1))
    _at(DUE)

    def die(*_: object) -> None:
        raise Killed()

    with monkeypatch.context() as dying:
        dying.setattr(take_autopay, "note_taking", die)
        hub.sweep(seller)
        hub.relay(seller)
        with pytest.raises(Killed):
            hub.drain("PAYMENT")
    assert len(local.client.v1.charges.list().data) == 1
    assert money.payments() == []
    listener.got.clear()  # no webhook helps
    for _ in range(3):
        taking.carry(seller)
    assert len(local.client.v1.charges.list().data) == 1
    assert [p["amount"] for p in money.payments()] == [10_000]
    money.books_balance()


def test_a_debit_is_followed_by_its_webhooks_until_it_fails(local, listener, seller, buyer):
    _turn_on(local, method="sepa_debit", iban="DE89370400440532013000")
    taking.days(seller, BEFORE, DUE + timedelta(days=1))
    _hear(local, listener)
    (checkout,) = money.account().checkouts
    assert checkout.gateway_reference.startswith("pi_")
    local.control("POST", "debits/settle", outcome="fail", code="debit_not_authorized")
    _hear(local, listener)
    assert money.account().checkouts == ()
    (collection,) = taking.collections()
    assert collection.outcome == "debit_not_authorized"
    assert money.account().mandates == ()
    assert money.payments() == []
    said = taking.days(seller, DUE + timedelta(days=2), DUE + timedelta(days=3))
    assert list(said) == [DUE + timedelta(days=2)]


def test_who_leaves_a_card_and_closes_the_window_is_found_by_the_janitor(local, seller, buyer):
    local.browse(_hosted(Browser()), card_number=WORKING_CARD)
    assert money.account().mandate(BEFORE) is None
    money.reconcile("reconcile")
    (mandate,) = money.account().mandates
    assert (mandate.given_on, mandate.method.label) == (BEFORE, "Visa ••4242")


def test_a_page_that_nobody_used_is_over_with_its_day(local, seller, buyer):
    session = _hosted(Browser()).rpartition("/")[2]
    money.reconcile("reconcile")
    assert [m.given_on for m in money.account().mandates] == [None]
    local.client.v1.checkout.sessions.expire(session)
    money.reconcile("reconcile")
    assert money.account().mandates == ()
    (asked,) = runtime.mandates().of("demo", "c1")
    assert asked.ended_why == "not_given"
