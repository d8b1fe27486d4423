"""A sign-in is mailed to the address on file alone, and not again within a moment."""

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table, Update
from shared.domain.customer import Customer
from tests.integration import hub
from tests.integration.portal.people import moment
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
