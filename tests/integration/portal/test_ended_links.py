"""A mailed link that got into wrong hands is ended, with all that it opened."""

from datetime import UTC, datetime

import pytest

from shared import runtime
from shared.domain.customer import Customer
from shared.usecases.timeline import timeline
from tests.integration.portal.people import moment
from tests.support.browser import Browser

A_MINUTE_AGO = moment(minutes=-1)


def entered(path: str) -> Browser:
    browser = Browser()
    assert browser.post(path, [])["statusCode"] == 303
    return browser


@pytest.mark.rule("R41")
def test_ended_links_open_nothing_and_whoever_is_in_by_one_is_out(payer: Customer) -> None:
    links = runtime.links()
    now = moment()
    mailed = links.create("demo", payer.customer_id, now)
    confirmed = links.create_sign_in("demo", payer.customer_id, now)
    unused = links.create_sign_in("demo", payer.customer_id, now)
    inside = [entered(mailed), entered(confirmed)]
    assert [b.get("/p/demo")["statusCode"] for b in inside] == [200, 200]
    links.end_all("demo", payer.customer_id, "olga", moment(seconds=1))
    assert [b.get("/p/demo")["statusCode"] for b in inside] == [401, 401]
    for path in (mailed, unused):
        assert Browser().get(path)["statusCode"] == 404
        assert Browser().post(path, [])["statusCode"] == 404


@pytest.mark.rule("R41")
def test_an_ended_link_leads_to_a_fresh_one_that_works(payer: Customer) -> None:
    links = runtime.links()
    old = links.create("demo", payer.customer_id, A_MINUTE_AGO)
    links.end_all("demo", payer.customer_id, "olga", A_MINUTE_AGO)
    page = Browser().get(old)["body"]
    assert 'action="/p/demo/fresh-link"' in page
    token = old.rsplit("/", 1)[1]
    assert Browser().post("/p/demo/fresh-link", [("link", token)])["statusCode"] == 202
    newest = runtime.accounts().account("demo", payer.customer_id).newest_notice
    assert newest is not None
    assert newest.kind == "link"
    fresh = links.create("demo", payer.customer_id, moment())
    assert entered(fresh).get("/p/demo")["statusCode"] == 200


def test_only_the_customer_meant_is_put_out(payer: Customer, stranger: Customer) -> None:
    links = runtime.links()
    other = entered(links.create("demo", stranger.customer_id, A_MINUTE_AGO))
    links.end_all("demo", payer.customer_id, "olga", moment())
    links.end_all("another", stranger.customer_id, "olga", moment())
    assert other.get("/p/demo")["statusCode"] == 200


def test_who_ended_them_and_when_stands_in_the_customers_story(payer: Customer) -> None:
    now = moment()
    for _ in range(2):
        runtime.links().end_all("demo", payer.customer_id, "olga", now)
    story = timeline(runtime.receivables().story("demo", payer.customer_id))
    (told,) = [event for event in story if event.kind == "links"]
    assert (told.state, told.facts["by"]) == ("ended", "olga")
    assert datetime.fromisoformat(told.at) == now.business.astimezone(UTC).replace(microsecond=0)
