"""A sign-in is mailed to the address on file alone, and not again within a moment."""

import html
import re
from urllib.parse import urlencode

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table, Update
from shared.domain.customer import Customer
from tests.integration import hub
from tests.integration.portal.people import D1, moment, signed_in
from tests.support.browser import Browser


def ask(payer: Customer) -> None:
    """Ask for a sign-in in a session of its own."""
    browser = Browser()
    browser.post(runtime.links().create("demo", payer.customer_id, moment()), [])
    page = browser.get("/p/demo/sign-in")["body"]
    assert browser.submit(page, "/p/demo/sign-in", [])["statusCode"] == 303


def test_many_sessions_of_a_customer_get_one_sign_in_at_a_time(payer: Customer, table: Table):
    for _ in range(3):
        ask(payer)
    notices = table.query(keys.history("demo", payer.customer_id), begins="NOTICE#")
    assert [notice["kind"] for notice in notices] == ["sign_in"]


def test_no_copy_gets_the_sign_in(payer: Customer, table: Table):
    profile = keys.profile("demo", payer.customer_id)
    table.write(Update(profile, set={"cc": ["adviser@other.example"]}))
    ask(payer)
    hub.relay(runtime.entities().get("demo"))
    hub.drain("ESCALATION", "NOTICE")
    assert [mail.destinations for mail in hub.sent_mails()] == [{"ToAddresses": [payer.email]}]


def mailed() -> str:
    """Return the path of the sign-in in the newest mail."""
    hub.relay(runtime.entities().get("demo"))
    hub.drain("ESCALATION", "NOTICE")
    return re.findall(r"/p/demo/s/[A-Za-z0-9_-]{43}", hub.sent_mails()[-1].body)[0]


def asked_for(browser: Browser, page: str) -> None:
    """Ask for a page that needs a sign-in, and have one mailed."""
    told = browser.get(page)
    assert told["statusCode"] == 303
    offer = browser.get(told["headers"]["location"])["body"]
    wanted = re.search(r'name="page" value="([^"]*)"', offer)
    fields = [("page", html.unescape(wanted[1]))] if wanted else []
    assert browser.submit(offer, "/p/demo/sign-in", fields)["statusCode"] == 303


@pytest.mark.parametrize("page", ["plans", f"plans?invoice={D1}", "autopay"])
def test_the_mailed_sign_in_leads_to_what_was_asked_for(payer: Customer, page: str) -> None:
    asked_for(signed_in(payer), f"/p/demo/{page}")
    answer = Browser().post(mailed(), [])
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, f"/p/demo/{page}")


def later(payer: Customer, table: Table) -> None:
    """Let the moment pass in which no second sign-in is mailed."""
    asked = keys.fact("demo", f"sign-in-asked:{payer.customer_id}")
    table.write(Update(asked, set={"asked_at": "2000-01-01T00:00:00Z"}))


@pytest.mark.rule("R41")
def test_a_used_sign_in_says_so_and_has_another_sign_in_mailed(payer: Customer, table: Table):
    asked_for(signed_in(payer), "/p/demo/autopay")
    first = mailed()
    assert Browser().post(first, [])["statusCode"] == 303
    browser = Browser()
    told = browser.get(first)
    assert told["statusCode"] == 404
    assert "works once, for ten minutes" in told["body"]
    assert "stop working after a while" not in told["body"]
    later(payer, table)
    assert f'name="link" value="{first[-43:]}"' in told["body"]
    answer = browser.post("/p/demo/fresh-link", [("link", first[-43:])])
    assert answer["statusCode"] == 202
    again = mailed()
    assert again != first
    assert Browser().post(again, [])["headers"]["location"] == "/p/demo/autopay"


def test_a_forged_sign_in_reads_the_same_and_mails_nothing(payer: Customer):
    ask(payer)
    used = mailed()
    Browser().post(used, [])
    forged = f"/p/demo/s/{'x' * 43}"
    told = [Browser().get(path)["body"].replace(path[-43:], "") for path in (used, forged)]
    assert told[0] == told[1]
    count = len(hub.sent_mails())
    answer = Browser().post("/p/demo/fresh-link", [("link", "x" * 43)])
    assert answer["statusCode"] == 202
    hub.relay(runtime.entities().get("demo"))
    hub.drain("ESCALATION", "NOTICE")
    assert len(hub.sent_mails()) == count


def test_it_leads_to_what_was_asked_for_last(payer: Customer) -> None:
    browser = signed_in(payer)
    asked_for(browser, "/p/demo/plans")
    asked_for(browser, "/p/demo/autopay")
    answer = Browser().post(mailed(), [])
    assert answer["headers"]["location"] == "/p/demo/autopay"


@pytest.mark.parametrize(
    "page",
    ["https://evil.example", "//evil.example", "/etc", "../console", "plans?invoice=../x",
     "plans\r\nset-cookie: a=b", "plans?invoice=" + "Z" * 27, "sign-out"],
)  # fmt: skip
def test_a_sign_in_leads_nowhere_else(payer: Customer, page: str, table: Table) -> None:
    browser = signed_in(payer)
    offer = browser.get(f"/p/demo/sign-in?{urlencode({'page': page})}")["body"]
    assert 'name="page"' not in offer
    browser.submit(offer, "/p/demo/sign-in", [("page", page)])
    asked = keys.fact("demo", f"sign-in-asked:{payer.customer_id}")
    assert table.get(asked)["wanted"] == ""
    table.write(Update(asked, set={"wanted": page}))
    assert Browser().post(mailed(), [])["headers"]["location"] == "/p/demo"
