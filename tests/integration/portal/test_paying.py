"""Paying in the portal: one page for one choice, whatever is clicked."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.formats import Formats
from shared.adapters.table import Table, Update
from shared.domain.checkout import Checkout
from shared.domain.customer import Customer
from shared.domain.gateway import GatewayUnavailable
from shared.domain.money import Money
from shared.domain.portal import Begun, Principal
from shared.usecases.start_checkout import start_checkout
from tests.integration.portal.people import (
    D1,
    D2,
    D3,
    TODAY,
    FakeGateway,
    checkouts_of,
    moment,
    signed_in,
)
from tests.support.browser import ORIGIN


def test_paying_all_of_a_currency_notes_first_and_then_opens_one_page(
    payer: Customer, gateway: FakeGateway
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    answer = browser.submit(page, "/p/demo/checkouts", [("all", "yes"), ("currency", "EUR")])
    assert answer["statusCode"] == 303
    (noted,) = checkouts_of(payer)
    assert answer["headers"]["location"] == noted.url
    assert noted.amount == Money(minor=128_450, currency="EUR")
    assert dict(noted.allocations).keys() == {D1, D2}
    asked, lines, success = gateway.made[noted.session_id]
    assert asked.session_id == "", "it was noted before the gateway heard of it"
    assert [label for label, _ in lines] == ["INV-1", "INV-2"]
    assert success == f"{ORIGIN}/p/demo/thanks?checkout={noted.checkout_id}"
    pending = list(runtime.table().query(keys.pending_partition("demo"), index="pending"))
    assert [p["psk"].split("#")[0] for p in pending] == ["checkout"]


def _say(browser, page: str, *fields: tuple[str, str]) -> None:
    shown = browser.get(f"/p/demo/{page}?invoice={D1}")["body"]
    answer = browser.submit(shown, f"/p/demo/{page}", [("document", D1), *fields])
    assert answer["statusCode"] == 303


@pytest.mark.rule("R46")
def test_the_main_button_leaves_out_what_is_contested_and_another_pays_it_too(
    payer: Customer, gateway: FakeGateway
) -> None:
    browser = signed_in(payer)
    _say(browser, "disputes", ("reason", "quality"), ("text", "Broken."), ("amount", "1,000.00"))
    page = browser.get("/p/demo")["body"]
    assert 'value="asked">Pay €284.50</button>' in page
    assert 'value="yes">Pay everything, with what you contest: €1,284.50</button>' in page
    assert "You contest €1,000.00 more" in page
    for all_, minor in (("asked", 28_450), ("yes", 128_450)):
        browser.submit(page, "/p/demo/checkouts", [("all", all_), ("currency", "EUR")])
        asked, _, _ = list(gateway.made.values())[-1]
        assert asked.amount == Money(minor=minor, currency="EUR")


def test_the_page_of_an_invoice_pays_what_is_not_contested_of_it(
    payer: Customer, gateway: FakeGateway
) -> None:
    browser = signed_in(payer)
    _say(browser, "disputes", ("reason", "quality"), ("text", "Broken."), ("amount", "1,000.00"))
    page = browser.get(f"/p/demo/invoices/{D1}")["body"]
    assert 'name="part" value="asked">Pay €234.50</button>' in page
    assert "Pay everything, with what you contest: €1,234.50" in page
    for fields, minor in (([("part", "asked")], 23_450), ([], 123_450)):
        browser.submit(page, "/p/demo/checkouts", [("document", D1), *fields])
        asked, _, _ = list(gateway.made.values())[-1]
        assert asked.amount == Money(minor=minor, currency="EUR")


def test_where_all_is_contested_it_can_still_be_paid(payer: Customer, gateway: FakeGateway) -> None:
    browser = signed_in(payer)
    for document in (D1, D2):
        shown = browser.get(f"/p/demo/disputes?invoice={document}")["body"]
        said = [("document", document), ("reason", "price"), ("text", "Too dear.")]
        assert browser.submit(shown, "/p/demo/disputes", said)["statusCode"] == 303
    page = browser.get("/p/demo")["body"]
    assert 'value="asked"' not in page.split("list-EUR")[1].split("</form>")[0]
    assert "Pay everything, with what you contest: €1,284.50" in page
    browser.submit(page, "/p/demo/checkouts", [("all", "yes"), ("currency", "EUR")])
    ((asked, _, _),) = gateway.made.values()
    assert asked.amount == Money(minor=128_450, currency="EUR")


def test_a_part_promise_names_its_sum_and_what_is_left(payer: Customer) -> None:
    browser = signed_in(payer)
    soon = (TODAY + timedelta(days=4)).isoformat()
    _say(browser, "promises", ("pays_on", soon), ("amount", "1,000.00"))
    page = browser.get("/p/demo")["body"]
    day = Formats("en").day(TODAY + timedelta(days=4))
    assert f"you will pay €1,000.00 by {day}; €234.50 is left and may still be asked for" in page


def test_a_double_click_leads_to_the_same_page(payer: Customer, gateway: FakeGateway) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    answers = [browser.submit(page, "/p/demo/checkouts", [("document", D1)]) for _ in range(3)]
    assert len({a["headers"]["location"] for a in answers}) == 1
    assert gateway.calls == 1
    assert len(checkouts_of(payer)) == 1


def test_another_choice_closes_the_older_page_of_the_same_document(
    payer: Customer, gateway: FakeGateway, table: Table
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (first,) = checkouts_of(payer)
    browser.submit(page, "/p/demo/checkouts", [("document", D1), ("document", D2)])
    (second,) = checkouts_of(payer)
    assert gateway.expired == [first.session_id]
    assert dict(second.allocations).keys() == {D1, D2}
    assert runtime.checkouts().find("demo", payer.customer_id, first.checkout_id).state == "expired"
    tickets = list(table.query(keys.ticket_partition("demo", 0)))
    assert any(first.checkout_id in t["sk"] for t in tickets)
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (third,) = checkouts_of(payer)
    assert third.checkout_id != first.checkout_id


def test_a_page_that_took_the_money_meanwhile_leads_to_its_thanks(
    payer: Customer, gateway: FakeGateway
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (first,) = checkouts_of(payer)
    gateway.complete.add(first.session_id)
    answer = browser.submit(page, "/p/demo/checkouts", [("document", D1), ("document", D2)])
    assert answer["headers"]["location"] == f"/p/demo/thanks?checkout={first.checkout_id}"
    assert len(checkouts_of(payer)) == 1


def test_what_the_bank_is_working_on_cannot_be_paid_again(
    payer: Customer, gateway: FakeGateway, table: Table
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (first,) = checkouts_of(payer)
    table.write(
        Update(
            keys.open_checkout("demo", payer.customer_id, first.checkout_id),
            set={"state": "processing"},
        )
    )
    home = browser.get("/p/demo")["body"]
    assert "being processed" in home
    assert f'value="{D1}"' not in home
    refused = browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    assert refused["statusCode"] == 409
    thanks = browser.get(f"/p/demo/thanks?checkout={first.checkout_id}")
    assert thanks["statusCode"] == 200
    assert "is being processed" in thanks["body"]


@pytest.mark.parametrize("fields", [[], [("document", D1), ("document", D3)]])
def test_a_choice_of_nothing_or_of_two_currencies_is_explained(
    payer: Customer, gateway: FakeGateway, fields: list[tuple[str, str]]
) -> None:
    browser = signed_in(payer)
    answer = browser.submit(browser.get("/p/demo")["body"], "/p/demo/checkouts", fields)
    assert answer["statusCode"] == 422
    assert "There is a problem" in answer["body"]
    assert not gateway.made


def test_a_gateway_that_did_not_answer_is_asked_again_for_the_very_same_page(
    payer: Customer, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    working = gateway.create_checkout
    asked: list[Checkout] = []

    def silent(*args: object, **named: object) -> tuple[str, str]:
        asked.append(args[2])
        raise GatewayUnavailable()

    monkeypatch.setattr(gateway, "create_checkout", silent)
    answer = browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    assert answer["statusCode"] == 503
    assert "Nothing was taken" in answer["body"]
    monkeypatch.setattr(gateway, "create_checkout", working)
    again = browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    assert again["statusCode"] == 303
    ((made, _, _),) = gateway.made.values()
    assert asked == [made], "the same row, so that the gateway's idempotency key is the same"


def test_two_clicks_at_the_same_moment_lead_to_one_page(
    payer: Customer, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkouts = runtime.checkouts()
    really_begin = type(checkouts).begin
    lost: list[Begun] = []

    def begin(self: object, *args: object) -> Begun:
        """Let another click win between this one's read and its write, once."""
        if not lost:
            lost.append(Begun.CHANGED)
            start_checkout(runtime.starting_checkouts(), principal, [D1], moment())
            lost[0] = really_begin(self, *args)
            return lost[0]
        return really_begin(self, *args)

    monkeypatch.setattr(type(checkouts), "begin", begin)
    principal = Principal("demo", payer.customer_id)
    url = start_checkout(runtime.starting_checkouts(), principal, [D1], moment())
    assert lost == [Begun.CHANGED], "the second write must have met the first"
    (noted,) = checkouts_of(payer)
    assert noted.url == url
    assert len(gateway.made) == 1
