"""The pages of the portal: what they show, how safe they are, and in which words."""

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table, Update
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from tests.integration import hub
from tests.integration.portal.people import D1, FakeGateway, signed_in
from tests.support.browser import Browser


def test_the_home_page_keeps_currencies_apart_and_names_what_is_late(
    payer: Customer, gateway: FakeGateway
) -> None:
    page = signed_in(payer).get("/p/demo")["body"]
    assert "€1,284.50" in page
    assert "€1,234.50" in page
    assert "JP¥8,000" in page
    assert "10 days late" in page
    assert "<script" not in page
    assert "style=" not in page
    assert page.index("INV-1") < page.index("INV-2")


def test_a_name_full_of_markup_and_tricks_is_shown_as_text(seller: Entity) -> None:
    evil = '<script>alert(1)</script>"><img onerror=x>{{7*7}}‮\x00'
    made = hub.add_customer(seller, name=evil)
    page = signed_in(made).get("/p/demo")["body"]
    assert "<script" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    assert "‮" not in page
    assert "\x00" not in page


def test_a_pdf_is_read_from_a_minutes_address_or_said_to_be_on_its_way(
    payer: Customer, table: Table
) -> None:
    browser = signed_in(payer)
    assert "being prepared" in browser.get(f"/p/demo/invoices/{D1}")["body"]
    back = browser.get(f"/p/demo/invoices/{D1}/pdf")
    assert back["headers"]["location"] == f"/p/demo/invoices/{D1}"
    key = runtime.documents().put_pdf("demo", payer.customer_id, D1, 1, b"%PDF")
    table.write(Update(keys.open_head("demo", payer.customer_id, D1), set={"pdf_key": key}))
    away = browser.get(f"/p/demo/invoices/{D1}/pdf")["headers"]["location"]
    assert f"/{key}?" in away
    assert "X-Amz-Expires=60" in away


def test_a_german_customer_reads_german(stranger: Customer) -> None:
    page = signed_in(stranger).get("/p/demo")["body"]
    assert '<html lang="de"' in page
    assert "Ihre offenen Rechnungen" in page
    assert Browser("nl, de;q=0.8, en;q=0.5").get("/p/demo")["body"].count('lang="de"') == 1


def test_every_page_carries_the_headers_that_keep_it_safe(payer: Customer) -> None:
    browser = signed_in(payer)
    answers = [browser.get("/p/demo"), Browser().get("/p/demo"), Browser().get("/p/demo/l/x")]
    for answer in answers:
        headers = answer["headers"]
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    policy = answers[0]["headers"]["content-security-policy"]
    assert "form-action 'self' https://checkout.stripe.com;" in policy


def test_static_files_are_public_and_only_those_that_are_there(cloud: None) -> None:
    page = Browser().get("/static/portal.css")
    assert page["statusCode"] == 200
    assert page["headers"]["content-type"].startswith("text/css")
    assert len(page["body"]) < 10_000
    for name in ("../handler.py", "..%2fhandler.py", "handler.py", "x"):
        assert Browser().get(f"/static/{name}")["statusCode"] == 404
    assert Browser().get("/health")["body"] == "ok"


def test_a_body_too_large_or_of_another_kind_is_refused(payer: Customer) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    answer = browser.submit(page, "/p/demo/questions", [("question", "x" * 100_000)])
    assert answer["statusCode"] == 413
