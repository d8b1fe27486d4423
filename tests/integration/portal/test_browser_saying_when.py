"""Promising, contesting and paying in parts in Chromium: without scripts, on a phone, by label."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared import runtime
from shared.domain.customer import Customer
from shared.domain.policy_version import PolicyVersion
from tests.integration import hub
from tests.integration.portal.people import D1, TODAY
from tests.integration.portal.test_browser import LONG, _link, chromium, origin, payer
from tests.integration.portal.test_saying_when import WITH_PLANS
from tests.support.chromium import follow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
__all__ = ["chromium", "origin", "payer"]
PHONE = {"width": 320, "height": 640}
SOON = (TODAY + timedelta(days=4)).isoformat()


@pytest.fixture
def phone(chromium: "Browser", payer: Customer, origin: str) -> Iterator["Page"]:
    """A phone without scripts, on the account of payer."""
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(origin + _link(payer))
    follow(page.get_by_role("button", name="Open my account"))
    yield page
    context.close()


def heading(page: "Page") -> str:
    return page.get_by_role("heading", level=1).inner_text()


def fits(page: "Page") -> bool:
    """Return whether the page is as wide as the phone."""
    return page.locator("body").bounding_box()["width"] <= PHONE["width"] and not any(
        box["x"] + box["width"] > PHONE["width"] + 1
        for box in (e.bounding_box() for e in page.locator("main :visible").all())
        if box
    )


def account(whose: Customer):
    return runtime.accounts().account("demo", whose.customer_id)


def test_a_payer_says_when(phone: "Page", payer: Customer, origin: str) -> None:
    follow(phone.get_by_role("link", name="I will pay on …"))
    phone.get_by_role("checkbox", name="INV-2 €50.00").check()
    phone.get_by_label("When will the money be here?").fill(SOON)
    phone.get_by_label("Amount, if it is less than all of it").fill("12,50")
    assert fits(phone)
    follow(phone.get_by_role("button", name="I will pay by then"))
    assert heading(phone) == "Thank you, we took that down"
    (promise,) = account(payer).promises
    assert (promise.amount.minor, promise.pays_on.isoformat()) == (1_250, SOON)
    phone.goto(f"{origin}/p/demo")
    assert "you will pay €12.50 by" in phone.locator("main").inner_text()
    assert fits(phone)


def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(
    phone: "Page", payer: Customer
) -> None:
    follow(phone.get_by_role("link", name="I will pay on …"))
    phone.get_by_role("checkbox", name="INV-2 €50.00").check()
    phone.get_by_label("When will the money be here?").fill(SOON)
    phone.get_by_label("Amount, if it is less than all of it").fill("9999")
    follow(phone.get_by_role("button", name="I will pay by then"))
    alert = phone.get_by_role("alert")
    assert "Write an amount above zero and at most €50.00." in alert.inner_text()
    assert alert.get_by_role("link").get_attribute("href") == "#amount"
    field = phone.get_by_label("Amount, if it is less than all of it")
    assert (field.input_value(), field.get_attribute("aria-invalid")) == ("9999", "true")
    assert phone.get_by_label("When will the money be here?").input_value() == SOON
    assert phone.get_by_role("checkbox", name="INV-2 €50.00").is_checked()
    assert account(payer).promises == ()


def test_a_payer_contests_an_invoice(phone: "Page", payer: Customer, origin: str) -> None:
    phone.goto(f"{origin}/p/demo/invoices/{D1}")
    follow(phone.get_by_role("link", name="Something is wrong with it"))
    assert LONG in heading(phone)
    phone.get_by_label("What is it about?").select_option("quantity")
    phone.get_by_label("How much of it, if you know").fill("100")
    phone.get_by_label("What happened?").fill("3 of 10 boxes came.")
    assert fits(phone)
    follow(phone.get_by_role("button", name="Send"))
    assert heading(phone) == "Thank you, we are looking into it"
    (dispute,) = account(payer).disputes
    assert (str(dispute.reason), dispute.amount.minor) == ("quantity", 10_000)
    assert phone.goto(f"{origin}/p/demo/invoices/{D1}")
    assert phone.get_by_role("button", name="Pay").first.is_visible()
    facts = phone.locator("dl.facts").inner_text()
    assert "You contest\n€100.00" in facts
    assert "Left to pay without it\n€1,234,400.00" in facts
    assert fits(phone)
    phone.goto(f"{origin}/p/demo")
    assert "you contest €100.00: we are looking into it; €1,234,400.00 is left to pay" in (
        phone.locator("main").inner_text()
    )
    assert fits(phone)


def test_a_payer_confirms_who_they_are_and_pays_in_parts(
    phone: "Page", payer: Customer, origin: str
) -> None:
    entity = runtime.entities().get("demo")
    runtime.entities().put_policy(entity, PolicyVersion(WITH_PLANS, "", datetime.now(UTC), "test"))
    phone.goto(f"{origin}/p/demo")
    follow(phone.get_by_role("link", name="Pay in parts"))
    assert heading(phone) == "Please confirm that it is you"
    follow(phone.get_by_role("button", name="Mail me the link"))
    assert heading(phone) == "Look into your mailbox"
    hub.relay(runtime.entities().get("demo"))
    hub.drain("NOTICE")
    (path,) = re.findall(r"/p/demo/s/[A-Za-z0-9_-]{43}", hub.sent_mails()[-1].body)[:1]
    phone.goto(origin + path)
    follow(phone.get_by_role("button", name="Continue"))
    assert heading(phone) == "Pay in parts"
    phone.get_by_role("checkbox", name="INV-2 €50.00").check()
    phone.get_by_label("Number of parts").select_option("3")
    phone.get_by_label("How often?").select_option("weekly")
    assert fits(phone)
    follow(phone.get_by_role("button", name="Show me the parts"))
    assert phone.locator("ol.rows .amount").all_inner_texts() == ["€16.67", "€16.67", "€16.66"]
    assert fits(phone)
    assert account(payer).plans == ()
    phone.get_by_role("checkbox").check()
    follow(phone.get_by_role("button", name="Agree and pay in parts"))
    assert heading(phone) == "Thank you, that is agreed"
    (plan,) = account(payer).plans
    assert [part.amount.minor for part in plan.parts] == [1_667, 1_667, 1_666]
    phone.goto(f"{origin}/p/demo")
    assert "INV-2 (1/3)" in phone.locator("main").inner_text()
    assert fits(phone)
