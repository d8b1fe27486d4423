"""axe-core on every page of portal and console, wide and light, and on a dark phone: no barrier.

Which pages there are is read from the routes and the templates: a new one without a visit fails.
"""

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.edge import http
from infra.cli.simulation.report import report
from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Update
from shared.adapters.templates import Voice
from shared.domain.clock import Now
from shared.usecases.case_packs import ask_for_pack
from tests.integration import hub
from tests.integration.pages.addresses import page_of, pages, templates
from tests.integration.pages.company import (
    AHEAD,
    CALLED,
    DISPUTED,
    HANDED_OVER,
    HELD,
    LADDER,
    LATE,
    PAYER,
    SPLIT,
    WRITTEN_TO,
    Company,
    founded,
)
from tests.integration.portal.people import FakeGateway, checkouts_of
from tests.integration.taking import give
from tests.integration.test_console import identity
from tests.support.barriers import AXE, barriers
from tests.support.chromium import follow, launched, not_run
from tests.support.operators import ADMIN, call, operator
from tests.support.served_hub import served
from tests.unit.test_simulate import history, past, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__ = ["identity"]
pytestmark = pytest.mark.browser
SCREENS: tuple[dict[str, Any], ...] = (
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
)
PICTURES = os.environ.get("PICTURES", "")
"""A folder that keeps a picture of every page, where somebody wants to look."""


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A headless Chromium; axe goes over its pages."""
    if not AXE.exists():
        not_run("no axe-core: make browser installs it")
    with launched() as browser:
        yield browser


@pytest.fixture
def company(table, identity, monkeypatch) -> Company:
    monkeypatch.setattr(runtime, "gateway", FakeGateway)
    monkeypatch.setattr(runtime, "has_gateway", lambda: True)
    made = founded()
    token, today = identity.mint(ADMIN), made.today
    agreed: dict[str, dict[str, Any]] = {
        "promises": {"documents": [LATE], "pays_on": today + timedelta(days=4)},
        "disputes": {"documents": [DISPUTED], "reason": "price", "text": "Agreed on 100.00."},
        "plans": {
            "documents": [SPLIT],
            "parts": 3,
            "first_on": today + timedelta(days=9),
            "consent": "Agreed by phone.",
        },
        "holds": {
            "documents": [HELD],
            "reason": "A credit note is on its way.",
            "ends_on": today + timedelta(days=20),
        },
    }
    for what, body in agreed.items():
        sent = {k: v.isoformat() if k.endswith("_on") else v for k, v in body.items()}
        answer = call(token, "POST", f"/entities/demo/{what}", {"customer_id": PAYER, **sent})
        assert answer.status == 201, answer.json
    return made


class Walk:
    """Opens pages one by one, and keeps what was seen and what was in the way."""

    def __init__(self, context: "BrowserContext", origin: str, screen: str) -> None:
        self.page: Page = context.new_page()
        self.seen: list[str] = []
        self.found: dict[str, list[str]] = {}
        self.origin, self._screen = origin, screen

    def go(self, address: str, note: str = "") -> None:
        """Open an address of the hub, and look at its page."""
        self.page.goto(self.origin + address)
        self.look(address, note)

    def look(self, address: str, note: str = "") -> None:
        """Look at the page that is shown. address is where it was asked for."""
        name = f"{page_of(address)} {note}".strip()
        self.seen.append(page_of(address))
        self.found[f"{self._screen}: {name}"] = barriers(self.page)
        self.found[f"{self._screen}: {name}"] += too_wide(self.page) + scrolling(self.page)
        if PICTURES:
            name = name.removeprefix("GET /").replace("{}", "one")
            plain = "".join(c if c.isalnum() else "-" for c in name)
            file = Path(PICTURES) / f"{plain.strip('-')}.{self._screen}.png"
            self.page.screenshot(path=file, full_page=True)


def too_wide(page: "Page") -> list[str]:
    """Return a line if the page is wider than its screen."""
    width = page.viewport_size["width"]
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return ["is wider than the screen"] if wide else []


def scrolling(page: "Page") -> list[str]:
    """Return a line for each part of the page that holds more than it shows beside each other."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
            .filter((one) => getComputedStyle(one).overflowX !== "visible")
            .filter((one) => one.matches(":not(.hidden, textarea, input, select, thead)"))
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.getAttribute("aria-labelledby") || one.className || one.tagName)"""
    )
    return [f"scrolls sideways: {name}" for name in found]


def test_no_page_has_a_barrier(chromium, company, identity, monkeypatch) -> None:
    rendered: set[str] = set()
    render = Voice.render

    def noting(voice: Voice, name: str, **values: object) -> str:
        rendered.add(name)
        return render(voice, name, **values)

    monkeypatch.setattr(Voice, "render", noting)
    seen: list[str] = []
    found: dict[str, list[str]] = {}
    with served() as origin:
        monkeypatch.setattr(runtime, "public_url", lambda: origin)
        for screen in SCREENS:
            context = chromium.new_context(**screen)
            walk = Walk(context, origin, screen["color_scheme"])
            _portal(walk, company)
            _console(walk, company, identity)
            seen += walk.seen
            found |= walk.found
            context.close()
    for name in sorted(found):
        print(name, "ok" if not found[name] else found[name])
    print(f"{len(found)} looks at {len(set(seen))} pages of {len(rendered)} templates")
    assert pages() - set(seen) == set(), "pages that nobody opened"
    assert templates() - rendered == set(), "templates that nobody looked at"
    assert len(seen) >= len(SCREENS) * len(pages()) > 0
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_first_page_of_a_case_and_the_report_of_a_simulation_have_no_barrier(
    chromium, company
) -> None:
    """They leave the hub, for a lawyer or a colleague to open as files."""
    asked = ask_for_pack(runtime.accounts(), runtime.packs(), "demo", PAYER, "kim", runtime.now())
    hub.relay(company.entity)
    hub.drain("DOCUMENT")
    place = runtime.packs().find("demo", PAYER, asked.pack_id).key
    packed = boto3.client("s3").get_object(Bucket="documents", Key=place)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(packed)) as pack:
        index = pack.read("index.html").decode()
    told = history(past("one", 0, 30), past("two", 10, 19, "d"), past("three", 20, None, "e"))
    simulated = report(told, run(told, LADDER), run(told))
    found: dict[str, list[str]] = {}
    for screen in SCREENS:
        page = chromium.new_page(**screen)
        for name, text in (("case", index), ("simulation", simulated)):
            page.set_content(text)
            found[f"{screen['color_scheme']}: {name}"] = barriers(page) + too_wide(page)
        page.close()
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert len(found) == len(SCREENS) * 2


def test_a_label_that_is_gone_and_a_colour_too_pale_are_barriers(chromium, company) -> None:
    """The break on purpose: what finds nothing anywhere would pass the test above, too."""
    link = runtime.links().create("demo", PAYER, runtime.now())
    page = chromium.new_page()
    with served() as origin:
        page.goto(origin + link)
        assert barriers(page) == []
        page.locator("h1").evaluate("title => { title.style.color = '#ccc'; }")
        page.locator("button").evaluate("one => { one.textContent = ''; }")
        told = barriers(page)
    assert [line.split()[:2] for line in sorted(told)] == [
        ["critical", "button-name"],
        ["serious", "color-contrast"],
    ]
    assert scrolling(page) == []
    page.locator("main p").first.evaluate(
        "one => { one.style.overflowX = 'auto'; one.style.whiteSpace = 'nowrap'; "
        "one.textContent = 'too long '.repeat(99); }"
    )
    assert len(scrolling(page)) == 1
    page.close()


def _portal(walk: Walk, company: Company) -> None:
    moment = datetime.now(UTC)
    now, page = Now(moment, moment), walk.page
    link = runtime.links().create("demo", PAYER, now)
    walk.go("/p/demo", "without a session")
    walk.go("/p/demo/l/nonsense", "forged")
    follow(page.get_by_role("button"))
    walk.look("/p/demo/l/nonsense", "a fresh link is asked for")
    walk.go(f"{link}/stop")
    walk.go(link)
    follow(page.get_by_role("button", name="Open my account"))
    walk.look("/p/demo")
    walk.go(f"/p/demo/invoices/{LATE}")
    walk.go(f"/p/demo/invoices/{AHEAD}", "without lines")
    walk.go(f"/p/demo/invoices/{'Z' * 26}", "unknown")
    for what in ("questions", "promises", "disputes"):
        walk.go(f"/p/demo/{what}?invoice={AHEAD if what == 'promises' else LATE}")
        page.locator("form[action$=" + what + "]").evaluate("form => { form.noValidate = true; }")
        follow(page.locator(f"form[action$={what}] button"))
        walk.look(f"/p/demo/{what}", "refused")
        walk.go(f"/p/demo/{what}?sent=1", "sent")
    walk.go("/p/demo/statement")
    follow(page.locator("form[action$=statements] button"))
    walk.look("/p/demo/statements/x", "soon")
    _pays(walk, company)
    walk.go("/p/demo/plans", "not confirmed")
    walk.go("/p/demo/sign-in")
    walk.go("/p/demo/sign-in?sent=1", "sent")
    walk.go(runtime.links().create_sign_in("demo", PAYER, now))
    follow(page.get_by_role("button", name="Continue"))
    walk.go("/p/demo/plans")
    page.get_by_role("checkbox").first.check()
    follow(page.get_by_role("button", name="Show me the parts"))
    walk.look("/p/demo/plans", "to agree to")
    walk.go("/p/demo/plans?sent=1", "sent")
    walk.go("/p/demo/autopay")
    if runtime.accounts().account("demo", PAYER).mandate(company.today) is None:
        give(company.entity, company.payer, company.today)
    walk.go("/p/demo/autopay", "on")
    walk.go("/p/demo/autopay?sent=1", "sent")
    walk.go("/p/demo")
    follow(page.get_by_role("button", name="Sign out"))
    walk.look("/p/demo", "signed out")


def _pays(walk: Walk, company: Company) -> None:
    page = walk.page
    page.route("https://checkout.stripe.com/**", lambda route: route.fulfill(body="Pay here"))
    page.goto(walk.origin + f"/p/demo/invoices/{AHEAD}")
    page.locator("form[action$=checkouts] button").first.click()
    page.wait_for_url("https://checkout.stripe.com/**")
    checkout = checkouts_of(company.payer)[-1]
    place = keys.open_checkout("demo", PAYER, checkout.checkout_id)
    for state in ("processing", "expired"):
        runtime.table().write(Update(place, set={"state": state}))
        walk.go(f"/p/demo/thanks?checkout={checkout.checkout_id}", state)


def _console(walk: Walk, company: Company, identity) -> None:
    page, here = walk.page, "/console/e/demo"
    walk.go("/console", "signed out")
    walk.go("/console/signed-out")

    def sign_in(*groups: str) -> None:
        cookie = http.host_cookie("console", identity.mint(operator(*groups)))
        entry = f"{walk.origin}/enter"
        page.route(entry, lambda route: route.fulfill(headers={"set-cookie": cookie}, body="in"))
        page.goto(entry)
        page.unroute(entry)

    sign_in("nobody:viewer")
    walk.go("/console", "without a role")
    walk.go(f"{here}/customers", "not theirs")
    sign_in("*:controller")
    walk.go("/console")
    walk.go("/console/e/other", "holding, mails paused, nothing yet")
    walk.go("/console/e/other/customers", "none yet")
    sign_in("demo:viewer")
    for path in ("", "/tasks", "/calls", f"/customers/{PAYER}", f"/customers/{PAYER}/agreements"):
        walk.go(here + path, "of a viewer")
    sign_in("demo:controller")
    for path in (
        "",
        "/customers",
        "/payments",
        "/tasks",
        "/calls",
        "/parked",
        "/runs",
        "/erp",
        "/figures",
    ):
        walk.go(here + path)
    walk.go(f"{here}/figures?from=2020-01-01&to=2020-12-31", "of an empty year")
    walk.go(f"{here}/customers?q=nobody", "nobody found")
    walk.go(f"{here}/invoices?currency=EUR&age=1_30")
    walk.go(f"{here}/invoices?currency=EUR&age=61_90", "empty")
    whose = f"{here}/customers/{PAYER}"
    for path in ("", "/money", "/agreements", f"/documents/{LATE}"):
        walk.go(whose + path)
    walk.go(whose)
    page.locator("form[action$=links]").evaluate("form => { form.noValidate = true; }")
    follow(page.get_by_role("button", name="End the links", exact=True))
    walk.look(whose, "links not confirmed")
    page.get_by_label("Every link that was mailed so far").check()
    follow(page.get_by_role("button", name="End the links", exact=True))
    walk.look(whose, "links ended")
    walk.go(f"{whose}/statement")
    walk.go(f"{whose}/statement?from={company.today - timedelta(days=60)}", "with what happened")
    walk.go(f"{whose}/statement?on=tomorrow", "refused")
    follow(page.get_by_role("button", name="Make it as PDF"))
    walk.look(f"{whose}/statements/x", "soon")
    walk.go(f"{whose}/money")
    page.locator("#amount").fill("1,500")
    follow(page.get_by_role("button", name="Note it"))
    walk.look(f"{whose}/money", "refused")
    walk.go(f"{whose}/money")
    back = page.locator("form[action$=refund]").first
    back.evaluate("form => { form.noValidate = true; form.closest('details').open = true; }")
    follow(back.get_by_role("button", name="Give it back"))
    walk.look(f"{whose}/money", "refund not confirmed")
    walk.go(f"{here}/payments?after=MjAwMC0wMS0wMSNY", "further back")
    walk.go(f"{whose}/documents/{LATE}")
    page.locator("#amount-deduct").fill("1,500")
    follow(page.get_by_role("button", name="Accept that a part is not paid"))
    walk.look(f"{whose}/documents/{LATE}", "refused")
    days = {"today": company.today, "past": company.today - timedelta(days=5), "none": None}
    for note, day in days.items():
        walk.go(f"{whose}/day?on={day or 'tomorrow'}", note)
    walk.go(f"{whose}/day?on={company.today}&document={LATE}", "of a document")
    walk.go(f"{whose}/notices/1")
    walk.go(f"{here}/customers/{HANDED_OVER}/notices/1", "of a hand-over")
    for customer_id in (WRITTEN_TO, CALLED, HANDED_OVER):
        walk.go(f"{here}/customers/{customer_id}", customer_id[-1])
    walk.go(whose)
    follow(page.get_by_role("button", name="Put the case into one ZIP"))
    walk.look(f"{whose}/packs/x", "soon")
