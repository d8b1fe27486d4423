"""Instalments and early-payment discounts in the portal: what is shown is what is asked for."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters.head_items import head_item
from shared.adapters.table import Put
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms
from tests.integration import hub
from tests.integration.portal.people import D1, D2, TODAY, FakeGateway, checkouts_of, signed_in
from tests.support.samples import eur

CHECKOUTS = "/p/demo/checkouts"


def add(of: Entity, whose: Customer, name: str, number: str, terms: str, age_days: int) -> Document:
    """Write an open invoice over 900.00 by terms, and return it."""
    issued_on = TODAY - timedelta(days=age_days)
    made = due(parse_terms(terms), issued_on, eur(900_00))
    document = Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=number,
        issued_on=issued_on,
        due_on=made.due_on,
        total=eur(900_00),
        open=eur(900_00),
        instalments=made.instalments,
        discount=made.discount,
    )
    runtime.table().write(Put(head_item(of.entity_id, whose, document, of.shards)))
    return document


@pytest.fixture
def buyer(seller: Entity) -> Customer:
    made = hub.add_customer(seller)
    add(seller, made, D1, "INV-1", "2/10 net 30", 1)
    add(seller, made, D2, "INV-2", "3 x 30 days", 40)
    return made


def test_the_page_shows_the_discount_its_last_day_and_each_instalment(buyer: Customer) -> None:
    browser = signed_in(buyer)
    page = browser.get("/p/demo")["body"].replace("\u00a0", " ")
    assert "€882.00 with €18.00 off, through" in page
    assert all(f"INV-2 ({n}/3)" in page for n in (1, 2, 3))
    assert "€1,782.00" in page, "all together, less the discount"
    assert page.count("10 days late") == 1, "the first instalment only"
    invoice = browser.get(f"/p/demo/invoices/{D2}")["body"].replace("\u00a0", " ")
    assert "Instalments" in invoice
    assert invoice.count("€300.00") == 4, "each part, and a button for the first"
    assert f'value="{D2}/1"' in invoice


def test_all_is_paid_less_the_discount(buyer: Customer, gateway: FakeGateway) -> None:
    browser = signed_in(buyer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, CHECKOUTS, [("all", "yes"), ("currency", "EUR")])
    (noted,) = checkouts_of(buyer)
    assert dict(noted.allocations) == {D1: eur(882_00), D2: eur(900_00)}


def test_an_instalment_can_be_paid_alone(buyer: Customer, gateway: FakeGateway) -> None:
    browser = signed_in(buyer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, CHECKOUTS, [("document", f"{D2}/1")])
    assert [c.allocations for c in checkouts_of(buyer)] == [((D2, eur(300_00)),)]
    unknown = browser.submit(page, CHECKOUTS, [("document", f"{D2}/4")])
    assert unknown["statusCode"] == 404
    assert browser.submit(page, CHECKOUTS, [("document", f"{D2}/x")])["statusCode"] == 404


def test_a_question_is_about_the_whole_invoice(buyer: Customer) -> None:
    browser = signed_in(buyer)
    page = browser.get(f"/p/demo/questions?invoice={D2}")["body"]
    assert page.count('name="document"') == 2
    asked = [("document", D2), ("question", "Is this the second part?")]
    assert browser.submit(page, "/p/demo/questions", asked)["statusCode"] == 303
    assert runtime.accounts().account("demo", buyer.customer_id).holds[0].documents == (D2,)
