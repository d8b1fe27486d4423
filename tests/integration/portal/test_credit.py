"""A customer's credit: offered with one press, used by itself, or left to people."""

from dataclasses import replace

import pytest

from shared import runtime
from shared.adapters.account_items import credit_item
from shared.adapters.ledger import posting_put
from shared.adapters.table import Put
from shared.domain.account import Credit
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.movement import Movement, MovementKind, Posting
from shared.usecases.allocate import apply_credits
from tests.integration.money import euros
from tests.integration.portal.people import D1, D2, TODAY, moment, signed_in


@pytest.fixture
def rich(payer: Customer) -> Customer:
    """The payer, who was given credit of 50 EUR."""
    credit = Credit("note1", euros(5_000), TODAY)
    came = Movement(MovementKind.CREDIT_NOTE, euros(5_000), source_id="note1")
    posting = Posting("credit_note:note1", TODAY, moment().business, (came,))
    runtime.table().write(
        Put(credit_item("demo", payer.customer_id, credit)),
        posting_put("demo", payer.customer_id, posting),
    )
    return payer


def settings(of: Entity, apply_credit: str) -> None:
    known = runtime.entities().get(of.entity_id)
    runtime.entities().update(replace(known, apply_credit=apply_credit))


def opened(whose: Customer) -> dict[str, int]:
    documents = runtime.accounts().account("demo", whose.customer_id).documents
    return {d.document_id: d.open.minor for d in documents}


def test_credit_is_used_with_one_press_oldest_first(seller: Entity, rich: Customer) -> None:
    browser = signed_in(rich)
    page = browser.get("/p/demo")["body"]
    assert "Use it for my invoices" in page
    answer = browser.submit(page, "/p/demo/credit", [])
    assert answer["statusCode"] == 303
    assert opened(rich)[D1] == 118_450
    page = browser.get("/p/demo")["body"]
    assert "credit" not in page.split("<main")[1].split("</main")[0].lower()
    assert browser.submit(page, "/p/demo/credit", [])["statusCode"] == 303
    assert opened(rich)[D1] == 118_450


@pytest.mark.parametrize("setting", ["auto", "never"])
def test_where_it_is_not_offered_a_press_does_nothing(
    seller: Entity, rich: Customer, setting: str
) -> None:
    browser = signed_in(rich)
    page = browser.get("/p/demo")["body"]
    settings(seller, setting)
    assert "Use it for my invoices" not in browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/credit", [])
    assert opened(rich)[D1] == 123_450


@pytest.mark.rule("R9")
def test_what_is_being_paid_is_left_to_that_payment(
    seller: Entity, rich: Customer, gateway: object
) -> None:
    browser = signed_in(rich)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    browser.submit(page, "/p/demo/credit", [])
    assert (opened(rich)[D1], D2 in opened(rich)) == (123_450, False)


def test_an_entity_may_let_the_hub_use_it(seller: Entity, rich: Customer) -> None:
    customers = [rich.customer_id]
    assert apply_credits(runtime.cash_desk(), "demo", customers, moment()) == 0
    settings(seller, "auto")
    assert apply_credits(runtime.cash_desk(), "demo", customers, moment()) == 1
    assert apply_credits(runtime.cash_desk(), "demo", customers, moment()) == 0
    assert opened(rich)[D1] == 118_450
