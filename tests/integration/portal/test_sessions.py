"""Sessions of the portal: whose they are, what they need, when they end."""

from datetime import timedelta

import pytest

from shared import runtime
from shared.adapters.table import Table
from shared.domain.customer import Customer
from shared.domain.portal import Principal
from tests.integration.portal.people import D1, OTHERS, FakeGateway, moment, signed_in
from tests.support.browser import ORIGIN, Browser, csrf_of


def test_foreign_ids_answer_exactly_like_unknown_ones(
    payer: Customer, stranger: Customer, gateway: FakeGateway
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    unknown = "Z" * 26
    pairs = 0
    for template in (
        "/p/demo/invoices/{}",
        "/p/demo/invoices/{}/pdf",
        "/p/demo/thanks?checkout={}",
    ):
        answers = [browser.get(template.format(i)) for i in (OTHERS, unknown, "*", "..%2f")]
        assert all(a == answers[0] for a in answers)
        assert answers[0]["statusCode"] == 404
        pairs += 1
    for action in ("/p/demo/checkouts", "/p/demo/questions"):
        answers = [
            browser.submit(page, action, [("document", i), ("question", "why?")])
            for i in (OTHERS, unknown, "[]")
        ]
        assert all(a == answers[0] for a in answers)
        assert answers[0]["statusCode"] == 404
        pairs += 1
    assert pairs == 5
    assert not gateway.made


def test_no_page_of_a_session_is_shown_without_one(payer: Customer) -> None:
    for path in ("/p/other", f"/p/demo/invoices/{D1}", "/p/demo/thanks", "/p/demo/questions"):
        assert Browser().get(path)["statusCode"] == 401
    for path in ("/p/demo/checkouts", "/p/demo/questions", "/p/demo/sign-out"):
        assert Browser().post(path, [])["statusCode"] == 401
    door = Browser().get("/p/demo")
    assert (door["statusCode"], payer.name in door["body"], "INV-" in door["body"]) == (
        200,
        False,
        False,
    )
    assert "<h1>Your account with Seller Ltd</h1>" in door["body"]
    assert "every mail from us holds a link" in door["body"]
    forged = Browser()
    forged.cookies["__Host-portal"] = "f" * 43
    assert forged.get("/p/demo")["statusCode"] == 401
    assert signed_in(payer).get("/p/other")["statusCode"] == 401


@pytest.mark.parametrize("origin", ["", "null", "https://evil.example", ORIGIN + ".evil.example"])
def test_a_form_from_elsewhere_is_refused(payer: Customer, origin: str) -> None:
    browser = signed_in(payer)
    token = csrf_of(browser.get("/p/demo")["body"])
    fields = [("csrf", token), ("document", D1)]
    assert browser.post("/p/demo/checkouts", fields, origin=origin)["statusCode"] == 403
    path = runtime.links().create("demo", payer.customer_id, moment())
    assert Browser().post(path, [], origin=origin)["statusCode"] == 403


def test_a_form_without_this_sessions_token_is_refused(payer: Customer) -> None:
    browser, other = signed_in(payer), signed_in(payer)
    for token in ("", "0" * 64, csrf_of(other.get("/p/demo")["body"]), "ä"):
        fields = [("csrf", token), ("document", D1)]
        assert browser.post("/p/demo/checkouts", fields)["statusCode"] == 403


def test_signing_out_ends_the_session_itself(payer: Customer) -> None:
    browser = signed_in(payer)
    copied = dict(browser.cookies)
    page = browser.get("/p/demo")["body"]
    assert browser.submit(page, "/p/demo/sign-out", [])["statusCode"] == 200
    assert not browser.cookies
    browser.cookies = copied
    assert browser.get("/p/demo")["statusCode"] == 401


def test_a_session_ends_after_half_an_hour_but_lives_on_while_it_is_used(
    payer: Customer, table: Table
) -> None:
    sessions = runtime.sessions()
    start = moment().wall
    secret = sessions.open(Principal("demo", payer.customer_id), start)
    assert sessions.find("demo", secret, start + timedelta(minutes=29)) is not None
    assert sessions.find("demo", secret, start + timedelta(minutes=58)) is not None
    assert sessions.find("demo", secret, start + timedelta(minutes=89)) is None
    idle = sessions.open(Principal("demo", payer.customer_id), start)
    assert sessions.find("demo", idle, start + timedelta(minutes=31)) is None
