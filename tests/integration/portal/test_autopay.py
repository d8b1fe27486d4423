"""Turning automatic payment on and off: by a sign-in, on the gateway's page, and never with us."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters.formats import Formats
from shared.adapters.table import Table
from shared.domain.autopay_rule import AutopayRule
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayCheckout, GatewayUnavailable
from shared.domain.mandate import Mandate, Method
from tests.integration import hub, money
from tests.integration.portal.people import POLICY, TODAY, moment
from tests.support.browser import Browser

CARD = Method("cus_1", "pm_1", "card", "visa", "4242")


class SavingGateway:
    """Opens pages to leave a card on; given says that the card was left."""

    def __init__(self) -> None:
        self.asked: list[Mandate] = []
        self.given = self.lost = False

    def create_setup(
        self,
        entity: Entity,
        customer: Customer,
        mandate: Mandate,
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        self.asked.append(mandate)
        self.success_url = success_url
        if self.lost:
            raise GatewayUnavailable()
        return f"cs_{mandate.mandate_id}", f"https://checkout.stripe.com/c/{mandate.mandate_id}"

    def checkout(self, session_id: str) -> GatewayCheckout:
        return GatewayCheckout(
            session_id=session_id,
            state="complete" if self.given else "open",
            payment_status="no_payment_required",
            entity_id="demo",
            customer_id="c1",
            checkout_id="",
            mandate_id=session_id.removeprefix("cs_"),
            method=CARD if self.given else None,
        )


@pytest.fixture
def gateway(table: Table, monkeypatch: pytest.MonkeyPatch) -> SavingGateway:
    money.make_secret()
    made = SavingGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: made)
    monkeypatch.setattr(runtime, "has_gateway", lambda: True)
    return made


@pytest.fixture
def seller(table: Table) -> Entity:
    return hub.seed(POLICY.model_copy(update={"autopay": AutopayRule()}))


@pytest.fixture
def browser(gateway: SavingGateway, payer: Customer) -> Browser:
    """A customer who confirmed who they are."""
    signed = Browser()
    signed.post(runtime.links().create_sign_in("demo", payer.customer_id, moment()), [])
    return signed


def _on(browser: Browser) -> dict:
    page = browser.get("/p/demo/autopay")
    assert "2 days before" in page["body"]
    return browser.submit(page["body"], "/p/demo/autopay", [])


def _mandates() -> list[Mandate]:
    return list(runtime.mandates().of("demo", "c1"))


@pytest.mark.rule("R44")
def test_what_is_overdue_is_named_with_its_first_day_before_anybody_agrees(browser):
    page = browser.get("/p/demo/autopay")["body"]
    day = Formats("en").long_day(TODAY + timedelta(days=2))
    named = f"€1,234.50 is overdue, or due before {day}: a mail announces it next"
    assert named in page
    assert page.index(named) < page.index("Turn on automatic payment")


def test_a_mailed_link_alone_does_not_reach_it(gateway, payer):
    browser = Browser()
    browser.post(runtime.links().create("demo", payer.customer_id, moment()), [])
    answer = browser.get("/p/demo/autopay")
    assert (answer["statusCode"], answer["headers"]["location"]) == (
        303,
        "/p/demo/sign-in?page=autopay",
    )
    assert "/p/demo/autopay" in browser.get("/p/demo")["body"]


def test_it_is_turned_on_upon_the_gateways_page_and_off_here(gateway, browser):
    sent = _on(browser)
    (asked,) = gateway.asked
    assert sent["headers"]["location"].endswith(f"/c/{asked.mandate_id}")
    assert gateway.success_url.endswith(f"/p/demo/autopay?mandate={asked.mandate_id}")
    back = f"/p/demo/autopay?mandate={asked.mandate_id}"
    assert "has not confirmed it yet" in browser.get(back)["body"]
    gateway.given = True
    page = browser.get(back)["body"]
    assert "Visa ••4242" in page
    home = browser.get("/p/demo")["body"]
    assert ("Pay automatically" in home, "Automatic payment is on" in home) == (False, True)
    (given,) = _mandates()
    assert (given.given_on, given.method, given.ended_on) == (TODAY, CARD, None)
    fields = [("mandate", given.mandate_id)]
    off = browser.submit(page, "/p/demo/autopay/end", fields)
    assert (off["statusCode"], off["headers"]["location"]) == (303, "/p/demo/autopay?sent=1")
    assert "is off" in browser.get("/p/demo/autopay?sent=1")["body"]
    home = browser.get("/p/demo")["body"]
    assert ("Pay automatically" in home, "Automatic payment is on" in home) == (True, False)
    (ended,) = _mandates()
    assert (ended.ended_on, ended.ended_why) == (TODAY, "by_customer")


def test_who_gives_leave_reads_on_which_day_money_is_taken(browser):
    page = browser.get("/p/demo/autopay")["body"]
    assert "taken on its due date" in page
    assert "last day of the discount, less the discount" in page


def test_asked_for_twice_the_same_page_opens(gateway, browser):
    first, second = _on(browser), _on(browser)
    assert first["headers"]["location"] == second["headers"]["location"]
    assert len(gateway.asked) == 1


def test_a_lost_answer_asks_again_for_the_same_page(gateway, browser):
    gateway.lost = True
    assert _on(browser)["statusCode"] == 503
    gateway.lost = False
    assert _on(browser)["statusCode"] == 303
    assert len({m.mandate_id for m in gateway.asked}) == 1


def test_another_card_stands_in_for_the_first(gateway, browser, payer):
    gateway.given = True
    _on(browser)
    (first,) = gateway.asked
    browser.get(f"/p/demo/autopay?mandate={first.mandate_id}")
    older = replace(first, mandate_id="0" * 26, session_id="cs_" + "0" * 26)
    runtime.mandates().ask(runtime.accounts().entity("demo"), "c1", older, first.asked_at)
    browser.get(f"/p/demo/autopay?mandate={older.mandate_id}")
    live, past = _mandates()
    assert (live.mandate_id, past.mandate_id, past.ended_why) == (
        older.mandate_id,
        first.mandate_id,
        "replaced",
    )


def test_the_gateways_word_alone_turns_it_on(gateway, browser, seller):
    _on(browser)
    (asked,) = gateway.asked
    gateway.given = True
    gateway.api_version = money.VERSION
    money.hint(seller, "evt_1", money.COMPLETED, money.session(asked.mandate_id))
    (given,) = _mandates()
    assert given.given_on == TODAY


def test_nobody_ends_the_mandate_of_another(gateway, browser, stranger, seller):
    theirs = Mandate("1" * 26, "EUR", moment().wall, "customer", given_on=TODAY, method=CARD)
    runtime.mandates().ask(seller, "c2", theirs, moment().wall)
    page = browser.get("/p/demo/autopay")["body"]
    csrf = [("mandate", theirs.mandate_id)]
    page += '<form method="post" action="/p/demo/autopay/end">'
    answer = browser.submit(page, "/p/demo/autopay/end", csrf)
    assert answer["statusCode"] == 404
    (still,) = runtime.mandates().of("demo", "c2")
    assert still.ended_on is None
