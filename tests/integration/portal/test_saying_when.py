"""What customers say about paying in the portal: when, that something is wrong, and in parts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.formats import Formats
from shared.adapters.invoice_lines import lines_item
from shared.adapters.table import Put, Table
from shared.domain.account import Account
from shared.domain.agreement import Plan
from shared.domain.customer import Customer
from shared.domain.document import Line
from shared.domain.entity import Entity
from shared.domain.plan import Pace, plan_parts
from shared.domain.policy_version import PolicyVersion
from tests.integration import hub
from tests.integration.portal.people import (
    D1,
    D2,
    D3,
    OTHERS,
    POLICY,
    TODAY,
    FakeGateway,
    signed_in,
)
from tests.support.browser import Browser
from tests.support.samples import eur

SOON = (TODAY + timedelta(days=5)).isoformat()
DAYS = " to ".join(Formats("en").day(TODAY + timedelta(days=ahead)) for ahead in (0, 14))
MOST = "Write an amount above zero and at most €1,234.50."
WITH_PLANS = POLICY.model_copy(
    update={"plans": POLICY.plans.model_copy(update={"in_portal": True, "grace_days": 2})}
)


def account(whose: Customer) -> Account:
    return runtime.accounts().account("demo", whose.customer_id)


def offer_plans(seller: Entity) -> None:
    entity = runtime.entities().get(seller.entity_id)
    runtime.entities().put_policy(entity, PolicyVersion(WITH_PLANS, "", datetime.now(UTC), "test"))


def confirmed(whose: Customer) -> Browser:
    """Return a browser whose customer confirmed who they are."""
    browser = signed_in(whose)
    page = browser.get("/p/demo/sign-in")["body"]
    assert browser.submit(page, "/p/demo/sign-in", [])["statusCode"] == 303
    hub.relay(runtime.entities().get("demo"))
    hub.drain("NOTICE")
    (path,) = re.findall(r"/p/demo/s/[A-Za-z0-9_-]{43}", hub.sent_mails()[-1].body)[:1]
    assert browser.get(path)["statusCode"] == 200
    answer = browser.post(path, [])
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, "/p/demo")
    return browser


@pytest.mark.rule("R33")
def test_a_promise_from_the_portal_pauses_what_it_names_and_stays_payable(payer: Customer) -> None:
    browser = signed_in(payer)
    page = browser.get(f"/p/demo/promises?invoice={D1}")["body"]
    assert f'value="{D1}" checked' in page
    fields = [("document", D1), ("pays_on", SOON), ("amount", "1000,00")]
    for _ in range(2):
        answer = browser.submit(page, "/p/demo/promises", fields)
        assert answer["headers"]["location"] == "/p/demo/promises?sent=1"
    assert browser.get("/p/demo/promises?sent=1")["statusCode"] == 200
    (made,) = account(payer).promises
    assert (made.documents, made.amount.minor, made.by) == ((D1,), 100_000, "customer")
    home = browser.get("/p/demo")["body"]
    assert "you will pay €1,000.00 by" in home
    assert f'name="document" value="{D1}"' in home


def test_what_is_promised_or_in_a_plan_is_offered_for_neither_and_the_page_says_why(
    payer: Customer, seller: Entity
) -> None:
    offer_plans(seller)
    browser = confirmed(payer)
    numbers = {d.document_id: d.number for d in account(payer).documents}
    page = browser.get("/p/demo/promises")["body"]
    assert "Not listed" not in page
    browser.submit(page, "/p/demo/promises", [("document", D1), ("pays_on", SOON)])
    for form in ("promises", "plans"):
        page = browser.get(f"/p/demo/{form}?invoice={D1}")["body"]
        assert f'value="{D1}"' not in page
        assert f'value="{D3}"' in page
        assert f"since payment is promised already: {numbers[D1]}." in page
    (open_,) = (d.open for d in account(payer).documents if d.document_id == D2)
    parts = plan_parts(open_, 2, TODAY + timedelta(days=9), Pace.MONTHLY)
    agreed = Plan("P" * 26, (D2,), parts, TODAY, "customer")
    runtime.plans().agree(seller, payer.customer_id, agreed)
    page = browser.get("/p/demo/promises")["body"]
    assert f"since paid in parts already: {numbers[D2]}." in page
    assert "/promises?invoice=" not in browser.get(f"/p/demo/invoices/{D2}")["body"]
    browser.submit(page, "/p/demo/promises", [("document", D3), ("pays_on", SOON)])
    page = browser.get("/p/demo/promises")["body"]
    assert "There is nothing left to choose." in page
    assert 'name="pays_on"' not in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ([("document", D1), ("pays_on", "soon")], "Choose a day from the calendar"),
        ([("document", D1), ("pays_on", "2020-01-01")], f"Choose a day from {DAYS}."),
        ([("document", D1), ("pays_on", "2099-01-01")], f"Choose a day from {DAYS}."),
        ([("document", D1), ("pays_on", SOON), ("amount", "-5")], MOST),
        ([("document", D1), ("pays_on", SOON), ("amount", "99999")], MOST),
        ([("document", D1), ("pays_on", SOON), ("amount", "1.000")], "Write an amount in digits"),
        ([("document", D1), ("document", D3), ("pays_on", SOON)], "Tick at least one invoice"),
        ([("document", OTHERS), ("pays_on", SOON)], "Tick at least one invoice"),
        ([("pays_on", SOON)], "Tick at least one invoice"),
    ],
)
def test_a_promise_that_cannot_be_is_explained_and_what_was_typed_is_kept(
    payer: Customer, stranger: Customer, fields: list[tuple[str, str]], sentence: str
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo/promises")["body"]
    answer = browser.submit(page, "/p/demo/promises", fields)
    assert answer["statusCode"] == 422
    assert sentence in answer["body"]
    assert account(payer).promises == account(stranger).promises == ()


def test_a_line_can_be_contested_and_the_rest_is_still_asked_for(payer: Customer) -> None:
    lines = [
        Line("Chairs", "2", eur(50_000), "0", eur(100_000)),
        Line("Freight", "1", eur(23_450), "0", eur(23_450)),
    ]
    (document,) = (d for d in account(payer).documents if d.document_id == D1)
    runtime.table().write(Put(lines_item("demo", payer.customer_id, document, lines)))
    browser = signed_in(payer)
    page = browser.get(f"/p/demo/disputes?invoice={D1}")["body"]
    assert "Freight" in page
    fields = [("document", D1), ("reason", "price"), ("line", "2"), ("text", "We collected it.")]
    answer = browser.submit(page, "/p/demo/disputes", fields)
    assert answer["headers"]["location"] == "/p/demo/disputes?sent=1"
    (made,) = account(payer).disputes
    assert (made.line, made.amount, made.text) == (2, eur(23_450), "We collected it.")
    (task,) = runtime.tasks().list_open("demo")
    assert task.kind == "dispute"
    shown = browser.get(f"/p/demo/invoices/{D1}")["body"]
    assert "we are looking into it" in shown
    assert "Pay €1,000.00" in shown
    assert "€1,234.50" in shown


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": " "}, "Say in a few words"),
        ({"reason": "whim"}, "Choose a reason"),
        ({"line": "x"}, "Choose a line"),
        ({"amount": "1e3"}, "Write an amount in digits"),
        ({"amount": "1234.51"}, MOST),
        ({"text": "x" * 2001}, "at most 2,000 characters"),
    ],
)
def test_a_dispute_that_cannot_be_is_explained(
    payer: Customer, changes: dict[str, str], sentence: str
) -> None:
    browser = signed_in(payer)
    page = browser.get(f"/p/demo/disputes?invoice={D1}")["body"]
    said = {"document": D1, "reason": "price", "text": "Too dear."} | changes
    answer = browser.submit(page, "/p/demo/disputes", list(said.items()))
    assert answer["statusCode"] == 422
    assert sentence in answer["body"]
    assert account(payer).disputes == ()


def test_another_customers_invoice_can_be_neither_promised_nor_contested_nor_split(
    payer: Customer, stranger: Customer, seller: Entity
) -> None:
    browser = signed_in(payer)
    page = browser.get("/p/demo")["body"]
    assert browser.get(f"/p/demo/disputes?invoice={OTHERS}")["statusCode"] == 404
    fields = [("document", OTHERS), ("reason", "price"), ("text", "Mine?")]
    assert browser.submit(page, "/p/demo/disputes", fields)["statusCode"] == 404
    assert account(stranger).disputes == ()


def test_plans_are_offered_only_where_the_policy_says_so(payer: Customer, seller: Entity) -> None:
    browser = confirmed(payer)
    assert "Pay in parts" not in browser.get("/p/demo")["body"]
    assert browser.get("/p/demo/plans")["statusCode"] == 404
    offer_plans(seller)
    assert "Pay in parts" in browser.get("/p/demo")["body"]


def test_a_link_of_any_mail_is_not_enough_for_a_plan(payer: Customer, seller: Entity) -> None:
    offer_plans(seller)
    browser = signed_in(payer)
    for _ in range(2):
        answer = browser.get("/p/demo/plans")
        asks = "/p/demo/sign-in?page=plans"
        assert (answer["statusCode"], answer["headers"]["location"]) == (303, asks)
        page = browser.get("/p/demo/sign-in")["body"]
        assert browser.submit(page, "/p/demo/sign-in", [])["statusCode"] == 303
    assert len(list(_notices(payer))) == 1
    assert browser.post("/p/demo/plans", [("csrf", "x")])["statusCode"] == 403


def test_a_sign_in_works_once_and_soon(payer: Customer, table: Table) -> None:
    now = runtime.now()
    path = runtime.links().create_sign_in("demo", payer.customer_id, now)
    assert Browser().post(path, [])["statusCode"] == 303
    assert Browser().post(path, [])["statusCode"] == 404
    assert Browser().get(path)["statusCode"] == 404
    token = path.rpartition("/")[2]
    assert not runtime.links().use_sign_in("demo", token, now.wall)
    old = type(now)(now.business, now.wall - timedelta(minutes=10))
    late = runtime.links().create_sign_in("demo", payer.customer_id, old)
    assert Browser().post(late, [])["statusCode"] == 404
    assert Browser().get("/p/demo/s/nonsense")["statusCode"] == 404


def test_a_customer_sees_the_parts_agrees_and_pays_the_first(
    payer: Customer, seller: Entity, gateway: FakeGateway
) -> None:
    offer_plans(seller)
    browser = confirmed(payer)
    page = browser.get(f"/p/demo/plans?invoice={D1}")["body"]
    today = TODAY.isoformat()
    fields = [("document", D1), ("parts", "3"), ("pace", "monthly"), ("first_on", today)]
    shown = browser.submit(page, "/p/demo/plans", fields)
    assert shown["statusCode"] == 200
    assert shown["body"].count("€411.50") == 3
    assert account(payer).plans == ()
    (consent,) = re.findall(r'name="consent" value="([^"]+)"', shown["body"])
    agreed = [*fields, ("request", "a" * 32), ("consent", consent)]
    for _ in range(2):
        answer = browser.submit(shown["body"], "/p/demo/plans", agreed)
        assert answer["headers"]["location"] == "/p/demo/plans?sent=1"
    (plan,) = account(payer).plans
    assert (plan.consent, plan.by, plan.grace_days) == (consent, "customer", 2)
    assert "more than 2 days late" in consent
    home = browser.get("/p/demo")["body"]
    first = f"{D1}/{TODAY:%Y%m%d}"
    assert "INV-1 (1/3)" in home
    answer = browser.submit(home, "/p/demo/checkouts", [("document", first)])
    assert answer["headers"]["location"].startswith("https://checkout.stripe.com/")
    ((checkout, _, _),) = gateway.made.values()
    assert checkout.allocations == ((D1, eur(41_150)),)


def test_the_whole_debt_stays_payable_under_a_plan(
    payer: Customer, seller: Entity, gateway: FakeGateway
) -> None:
    offer_plans(seller)
    browser = confirmed(payer)
    _agree(browser)
    page = browser.get(f"/p/demo/invoices/{D1}")["body"]
    assert "Pay €1,234.50" in page
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    ((checkout, _, _),) = gateway.made.values()
    assert checkout.allocations == ((D1, eur(123_450)),)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"parts": "7"}, "Choose 2 to 6 parts."),
        ({"parts": "many"}, "Choose in how many parts."),
        ({"pace": "daily"}, "Please check what you filled in"),
        ({"first_on": "2020-01-01"}, f"Choose a day from {DAYS}."),
        ({"document": D2 + "x"}, ""),
    ],
)
def test_a_plan_beyond_the_limits_is_explained(
    payer: Customer, seller: Entity, changes: dict[str, str], sentence: str
) -> None:
    offer_plans(seller)
    browser = confirmed(payer)
    page = browser.get("/p/demo/plans")["body"]
    said = {"document": D1, "parts": "3", "pace": "monthly", "first_on": TODAY.isoformat()}
    answer = browser.submit(page, "/p/demo/plans", list((said | changes).items()))
    assert answer["statusCode"] == (422 if sentence else 404)
    assert sentence in answer["body"]
    assert account(payer).plans == ()


def _agree(browser: Browser) -> None:
    page = browser.get("/p/demo/plans")["body"]
    fields = [("document", D1), ("parts", "3"), ("pace", "weekly"), ("first_on", SOON)]
    shown = browser.submit(page, "/p/demo/plans", fields)["body"]
    (consent,) = re.findall(r'name="consent" value="([^"]+)"', shown)
    fields += [("request", "b" * 32), ("consent", consent)]
    assert browser.submit(shown, "/p/demo/plans", fields)["statusCode"] == 303


def _notices(whose: Customer) -> Iterator[Item]:
    partition = keys.history("demo", whose.customer_id)
    return (i for i in runtime.table().query(partition, begins="NOTICE#") if i["type"] == "NOTICE")
