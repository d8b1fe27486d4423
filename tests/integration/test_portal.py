"""The portal through its handler: links, sessions, isolation, payments, questions."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.account_items import checkout_from
from shared.adapters.head_items import head_item
from shared.adapters.table import Put, Table, Update
from shared.domain.account import Checkout, Customer, Document, DocumentKind, Entity
from shared.domain.clock import Now
from shared.domain.gateway import GatewayUnavailable
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.portal import Begun, Principal
from shared.usecases.start_checkout import start_checkout
from tests.integration import hub
from tests.support.browser import ORIGIN, Browser, csrf_of

TODAY = datetime.now(UTC).date()
D1, D2, D3, D4, OTHERS = (f"{i}".rjust(26, "0") for i in range(1, 6))
POLICY = Policy.model_validate(
    {
        "name": "standard",
        "stages": [
            {"id": "reminder", "offset_days": 7, "channel": "email", "template": "reminder"}
        ],
    }
)


class FakeGateway:
    """Answers as the port says; keeps what it was asked."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[Checkout, tuple[tuple[str, Money], ...], str]] = {}
        self.calls = 0
        self.expired: list[str] = []
        self.complete: set[str] = set()

    def create_checkout(
        self,
        entity: Entity,
        customer: Customer,
        checkout: Checkout,
        lines: tuple[tuple[str, Money], ...],
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]:
        self.calls += 1
        session_id = f"cs_{checkout.checkout_id}"
        self.made[session_id] = (checkout, lines, success_url)
        return session_id, f"https://checkout.stripe.com/c/{session_id}"

    def expire_checkout(self, session_id: str) -> str:
        self.expired.append(session_id)
        return "complete" if session_id in self.complete else "expired"


@pytest.fixture
def gateway(table: Table, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    fake = FakeGateway()
    monkeypatch.setattr(runtime, "gateway", lambda: fake)
    monkeypatch.setattr(runtime, "has_gateway", lambda: True)
    return fake


@pytest.fixture
def seller(table: Table) -> Entity:
    return hub.seed(POLICY, bank_account="DE02 1203 0000 0000 2020 51")


@pytest.fixture
def payer(seller: Entity) -> Customer:
    made = hub.add_customer(seller)
    add_open_invoice(seller, made, D1, "INV-1", TODAY - timedelta(days=10), 123_450)
    add_open_invoice(seller, made, D2, "INV-2", TODAY + timedelta(days=5), 5_000)
    add_open_invoice(seller, made, D3, "INV-3", TODAY + timedelta(days=9), 8_000, "JPY")
    return made


@pytest.fixture
def stranger(seller: Entity) -> Customer:
    made = hub.add_customer(seller, customer_id="c2", name="Fremd AG", language="de")
    add_open_invoice(seller, made, OTHERS, "INV-9", TODAY, 777)
    return made


def add_open_invoice(
    of: Entity, whose: Customer, name: str, number: str, due_on: date, minor: int, cur: str = "EUR"
) -> Document:
    """Write an open invoice of minor units of cur, and return it."""
    amount = Money(minor=minor, currency=cur)
    issued_on = due_on - timedelta(days=30)
    made = Document(name, DocumentKind.INVOICE, number, issued_on, due_on, amount, amount)
    runtime.table().write(Put(head_item(of.entity_id, whose, made, of.shards)))
    return made


def _now(**later: int) -> Now:
    moment = datetime.now(UTC) + timedelta(**later)
    return Now(moment, moment)


def _signed_in(whose: Customer) -> Browser:
    browser = Browser()
    path = runtime.links().create("demo", whose.customer_id, _now())
    answer = browser.post(path, [])
    assert answer["statusCode"] == 303
    assert answer["headers"]["location"] == "/p/demo"
    return browser


def _checkouts(whose: Customer) -> list[Checkout]:
    found = runtime.table().query(keys.live("demo", whose.customer_id), begins="CHECKOUT#")
    return [checkout_from(item) for item in found]


def test_a_link_shows_a_button_and_opens_a_session_only_when_it_is_pressed(
    payer: Customer, table: Table
) -> None:
    path = runtime.links().create("demo", payer.customer_id, _now())
    browser = Browser()
    for _ in range(3):
        page = browser.get(path)
        assert page["statusCode"] == 200
        assert "Nordlicht GmbH" in page["body"]
        assert "cookies" not in page
    assert browser.get("/p/demo")["statusCode"] == 401
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
    path = runtime.links().create("demo", payer.customer_id, _now())
    browser = Browser()
    browser.post(path, [])
    raw = runtime.client("dynamodb").scan(TableName="hub")["Items"]
    assert len(raw) > 5
    assert path.rsplit("/", 1)[1] not in str(raw)
    assert browser.cookies["__Host-portal"] not in str(raw)


def test_the_home_page_keeps_currencies_apart_and_names_what_is_late(
    payer: Customer, gateway: FakeGateway
) -> None:
    page = _signed_in(payer).get("/p/demo")["body"]
    assert "€1,284.50" in page
    assert "€1,234.50" in page
    assert "JP¥8,000" in page
    assert "10 days late" in page
    assert "<script" not in page
    assert "style=" not in page
    assert page.index("INV-1") < page.index("INV-2")


@pytest.mark.parametrize("token", ["", "a", "a" * 43, "a" * 10_000, "%2e%2e", "ä" * 43])
def test_every_link_that_does_not_hold_gets_one_page(payer: Customer, token: str) -> None:
    browser = Browser()
    path = f"/p/demo/l/{token or 'x'}"
    answers = [browser.get(path), browser.post(path, [])]
    assert {a["statusCode"] for a in answers} == {404}
    assert all("This link is not valid" in a["body"] for a in answers)


def test_an_expired_a_revoked_and_another_entitys_link_read_like_an_unknown_one(
    payer: Customer,
) -> None:
    links = runtime.links()
    old = links.create("demo", payer.customer_id, _now(days=-31))
    revoked = links.create("demo", payer.customer_id, _now())
    links.revoke("demo", revoked.rsplit("/", 1)[1], _now())
    elsewhere = links.create("other", payer.customer_id, _now()).replace("/other/", "/demo/")
    unknown = "/p/demo/l/" + "a" * 43

    def page(path: str) -> tuple[int, str]:
        answer = Browser().get(path)
        return answer["statusCode"], answer["body"].replace(path.rsplit("/", 1)[1], "")

    assert {page(p) for p in (old, revoked, elsewhere, unknown)} == {page(unknown)}


def test_a_fresh_link_is_mailed_only_where_the_old_one_is_known_and_the_answer_is_the_same(
    payer: Customer, table: Table
) -> None:
    old = runtime.links().create("demo", payer.customer_id, _now(days=-40)).rsplit("/", 1)[1]
    answers = [
        Browser().post("/p/demo/fresh-link", [("link", token)])
        for token in (old, old, "b" * 43, "", "nonsense")
    ]
    assert len({(a["statusCode"], a["body"]) for a in answers}) == 1
    assert answers[0]["statusCode"] == 202
    notices = list(table.query(keys.history("demo", payer.customer_id), begins="NOTICE#"))
    assert [n["kind"] for n in notices] == ["link"]
    assert "ppk" in notices[0]


def test_foreign_ids_answer_exactly_like_unknown_ones(
    payer: Customer, stranger: Customer, gateway: FakeGateway
) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    unknown = "Z" * 26
    pairs = 0
    for template in (
        "/p/demo/invoices/{}",
        "/p/demo/invoices/{}/pdf",
        "/p/demo/thanks?checkout={}",
    ):
        answers = [browser.get(template.format(i)) for i in (OTHERS, unknown, "*", "..%2f")]
        assert all(a == answers[0] for a in answers)
        assert answers[0]["statusCode"] == 404
        pairs += 1
    for action in ("/p/demo/checkouts", "/p/demo/questions"):
        answers = [
            browser.submit(page, action, [("document", i), ("question", "why?")])
            for i in (OTHERS, unknown, "[]")
        ]
        assert all(a == answers[0] for a in answers)
        assert answers[0]["statusCode"] == 404
        pairs += 1
    assert pairs == 5
    assert not gateway.made


def test_no_page_of_a_session_is_shown_without_one(payer: Customer) -> None:
    for path in ("/p/demo", f"/p/demo/invoices/{D1}", "/p/demo/thanks", "/p/demo/questions"):
        assert Browser().get(path)["statusCode"] == 401
    for path in ("/p/demo/checkouts", "/p/demo/questions", "/p/demo/sign-out"):
        assert Browser().post(path, [])["statusCode"] == 401
    forged = Browser()
    forged.cookies["__Host-portal"] = "f" * 43
    assert forged.get("/p/demo")["statusCode"] == 401
    assert _signed_in(payer).get("/p/other")["statusCode"] == 401


@pytest.mark.parametrize("origin", ["", "null", "https://evil.example", ORIGIN + ".evil.example"])
def test_a_form_from_elsewhere_is_refused(payer: Customer, origin: str) -> None:
    browser = _signed_in(payer)
    token = csrf_of(browser.get("/p/demo")["body"])
    fields = [("csrf", token), ("document", D1)]
    assert browser.post("/p/demo/checkouts", fields, origin=origin)["statusCode"] == 403
    path = runtime.links().create("demo", payer.customer_id, _now())
    assert Browser().post(path, [], origin=origin)["statusCode"] == 403


def test_a_form_without_this_sessions_token_is_refused(payer: Customer) -> None:
    browser, other = _signed_in(payer), _signed_in(payer)
    for token in ("", "0" * 64, csrf_of(other.get("/p/demo")["body"]), "ä"):
        fields = [("csrf", token), ("document", D1)]
        assert browser.post("/p/demo/checkouts", fields)["statusCode"] == 403


def test_signing_out_ends_the_session_itself(payer: Customer) -> None:
    browser = _signed_in(payer)
    copied = dict(browser.cookies)
    page = browser.get("/p/demo")["body"]
    assert browser.submit(page, "/p/demo/sign-out", [])["statusCode"] == 200
    assert not browser.cookies
    browser.cookies = copied
    assert browser.get("/p/demo")["statusCode"] == 401


def test_a_session_ends_after_half_an_hour_but_lives_on_while_it_is_used(
    payer: Customer, table: Table
) -> None:
    sessions = runtime.sessions()
    start = _now().wall
    secret = sessions.open(Principal("demo", payer.customer_id), start)
    assert sessions.find("demo", secret, start + timedelta(minutes=29)) is not None
    assert sessions.find("demo", secret, start + timedelta(minutes=58)) is not None
    assert sessions.find("demo", secret, start + timedelta(minutes=89)) is None
    idle = sessions.open(Principal("demo", payer.customer_id), start)
    assert sessions.find("demo", idle, start + timedelta(minutes=31)) is None


def test_paying_all_of_a_currency_notes_first_and_then_opens_one_page(
    payer: Customer, gateway: FakeGateway
) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    answer = browser.submit(page, "/p/demo/checkouts", [("all", "yes"), ("currency", "EUR")])
    assert answer["statusCode"] == 303
    (noted,) = _checkouts(payer)
    assert answer["headers"]["location"] == noted.url
    assert noted.amount == Money(minor=128_450, currency="EUR")
    assert dict(noted.allocations).keys() == {D1, D2}
    asked, lines, success = gateway.made[noted.session_id]
    assert asked.session_id == "", "it was noted before the gateway heard of it"
    assert [label for label, _ in lines] == ["INV-1", "INV-2"]
    assert success == f"{ORIGIN}/p/demo/thanks?checkout={noted.checkout_id}"
    pending = list(runtime.table().query(keys.pending_partition("demo"), index="pending"))
    assert [p["psk"].split("#")[0] for p in pending] == ["checkout"]


def test_a_double_click_leads_to_the_same_page(payer: Customer, gateway: FakeGateway) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    answers = [browser.submit(page, "/p/demo/checkouts", [("document", D1)]) for _ in range(3)]
    assert len({a["headers"]["location"] for a in answers}) == 1
    assert gateway.calls == 1
    assert len(_checkouts(payer)) == 1


def test_another_choice_closes_the_older_page_of_the_same_document(
    payer: Customer, gateway: FakeGateway, table: Table
) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (first,) = _checkouts(payer)
    browser.submit(page, "/p/demo/checkouts", [("document", D1), ("document", D2)])
    (second,) = _checkouts(payer)
    assert gateway.expired == [first.session_id]
    assert dict(second.allocations).keys() == {D1, D2}
    assert runtime.checkouts().find("demo", payer.customer_id, first.checkout_id).state == "expired"
    tickets = list(table.query(keys.ticket_partition("demo", 0)))
    assert any(first.checkout_id in t["sk"] for t in tickets)
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (third,) = _checkouts(payer)
    assert third.checkout_id != first.checkout_id


def test_a_page_that_took_the_money_meanwhile_leads_to_its_thanks(
    payer: Customer, gateway: FakeGateway
) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (first,) = _checkouts(payer)
    gateway.complete.add(first.session_id)
    answer = browser.submit(page, "/p/demo/checkouts", [("document", D1), ("document", D2)])
    assert answer["headers"]["location"] == f"/p/demo/thanks?checkout={first.checkout_id}"
    assert len(_checkouts(payer)) == 1


def test_what_the_bank_is_working_on_cannot_be_paid_again(
    payer: Customer, gateway: FakeGateway, table: Table
) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    (first,) = _checkouts(payer)
    table.write(
        Update(
            keys.open_checkout("demo", payer.customer_id, first.checkout_id),
            set={"state": "processing"},
        )
    )
    home = browser.get("/p/demo")["body"]
    assert "being processed" in home
    assert f'value="{D1}"' not in home
    refused = browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    assert refused["statusCode"] == 409
    thanks = browser.get(f"/p/demo/thanks?checkout={first.checkout_id}")
    assert thanks["statusCode"] == 200
    assert "is being processed" in thanks["body"]


@pytest.mark.parametrize("fields", [[], [("document", D1), ("document", D3)]])
def test_a_choice_of_nothing_or_of_two_currencies_is_explained(
    payer: Customer, gateway: FakeGateway, fields: list[tuple[str, str]]
) -> None:
    browser = _signed_in(payer)
    answer = browser.submit(browser.get("/p/demo")["body"], "/p/demo/checkouts", fields)
    assert answer["statusCode"] == 422
    assert "There is a problem" in answer["body"]
    assert not gateway.made


def test_a_question_is_a_task_and_a_pause_and_asked_twice_is_one(
    payer: Customer, table: Table
) -> None:
    browser = _signed_in(payer)
    page = browser.get(f"/p/demo/questions?invoice={D1}")["body"]
    assert f'value="{D1}" checked' in page
    fields = [("document", D1), ("question", "Which order is this?\r\n<b>‮")]
    for _ in range(2):
        answer = browser.submit(page, "/p/demo/questions", fields)
        assert answer["headers"]["location"] == "/p/demo/questions?sent=1"
    assert browser.get("/p/demo/questions?sent=1")["statusCode"] == 200
    (question,) = runtime.questions().of("demo", payer.customer_id)
    assert question.text == "Which order is this?\n<b>"
    (task,) = runtime.tasks().list_open("demo")
    assert (task.kind, task.documents) == ("question", (D1,))
    (hold,) = runtime.accounts().account("demo", payer.customer_id).holds
    assert hold.documents == (D1,)
    assert hold.ends_on == hold.starts_on + timedelta(days=7)
    ends = hold.ends_on + timedelta(days=1)
    tickets = list(table.query(keys.ticket_partition("demo", 0)))
    assert any(t["sk"].startswith(ends.isoformat()) for t in tickets)
    assert "your question is with us" in browser.get("/p/demo")["body"]


@pytest.mark.parametrize("text", ["", "   \n", "x" * 2001])
def test_an_empty_or_endless_question_is_explained_and_kept(payer: Customer, text: str) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo/questions")["body"]
    answer = browser.submit(page, "/p/demo/questions", [("question", text)])
    assert answer["statusCode"] == 422
    assert 'aria-invalid="true"' in answer["body"]
    assert text.strip() in answer["body"]


def test_a_name_full_of_markup_and_tricks_is_shown_as_text(seller: Entity) -> None:
    evil = '<script>alert(1)</script>"><img onerror=x>{{7*7}}‮\x00'
    made = hub.add_customer(seller, name=evil)
    page = _signed_in(made).get("/p/demo")["body"]
    assert "<script" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    assert "‮" not in page
    assert "\x00" not in page


def test_a_pdf_is_read_from_a_minutes_address_or_said_to_be_on_its_way(
    payer: Customer, table: Table
) -> None:
    browser = _signed_in(payer)
    assert "being prepared" in browser.get(f"/p/demo/invoices/{D1}")["body"]
    back = browser.get(f"/p/demo/invoices/{D1}/pdf")
    assert back["headers"]["location"] == f"/p/demo/invoices/{D1}"
    key = runtime.documents().put_pdf("demo", payer.customer_id, D1, 1, b"%PDF")
    table.write(Update(keys.open_head("demo", payer.customer_id, D1), set={"pdf_key": key}))
    away = browser.get(f"/p/demo/invoices/{D1}/pdf")["headers"]["location"]
    assert f"/{key}?" in away
    assert "X-Amz-Expires=60" in away


def test_a_german_customer_reads_german(stranger: Customer) -> None:
    page = _signed_in(stranger).get("/p/demo")["body"]
    assert '<html lang="de"' in page
    assert "Ihre offenen Rechnungen" in page
    assert Browser("fr, de;q=0.8, en;q=0.5").get("/p/demo")["body"].count('lang="de"') == 1


def test_every_page_carries_the_headers_that_keep_it_safe(payer: Customer) -> None:
    browser = _signed_in(payer)
    answers = [browser.get("/p/demo"), Browser().get("/p/demo"), Browser().get("/p/demo/l/x")]
    for answer in answers:
        headers = answer["headers"]
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    policy = answers[0]["headers"]["content-security-policy"]
    assert "form-action 'self' https://checkout.stripe.com;" in policy


def test_static_files_are_public_and_only_those_that_are_there(cloud: None) -> None:
    page = Browser().get("/static/portal.css")
    assert page["statusCode"] == 200
    assert page["headers"]["content-type"].startswith("text/css")
    assert len(page["body"]) < 10_000
    for name in ("../handler.py", "..%2fhandler.py", "handler.py", "x"):
        assert Browser().get(f"/static/{name}")["statusCode"] == 404
    assert Browser().get("/health")["body"] == "ok"


def test_a_body_too_large_or_of_another_kind_is_refused(payer: Customer) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    answer = browser.submit(page, "/p/demo/questions", [("question", "x" * 100_000)])
    assert answer["statusCode"] == 413


def test_a_gateway_that_did_not_answer_is_asked_again_for_the_very_same_page(
    payer: Customer, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = _signed_in(payer)
    page = browser.get("/p/demo")["body"]
    working = gateway.create_checkout
    asked: list[Checkout] = []

    def silent(*args: object, **named: object) -> tuple[str, str]:
        asked.append(args[2])  # type: ignore[arg-type]
        raise GatewayUnavailable()

    monkeypatch.setattr(gateway, "create_checkout", silent)
    answer = browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    assert answer["statusCode"] == 503
    assert "Nothing was taken" in answer["body"]
    monkeypatch.setattr(gateway, "create_checkout", working)
    again = browser.submit(page, "/p/demo/checkouts", [("document", D1)])
    assert again["statusCode"] == 303
    ((made, _, _),) = gateway.made.values()
    assert asked == [made], "the same row, so that the gateway's idempotency key is the same"


def test_two_clicks_at_the_same_moment_lead_to_one_page(
    payer: Customer, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkouts = runtime.checkouts()
    really_begin = type(checkouts).begin
    lost: list[Begun] = []

    def begin(self: object, *args: object) -> Begun:
        """Let another click win between this one's read and its write, once."""
        if not lost:
            lost.append(Begun.CHANGED)
            start_checkout(runtime.starting_checkouts(), principal, [D1], _now())
            lost[0] = really_begin(self, *args)  # type: ignore[arg-type]
            return lost[0]
        return really_begin(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(type(checkouts), "begin", begin)
    principal = Principal("demo", payer.customer_id)
    url = start_checkout(runtime.starting_checkouts(), principal, [D1], _now())
    assert lost == [Begun.CHANGED], "the second write must have met the first"
    (noted,) = _checkouts(payer)
    assert noted.url == url
    assert len(gateway.made) == 1
