"""In Chromium, on the deployed template: an operator signs in, looks, and holds a customer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.chromium import follow, launched
from tests.support.company import Company
from tests.support.stack import Hub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.cloud, pytest.mark.browser]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def page() -> Iterator["Page"]:
    """A phone-sized page of Chromium."""
    with launched() as browser:
        yield browser.new_page(viewport=PHONE)


def test_an_operator_signs_in_looks_and_holds(hub: Hub, page: "Page") -> None:
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    with Company.open(hub, "glance") as company:
        company.seed(2, 1, "2026-01-02", "2026-02-01")
        console = f"{hub.stack.public_url}/console"
        refused = page.goto(f"{console}/e/glance")
        assert refused is not None
        assert refused.status == 401
        follow(page.get_by_role("main").get_by_role("link", name="Sign in"))
        follow(page.get_by_role("button", name="admin"))
        page.wait_for_url(f"{console}**")  # the list of entities, or the only one
        complaints.clear()  # the browser itself notes the 401 above
        page.goto(f"{console}/e/glance")
        assert page.get_by_text("Holding all messages").is_visible()
        assert page.get_by_role("table", name="EUR by days past due").is_visible()
        follow(page.get_by_role("link", name="31-60 days"))
        assert page.get_by_role("row").count() == 4  # their names, two documents, the sum
        follow(page.get_by_role("link", name="Customers"))
        follow(page.get_by_role("row").nth(1).get_by_role("link"))
        page.get_by_text("Stop chasing for a while").click()
        page.get_by_role("textbox", name="Why").fill("A credit note is on its way")
        page.get_by_label("Through").fill("2026-03-20")
        follow(page.get_by_role("button", name="Hold"))
        assert page.get_by_text("on_hold").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        follow(page.get_by_role("button", name="End it"))
        assert page.get_by_text("on_hold").count() == 0
        follow(page.get_by_role("button", name="Sign out"))
        page.wait_for_url(console)  # by way of the issuer, whose session ends as well
        follow(page.get_by_role("main").get_by_role("link", name="Sign in"))
        assert page.get_by_role("button", name="admin").is_visible()
    assert [text for text in complaints if "401" not in text] == []
