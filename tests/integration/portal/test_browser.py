"""The portal in Chromium: safe headers hold, forms work without scripts, and it fits a phone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared import runtime
from shared.domain.clock import Now
from shared.domain.customer import Customer
from tests.integration import hub
from tests.integration.portal.people import (
    D1,
    D2,
    D3,
    POLICY,
    TODAY,
    FakeGateway,
    add_open_invoice,
)
from tests.support.chromium import follow, launched
from tests.support.served_hub import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LONG = "INV-2026-000000000000000000000000001"


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A headless Chromium for all tests of this file."""
    with launched() as browser:
        yield browser


@pytest.fixture
def payer(gateway: FakeGateway) -> Customer:
    seller = hub.seed(POLICY, bank_account="DE02 1203 0000 0000 2020 51")
    made = hub.add_customer(seller, name="Nordlicht Röstereien GmbH & Co. KG")
    add_open_invoice(seller, made, D1, LONG, TODAY - timedelta(days=10), 123_450_000)
    add_open_invoice(seller, made, D2, "INV-2", TODAY + timedelta(days=5), 5_000)
    add_open_invoice(seller, made, D3, "INV-3", TODAY, 8_000, "JPY")
    return made


@pytest.fixture
def origin(payer: Customer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with served() as address:
        monkeypatch.setattr(runtime, "public_url", lambda: address)
        yield address


def _link(whose: Customer) -> str:
    moment = datetime.now(UTC)
    return runtime.links().create("demo", whose.customer_id, Now(moment, moment))


def _listen(page: "Page") -> list[str]:
    """Return a list that fills with every breach of the content policy and every script error."""
    heard: list[str] = []
    page.on("console", lambda m: heard.append(m.text) if "Content Security" in m.text else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_every_page_fits_the_screen_and_keeps_the_content_policy(
    chromium: "Browser", payer: Customer, origin: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    heard = _listen(page)
    seen = 0

    def look() -> None:
        nonlocal seen
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert page.evaluate("document.querySelectorAll('h1').length") == 1, page.url
        seen += 1

    page.goto(origin + _link(payer))
    look()
    follow(page.get_by_role("button", name="Open my account"))
    page.wait_for_url(f"{origin}/p/demo")
    look()
    saying = (f"/promises?invoice={D1}", f"/disputes?invoice={D1}", "/sign-in", "/promises?sent=1")
    asking = (f"/questions?invoice={D1}", "/questions?sent=1")
    for path in (f"/invoices/{D1}", *asking, *saying):
        page.goto(f"{origin}/p/demo{path}")
        look()
    for path in (f"/invoices/{'Z' * 26}", "/l/nonsense"):
        page.goto(f"{origin}/p/demo{path}")
        look()
    assert seen == 11
    assert not heard
    page.close()


def test_without_scripts_a_payer_ticks_pays_and_asks(
    chromium: "Browser", payer: Customer, origin: str, gateway: FakeGateway
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route("https://checkout.stripe.com/**", lambda route: route.fulfill(body="Pay here"))
    page.goto(origin + _link(payer))
    follow(page.get_by_role("button", name="Open my account"))
    page.wait_for_load_state("load")  # the style sheet hides the button for what is ticked
    euros = page.locator("form", has_text="INV-2")
    assert euros.get_by_role("button").all_inner_texts() == ["Pay all: €1,234,550.00"]
    page.get_by_label("Pay INV-2, €50.00").check()
    assert euros.get_by_role("button").all_inner_texts() == ["Pay what I ticked"]
    euros.get_by_role("button").click()
    page.wait_for_url("https://checkout.stripe.com/**")
    ((checkout, _, _),) = gateway.made.values()
    assert [document for document, _ in checkout.allocations] == [D2]
    page.goto(f"{origin}/p/demo")
    follow(page.get_by_role("link", name="Ask a question"))
    page.get_by_label(LONG).check()
    page.get_by_label("Your question").fill("Which order is this?")
    follow(page.get_by_role("button", name="Send the question"))
    assert "your question is with us" in page.get_by_role("heading", level=1).inner_text()
    (question,) = runtime.questions().of("demo", payer.customer_id)
    assert question.documents == (D1,)
    page.goto(f"{origin}/p/demo")
    follow(page.get_by_role("button", name="Sign out"))
    page.goto(f"{origin}/p/demo")  # the door is open to anybody, and shows nothing of the account
    assert page.get_by_role("heading", level=1).inner_text() == "Your account with Seller Ltd"
    assert "INV-" not in page.get_by_role("main").inner_text()
    context.close()


def test_the_keyboard_reaches_the_content_and_every_field_first_to_last(
    chromium: "Browser", payer: Customer, origin: str
) -> None:
    page = chromium.new_page()
    page.goto(origin + _link(payer))
    follow(page.get_by_role("button", name="Open my account"))
    page.wait_for_url(f"{origin}/p/demo")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "checkbox"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.close()


def test_another_sites_page_cannot_send_our_forms(
    chromium: "Browser", payer: Customer, origin: str
) -> None:
    page = chromium.new_page()
    page.goto(origin + _link(payer))
    foreign = origin.replace("127.0.0.1", "localhost")
    form = f'<form method="post" action="{origin}{_link(payer)}"><button>Win</button></form>'
    page.route(f"{foreign}/**", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(foreign + "/trap")
    follow(page.get_by_role("button", name="Win"))
    page.wait_for_url(f"{origin}/**")
    assert "expired" in page.get_by_role("heading", level=1).inner_text()
    assert not [c for c in page.context.cookies() if c["name"] == "__Host-portal"]
    page.close()
