"""Mailed links: what they open, and what they never tell."""

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table
from shared.domain.customer import Customer
from tests.integration.portal.people import moment
from tests.support.browser import Browser


def test_a_link_shows_a_button_and_opens_a_session_only_when_it_is_pressed(
    payer: Customer, table: Table
) -> None:
    path = runtime.links().create("demo", payer.customer_id, moment())
    browser = Browser()
    for _ in range(3):
        page = browser.get(path)
        assert page["statusCode"] == 200
        assert "Nordlicht GmbH" in page["body"]
        assert "cookies" not in page
    assert "Nordlicht GmbH" not in browser.get("/p/demo")["body"]
    opened = browser.post(path, [])
    assert opened["statusCode"] == 303
    (cookie,) = opened["cookies"]
    assert cookie.startswith("__Host-portal=")
    assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert browser.get("/p/demo")["statusCode"] == 200
    assert Browser().post(path, [])["statusCode"] == 303, "a mailed link may be used again"


def test_the_secret_of_a_link_and_of_a_session_are_stored_nowhere(
    payer: Customer, table: Table
) -> None:
    path = runtime.links().create("demo", payer.customer_id, moment())
    browser = Browser()
    browser.post(path, [])
    raw = runtime.client("dynamodb").scan(TableName="hub")["Items"]
    assert len(raw) > 5
    assert path.rsplit("/", 1)[1] not in str(raw)
    assert browser.cookies["__Host-portal"] not in str(raw)


@pytest.mark.parametrize("token", ["", "a", "a" * 43, "a" * 10_000, "%2e%2e", "ä" * 43])
def test_every_link_that_does_not_hold_gets_one_page(payer: Customer, token: str) -> None:
    browser = Browser()
    path = f"/p/demo/l/{token or 'x'}"
    answers = [browser.get(path), browser.post(path, [])]
    assert {a["statusCode"] for a in answers} == {404}
    assert all("This link is not valid" in a["body"] for a in answers)


def test_an_expired_an_ended_and_another_entitys_link_read_like_an_unknown_one(
    payer: Customer,
) -> None:
    links = runtime.links()
    old = links.create("demo", payer.customer_id, moment(days=-31))
    ended = links.create("demo", payer.customer_id, moment(minutes=-1))
    links.end_all("demo", payer.customer_id, "olga", moment())
    elsewhere = links.create("other", payer.customer_id, moment()).replace("/other/", "/demo/")
    unknown = "/p/demo/l/" + "a" * 43

    def page(path: str) -> tuple[int, str]:
        answer = Browser().get(path)
        return answer["statusCode"], answer["body"].replace(path.rsplit("/", 1)[1], "")

    assert {page(p) for p in (old, ended, elsewhere, unknown)} == {page(unknown)}


def test_a_fresh_link_is_mailed_only_where_the_old_one_is_known_and_the_answer_is_the_same(
    payer: Customer, table: Table
) -> None:
    old = runtime.links().create("demo", payer.customer_id, moment(days=-40)).rsplit("/", 1)[1]
    answers = [
        Browser().post("/p/demo/fresh-link", [("link", token)])
        for token in (old, old, "b" * 43, "", "nonsense")
    ]
    assert len({(a["statusCode"], a["body"]) for a in answers}) == 1
    assert answers[0]["statusCode"] == 202
    notices = list(table.query(keys.history("demo", payer.customer_id), begins="NOTICE#"))
    assert [n["kind"] for n in notices] == ["link"]
    assert "ppk" in notices[0]
