"""In Chromium, on the deployed template: from the mail to "paid"."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.support.chromium import follow, launched
from tests.support.company import Company
from tests.support.stack import Hub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.cloud, pytest.mark.browser]
TOTAL = "€303.06"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def page() -> Iterator["Page"]:
    """A phone-sized page of Chromium."""
    with launched() as browser:
        yield browser.new_page(viewport=PHONE)


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    """A company whose one customer was mailed about three invoices."""
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    with Company.open(hub, "clicks") as company:
        company.seed(1, 3, "2026-02-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


def test_a_payer_reads_the_mail_sees_pays_and_gets_a_receipt(
    hub: Hub, company: Company, page: "Page", tmp_path: Path
) -> None:
    pictures: list[Path] = []

    def seen(shown: "Page", name: str) -> None:
        """Keep a picture of what a phone shows; nothing may stick out of it."""
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        pictures.append(tmp_path / f"{len(pictures) + 1}-{name}.png")
        shown.screenshot(path=pictures[-1], full_page=True)

    (mail,) = company.mailed(1)
    assert TOTAL in mail["subject"]
    page.goto(f"{hub.mail_url}/mailbox")
    follow(page.get_by_text(mail["subject"]).first)
    page.wait_for_load_state()
    seen(page, "mail")
    link = page.frame_locator("iframe").get_by_role("link", name="See and pay online")
    with page.context.expect_page() as opened:
        link.click()
    portal = opened.value
    breaches: list[str] = []
    portal.on(
        "console", lambda m: breaches.append(m.text) if "Content Security" in m.text else None
    )
    portal.wait_for_load_state()
    seen(portal, "landing")
    follow(portal.get_by_role("button", name="Open my account"))
    seen(portal, "home")
    follow(portal.get_by_role("link", name="CLICKS-1-1"))
    seen(portal, "invoice")
    pdf_path = portal.get_by_role("link", name="Open as PDF").get_attribute("href")
    pdf = portal.request.get(f"{hub.url}{pdf_path}")
    printed = PdfReader(BytesIO(pdf.body())).pages[0].extract_text()
    assert "Invoice CLICKS-1-1" in printed
    assert "€101.01" in printed
    follow(portal.get_by_role("link", name="Back to all open invoices"))
    follow(portal.get_by_role("button", name=f"Pay all: {TOTAL}"))
    portal.wait_for_load_state()
    seen(portal, "checkout")
    follow(portal.get_by_role("button", name=f"Pay {TOTAL}"))
    portal.wait_for_url(f"{hub.url}/p/clicks/thanks?*")
    hub.idle()
    portal.reload()
    seen(portal, "thanks")
    heading = portal.get_by_role("heading", level=1)
    assert heading.inner_text() == "Thank you. Your payment has arrived."
    follow(portal.get_by_role("link", name="Back to the open invoices"))
    assert heading.inner_text() == "Nothing is open"
    assert not breaches
    receipts = [m for m in company.mailed(1) if m["subject"] == f"Thank you: we received {TOTAL}"]
    assert len(receipts) == 1
    assert {line["amount"] for line in company.lines_out()} == {"101.01", "101.02", "101.03"}
    print(f"{len(pictures)} pictures of a phone in {tmp_path}")
