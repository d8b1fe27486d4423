"""The console in pages: signing in, what each role may do, forms that are ours alone."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from infra.local.identity.tokens import Issuer
from shared import runtime
from shared.adapters.imported_customers import directory_item
from shared.adapters.table import Put
from shared.domain.agreement import DisputeReason
from shared.domain.agreement_drafts import DisputeDraft, HoldDraft
from shared.domain.tasks import Task
from shared.errors import Unauthenticated
from shared.usecases.disputes import open_dispute
from shared.usecases.holds import put_hold
from tests.integration import hub
from tests.integration.conftest import PUBLIC_URL
from tests.integration.test_approvals import LADDER as APPROVED
from tests.integration.test_ladder import DUE, LADDER, live
from tests.support.operators import ADMIN, AUDIENCE, call, event, invoke, issuer, operator
from tests.support.samples import eur

ULID = "01J" + "A" * 23
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVIL_SITE = "https://evil.example"
EVIL = '<script>alert(1)</script>"&'


@pytest.fixture
def identity(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        monkeypatch.setenv("TOKEN_AUTHORIZE_URL", f"{serving.url}/authorize")
        monkeypatch.setenv("TOKEN_EXCHANGE_URL", f"{serving.url}/token")
        yield serving


@pytest.fixture
def acme(identity):
    """The entity acme, a customer with an evil name, one late invoice and one task."""
    hub.move_clock(NOON)
    made = {"entity_id": "acme", "name": f"Acme {EVIL}", "currency": "EUR", "language": "en"}
    made |= {"time_zone": "Europe/Berlin", "contact_email": "ar@acme.example"}
    assert call(identity.mint(ADMIN), "POST", "/entities", made).status == 201
    of = runtime.entities().get("acme")
    customer = hub.add_customer(of, customer_id=ULID, name=f"Nord {EVIL}")
    runtime.table().write(Put(directory_item("acme", customer)))
    hub.add_invoice(of, customer, "01J" + "B" * 23, date(2026, 2, 1))
    task = Task(ULID, "call", ULID, f"Call {EVIL}", NOON, date(2026, 3, 4), detail=EVIL)
    runtime.tasks().open("acme", task)
    return of


def get(token: str | None, path: str, *cookies: str):
    own = [f"__Host-console={token}"] if token else []
    return invoke(event("GET", path, cookies=[*own, *cookies]))


def post(token: str, path: str, origin: str = PUBLIC_URL, **fields: str):
    headers = {"origin": origin, "content-type": "application/x-www-form-urlencoded"}
    cookies = [f"__Host-console={token}"]
    return invoke(event("POST", path, headers, urlencode(fields), cookies))


def csrf(page) -> str:
    return re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)[1]


PAGES = (
    "",
    "/customers",
    f"/customers/{ULID}",
    "/tasks",
    "/calls",
    "/parked",
    "/erp",
    "/figures",
    f"/customers/{ULID}/statement",
    "/invoices?currency=EUR&age=1_30",
)


@pytest.mark.parametrize("path", ["/console", "/console/e/acme", "/console/nothing", "/console/e"])
def test_without_a_session_every_page_is_the_way_to_sign_in(acme, identity, path):
    good = operator("acme:viewer")
    for token in (None, "abc", identity.mint(good, ttl_s=-60), identity.mint_unsigned(good)):
        page = get(token, path)
        assert page.status == 401
        assert 'href="/console/sign-in"' in page.text


def test_every_page_opens_for_a_viewer_and_shows_nothing_unescaped(acme, identity):
    token = identity.mint(operator("acme:viewer"))
    for path in PAGES:
        page = get(token, f"/console/e/acme{path}")
        assert page.status == 200, path
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
    home = get(token, "/console/e/acme")
    assert "€100.00" in home.text
    assert "Holding all messages" in home.text
    assert re.search(r'<rect class="age1" width="1000" height="30"/>', home.text)
    assert "of which overdue €100.00, 100.0 %" in home.text


def test_a_foreign_entity_looks_like_an_unknown_one(acme, identity):
    token = identity.mint(operator("other:admin"))
    for path in PAGES:
        foreign = get(token, f"/console/e/acme{path}")
        unknown = get(token, f"/console/e/nobody{path}")
        assert (foreign.status, foreign.text) == (404, unknown.text)


def test_the_only_entity_opens_by_itself(acme, identity):
    page = get(identity.mint(operator("acme:viewer")), "/console")
    assert (page.status, page.headers["location"]) == (303, "/console/e/acme")
    assert "no role" in get(identity.mint(operator("other:admin")), "/console").text


def test_a_hold_is_put_and_ended_by_forms_of_this_session_alone(acme, identity):
    token = identity.mint(operator("acme:clerk"))
    address = f"/console/e/acme/customers/{ULID}"
    code = csrf(get(token, address))
    fields = {"reason": "credit note to come", "ends_on": "2026-03-20"}
    assert post(token, f"{address}/holds", csrf="0" * 64, **fields).status == 403
    assert post(token, f"{address}/holds", **fields).status == 403
    assert post(token, f"{address}/holds", EVIL_SITE, csrf=code, **fields).status == 403
    assert runtime.holds().of("acme", ULID) == ()
    assert post(token, f"{address}/holds", csrf=code, **fields).status == 303
    (hold,) = runtime.holds().of("acme", ULID)
    assert "on_hold" in get(token, address).text
    assert post(token, f"{address}/holds/{hold.hold_id}", csrf=code).status == 303
    assert "stage_reached" in get(token, address).text
    bad = post(token, f"{address}/holds", csrf=code, reason="x", ends_on="soon")
    assert (bad.status, "a day from " in bad.text) == (422, True)
    assert 'name="reason" required minlength="3" maxlength="300" value="x">' in bad.text
    assert bad.text.count("<details open>") == bad.text.count('id="wrong"') == 1


def test_a_viewer_sees_no_forms_and_cannot_use_them(acme, identity):
    token = identity.mint(operator("acme:viewer"))
    page = get(token, "/console/e/acme/tasks")
    assert f'action="/console/e/acme/tasks/{ULID}"' not in page.text
    code = csrf(page)
    assert post(token, f"/console/e/acme/tasks/{ULID}", csrf=code, note="x").status == 403
    assert len(list(runtime.tasks().list_open("acme"))) == 1


def test_a_task_is_done_with_what_came_of_it(acme, identity):
    token = identity.mint(operator("acme:clerk"))
    code = csrf(get(token, "/console/e/acme/tasks"))
    assert post(token, f"/console/e/acme/tasks/{ULID}", csrf=code, note="pays").status == 303
    story = runtime.receivables().story("acme", ULID)
    (done,) = [item for item in story if item["type"] == "TASK"]
    assert (done["status"], done["note"], done["done_by"]) == ("done", "pays", "olga")
    assert post(token, f"/console/e/acme/tasks/{ULID}", csrf=code, note="pays").status == 404


def flow_of(page):
    cookie = next(c for c in page.cookies if c.startswith("__Host-console-flow="))
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    return cookie.split(";")[0]


def test_signing_in_believes_only_its_own_answer(acme, identity: Issuer, monkeypatch):
    begun = get(None, "/console/sign-in")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{PUBLIC_URL}/console/callback"]
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    flow, state, nonce = flow_of(begun), asked["state"][0], asked["nonce"][0]
    answers = {
        "good": identity.mint(operator("acme:viewer"), nonce=nonce),
        "replayed": identity.mint(operator("acme:viewer"), nonce="another"),
        "foreign": identity.mint_with_foreign_key(operator("acme:viewer"), nonce=nonce),
    }

    def id_token(callback_url: str, code: str, verifier: str) -> str:
        if code not in answers or verifier != flow.split(".")[2]:
            raise Unauthenticated(reason="code")
        return answers[code]

    monkeypatch.setattr(runtime.sign_in(), "id_token", id_token)
    for code, sent, cookies in (
        ("good", "forged", [flow]),
        ("good", state, []),
        ("good", state, ["__Host-console-flow=a.b.c"]),
        ("replayed", state, [flow]),
        ("foreign", state, [flow]),
        ("unknown", state, [flow]),
    ):
        page = get(None, f"/console/callback?code={code}&state={sent}", *cookies)
        assert page.status == 401, (code, sent)
        assert not [c for c in page.cookies if c.startswith("__Host-console=ey")]
    page = get(None, f"/console/callback?code=good&state={state}", flow)
    assert (page.status, page.headers["location"]) == (303, "/console")
    (session,) = [c for c in page.cookies if c.startswith("__Host-console=ey")]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in session


def test_a_call_that_has_nothing_to_chase_any_more_is_put_away_on_the_list_of_tasks(
    table, identity
):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of, customer_id=ULID)
    hub.add_invoice(of, whose, "01J" + "B" * 23, DUE)
    live(DUE + timedelta(days=21), of, times=2)
    (task,) = runtime.tasks().list_open("demo")
    draft = HoldDraft(customer_id=ULID, reason="talks", ends_on=DUE + timedelta(days=40))
    stores = (runtime.accounts(), runtime.papers(), runtime.holds())
    put_hold(*stores, "demo", draft, runtime.now(), by="kim")
    token = identity.mint(operator("demo:clerk"))
    assert "Nobody is to be called today" in get(token, "/console/e/demo/calls").text
    page = get(token, "/console/e/demo/tasks")
    place = f"/console/e/demo/tasks/{task.task_id}"
    assert f'action="{place}"' in page.text
    assert post(token, place, csrf=csrf(page), note="in talks").status == 303
    assert list(runtime.tasks().list_open("demo")) == []


def test_who_decides_sees_first_what_a_notice_asks_for_and_what_it_charges(table, identity):
    of = hub.seed(APPROVED)
    whose = hub.add_customer(of, customer_id=ULID)
    hub.add_invoice(of, whose, "01J" + "B" * 23, DUE, number="INV-7")
    live(DUE + timedelta(days=14), of, times=2)
    token = identity.mint(operator("demo:controller"))
    tasks = get(token, "/console/e/demo/tasks").text
    assert "/approve" not in tasks
    assert f'href="/console/e/demo/customers/{ULID}#to-do"' in tasks
    page = get(token, f"/console/e/demo/customers/{ULID}").text
    assert "INV-7, due 2 Mar 2026: €100.00" in page
    assert "Fee that comes with it, INV-7-FEE: €5.00" in page
    assert "/notices/1/approve" in page
    assert "by now" not in page


def test_who_decides_sees_what_may_be_asked_for_now_beside_what_was_claimed(table, identity):
    of = hub.seed(APPROVED)
    whose = hub.add_customer(of, customer_id=ULID)
    hub.add_invoice(of, whose, "01J" + "B" * 23, DUE, number="INV-7")
    live(DUE + timedelta(days=14), of, times=2)
    token = identity.mint(operator("demo:controller"))
    address = f"/console/e/demo/customers/{ULID}"
    draft = DisputeDraft(
        customer_id=ULID,
        documents=("01J" + "B" * 23,),
        reason=DisputeReason.QUALITY,
        text="Broken.",
        amount=eur(6_000),
    )
    stores = (runtime.accounts(), runtime.papers(), runtime.disputes())
    open_dispute(*stores, "demo", draft, runtime.now(), by="customer")
    page = get(token, address).text
    assert "<strong>€40.00 by now</strong>, €100.00 when it was claimed" in page
    assert "To be asked for by now: €40.00." in page
    assert "Asked for €100.00 when it was claimed" in page
    told = get(token, f"{address}/day").text
    assert "awaits_approval" in told
    assert "Nothing comes next" not in told


def test_a_case_is_taken_back_for_a_reason_and_what_was_typed_stays_where_it_is_none(
    table, identity
):
    of = hub.seed(APPROVED)
    whose = hub.add_customer(of, customer_id=ULID)
    hub.add_invoice(of, whose, "01J" + "B" * 23, DUE, number="INV-7")
    live(DUE + timedelta(days=45), of, times=1)
    token = identity.mint(operator("demo:controller"))
    address = f"/console/e/demo/customers/{ULID}"
    approved = {"csrf": csrf(get(token, address)), "tier": "agency"}
    assert post(token, f"{address}/notices/1/approve", **approved).status == 303
    hub.drain("ESCALATION")
    (case,) = runtime.accounts().account("demo", ULID).handovers
    place, code = f"{address}/handovers/{case.handover_id}", csrf(get(token, address))
    bad = post(token, place, csrf=code, reason="no")
    assert bad.status == 422
    assert 'placeholder="Why it comes back" value="no" aria-invalid="true"' in bad.text
    assert 'id="wrong">Reason: say why, in a few words' in bad.text
    assert post(token, place, csrf=code, reason="they pay").status == 303
    assert "Nobody else has this case" in get(token, address).text


def test_a_number_of_a_document_leads_to_the_document(acme, identity):
    token = identity.mint(operator("acme:viewer"))
    number = runtime.accounts().document("acme", ULID, "01J" + "B" * 23).number
    there = f"/console/e/acme/customers/{ULID}/documents/01J{'B' * 23}"
    answer = get(token, f"/console/e/acme/customers?q={number}")
    assert (answer.status, answer.headers.get("location")) == (303, there)
    assert get(token, "/console/e/acme/customers?q=no-such-number").status == 200
    both = get(token, "/console/e/acme/customers?q=Nord")
    assert both.status == 200
    assert "Documents of that number" not in both.text


def test_calls_to_one_customer_take_one_line_and_each_can_be_ended(acme, identity):
    for n in range(3):
        task_id = f"01K{n}".ljust(26, "A")
        again = Task(task_id, "call", ULID, f"Call about INV-{n}", NOON, date(2026, 3, 5))
        runtime.tasks().open("acme", again)
    token = identity.mint(operator("acme:clerk"))
    for path in ("", "/tasks"):
        page = get(token, f"/console/e/acme{path}").text
        assert "And 3 more calls to this customer" in page
        assert page.count("On the call list") == 1
        assert page.count(">Done</button>") == 4


def test_a_task_of_unapplied_money_says_what_waits_now(acme, identity):
    token = identity.mint(operator("acme:clerk"))
    task = Task("01K" + "U" * 23, "unapplied", ULID, "60.00 EUR of a payment is for nothing open",
                NOON, date(2026, 3, 4))  # fmt: skip
    runtime.tasks().open("acme", task)
    assert "Nothing waits any more." in get(token, "/console/e/acme/tasks").text
