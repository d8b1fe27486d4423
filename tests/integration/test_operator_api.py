"""The operator API as the edge calls it: sign-in, roles, walls between entities, every route."""

import json
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest

from functions.operator_api.app import app, openapi_text
from shared import runtime
from shared.adapters.imported_customers import directory_item
from shared.adapters.policy_yaml import standard_text
from shared.adapters.table import Put
from shared.domain.roles import Role
from shared.domain.tasks import Task
from tests.integration import hub
from tests.support.operators import ADMIN, AUDIENCE, call, event, invoke, issuer, operator

NEW_ENTITY = {
    "entity_id": "acme",
    "name": "Acme GmbH",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "language": "de",
    "contact_email": "ar@acme.example",
}
ULID = "01J" + "A" * 23
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def identity(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        yield serving


@pytest.fixture
def admin(identity):
    return identity.mint(ADMIN)


@pytest.fixture
def acme(admin):
    """The entity acme with one customer who owes one late invoice; noon of 2 March 2026."""
    hub.move_clock(NOON)
    assert call(admin, "POST", "/entities", NEW_ENTITY).status == 201
    of = runtime.entities().get("acme")
    customer = hub.add_customer(of, customer_id=ULID, external_id="C-7")
    list_customer(of, customer)
    document = hub.add_invoice(of, customer, "inv_1", date(2026, 2, 1))
    return of, customer, document


def list_customer(of, customer):
    """Put a customer into the directory, as an import does."""
    runtime.table().write(Put(directory_item(of.entity_id, customer)))


def test_a_new_entity_holds_everything_and_starts_with_the_standard_policy(admin):
    made = call(admin, "POST", "/entities", NEW_ENTITY)
    assert (made.status, made.json["hold_all"], made.json["daily_cap"]) == (201, True, None)
    policy = call(admin, "GET", "/entities/acme/policies/standard").json
    assert (policy["version"], policy["yaml"]) == (1, standard_text())
    again = call(admin, "POST", "/entities", NEW_ENTITY)
    assert (again.status, again.json["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("field", "value"),
    [("currency", "XXX"), ("time_zone", "Mars/Base"), ("language", "xx"), ("entity_id", "A b")],
)
def test_an_entity_that_cannot_be_is_refused_by_field(admin, field, value):
    refused = call(admin, "POST", "/entities", {**NEW_ENTITY, field: value})
    assert refused.status == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert field in refused.text


def bad_tokens(identity):
    good = operator("acme:viewer")
    return {
        "none at all": None,
        "not a token": "abc",
        "alg none": identity.mint_unsigned(good),
        "foreign key": identity.mint_with_foreign_key(good),
        "expired": identity.mint(good, ttl_s=-60),
        "not yet valid": identity.mint(good, now=datetime.now(UTC) + timedelta(hours=2)),
        "wrong audience": identity.mint(good, aud="somebody-else"),
        "wrong client": identity.mint(good, token_use="access", client_id="somebody-else"),
        "wrong issuer": identity.mint(good, iss="https://issuer.example"),
        "far too long": identity.mint(good, extra="x" * 9000),
    }


def test_every_route_refuses_every_bad_token(acme, identity):
    refused = 0
    for name, token in bad_tokens(identity).items():
        for method, path in [*routes(), ("GET", "/nothing-here")]:
            answer = call(token, method, path)
            assert (answer.status, answer.json["code"]) == (401, "unauthenticated"), (name, path)
            assert "www-authenticate" in answer.headers
            refused += 1
    assert refused > 250


def routes():
    """Every route of the API with ids that exist or not, from the resolver itself."""
    known = app()
    for route in [*known._static_routes, *known._dynamic_routes]:
        path = route.path.replace("<entity>", "acme").replace("<notice>", "1")
        path = path.removeprefix("/api/v1")
        yield route.method, path.replace("<", "").replace(">", "")


def test_every_route_names_the_role_it_needs():
    seen = [
        getattr(r.func, "required_role", None)
        for r in [*app()._static_routes, *app()._dynamic_routes]
    ]
    assert len(seen) > 25
    assert all(isinstance(role, Role) for role in seen)


def test_an_access_token_of_our_client_is_good_as_well(acme, identity):
    token = identity.mint(operator("acme:viewer"), token_use="access")
    assert call(token, "GET", "/entities/acme").status == 200


def test_a_foreign_entity_answers_as_an_unknown_one_on_every_route(acme, identity):
    stranger = identity.mint(operator("other:admin"))
    seen = 0
    for method, path in routes():
        if not path.startswith("/entities/acme"):
            continue
        body = BODIES.get((method, path.removeprefix("/entities/acme")))
        foreign = call(stranger, method, path, body, NAMED)
        unknown = call(stranger, method, path.replace("acme", "nobody"), body, NAMED)
        assert foreign.status == unknown.status == 404, path
        assert foreign.text == unknown.text
        seen += 1
    assert seen > 20


NAMED = {"idempotency-key": "k"}
ONE_EURO = {"amount": "1.00", "currency": "EUR"}
PLAN = {"customer_id": ULID, "documents": [ULID], "parts": 3, "first_on": "2026-03-31"}
BODIES = {
    ("PUT", "/connections/name"): {"product": "tryton"},
    ("POST", "/connections/name/sync"): {},
    ("POST", "/customers/customer/books/rebuild"): {},
    ("POST", "/customers/customer/merge"): {"into": "another", "note": "one company"},
    ("POST", "/mandates/mandate/end"): {"customer_id": ULID},
    ("POST", "/writebacks/again"): {},
    ("POST", "/writebacks/key/repair"): {"dropped": "not for these books"},
    ("POST", "/drift"): {},
    ("POST", "/invoices/document/move"): {"into": "another", "note": "one company"},
    ("PATCH", "/invoices/document"): {"policy": "standard", "reason": "as agreed"},
    ("POST", "/customers/customer/payments"): {"amount": ONE_EURO, "received_on": "2026-03-01"},
    ("POST", "/customers/customer/credits/source/allocate"): {"oldest_first": True},
    ("POST", "/customers/customer/credits/source/refunds"): {"amount": ONE_EURO},
    ("POST", "/payments/payment/settle"): {"received_on": "2026-03-01"},
    ("POST", "/payments/payment/fail"): {},
    ("POST", "/payments/payment/move"): {"document_id": ULID},
    ("POST", "/payments/payment/reverse"): {"reason": "bounced"},
    ("POST", "/invoices/document/write-off"): {"reason": "insolvent"},
    ("POST", "/invoices/document/ask-again"): {},
    ("POST", "/invoices/document/deduct"): {"amount": ONE_EURO, "reason": "price"},
    ("POST", "/charges/charge/waive"): {"reason": "goodwill"},
    ("POST", "/recurrences"): {
        "customer_id": ULID,
        "description": "Hosting",
        "amount": {"amount": "1.00", "currency": "EUR"},
        "every_months": 1,
        "first_on": "2026-03-31",
    },
    ("PATCH", ""): {"hold_all": True},
    ("POST", "/release"): {"daily_cap": 5},
    ("POST", "/imports"): {"file": "customers.csv"},
    ("POST", "/invoices"): {
        "customer_id": ULID,
        "total": {"amount": "1.00", "currency": "EUR"},
        "issued_on": "2026-03-01",
        "due_on": "2026-03-31",
    },
    ("POST", "/invoices/document/credit-notes"): {"reason": "return"},
    ("POST", "/invoices/document/void"): {"reason": "error"},
    ("POST", "/tasks/task/done"): {"note": "x"},
    ("POST", "/holds"): {"customer_id": ULID, "reason": "why", "ends_on": "2026-03-31"},
    ("POST", "/holds/hold/end"): {"customer_id": ULID},
    ("POST", "/promises"): {"customer_id": ULID, "documents": [ULID], "pays_on": "2026-03-05"},
    ("POST", "/promises/promise/withdraw"): {"customer_id": ULID},
    ("POST", "/disputes"): {"customer_id": ULID, "documents": [ULID], "reason": "price"},
    ("POST", "/disputes/dispute/close"): {"customer_id": ULID, "outcome": "won"},
    ("POST", "/plans/preview"): PLAN,
    ("POST", "/plans"): {**PLAN, "consent": "by phone"},
    ("POST", "/plans/plan/end"): {"customer_id": ULID},
    ("PUT", "/policies/name"): "name: name\n",
    ("PATCH", "/chart"): {"accounts": {}},
    ("POST", "/customers/customer/statements"): {},
    ("POST", "/customers/customer/notices/1/approve"): {},
    ("POST", "/customers/customer/notices/1/refuse"): {},
    ("POST", "/customers/customer/handovers/handover/take-back"): {"reason": "they pay"},
    ("POST", "/calls/task/outcome"): {"outcome": "no_answer"},
    ("POST", "/customers/customer/remind"): {},
    ("POST", "/customers/customer/remind-preview"): {},
    ("POST", "/mail/resume"): {"note": "mended"},
    ("POST", "/customers/customer/mail"): {"wish": "no_reminders"},
}


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("viewer", "POST", "/sweeps", 403),
        ("clerk", "POST", "/sweeps", 202),
        ("clerk", "POST", "/release", 403),
        ("controller", "POST", "/release", 200),
        ("clerk", "PATCH", "", 403),
        ("viewer", "POST", "/holds", 403),
        ("viewer", "POST", "/imports", 403),
        ("clerk", "PUT", "/policies/name", 403),
        ("viewer", "POST", "/tasks/task/done", 403),
        ("clerk", "POST", "/customers/customer/notices/1/approve", 403),
        ("clerk", "POST", "/customers/customer/handovers/handover/take-back", 403),
        ("viewer", "POST", "/customers/customer/packs", 403),
        ("viewer", "POST", "/calls/task/outcome", 403),
        ("viewer", "GET", "/calls", 200),
        ("viewer", "GET", "/figures", 200),
        ("viewer", "GET", "/journal", 403),
        ("clerk", "GET", "/journal", 200),
        ("clerk", "POST", "/connections/name/pause", 403),
        ("clerk", "POST", "/connections/name/begin", 403),
        ("controller", "DELETE", "/connections/name", 403),
        ("admin", "DELETE", "/connections/name", 200),
        ("clerk", "PATCH", "/chart", 403),
    ],
)
def test_roles_nest(acme, identity, role, method, path, status):
    token = identity.mint(operator(f"acme:{role}"))
    answer = call(token, method, f"/entities/acme{path}", BODIES.get((method, path)), NAMED)
    assert answer.status == status


def test_only_an_admin_of_everything_opens_entities_or_moves_the_clock(acme, identity):
    token = identity.mint(operator("acme:admin"))
    assert call(token, "POST", "/entities", {**NEW_ENTITY, "entity_id": "two"}).status == 403
    moved = call(token, "PUT", "/clock", {"business": "2026-05-01T00:00:00Z"})
    assert moved.status == 403


def test_the_list_of_entities_shows_only_those_with_a_role(acme, admin, identity):
    assert call(admin, "POST", "/entities", {**NEW_ENTITY, "entity_id": "two"}).status == 201
    token = identity.mint(operator("two:viewer"))
    assert [e["entity_id"] for e in call(token, "GET", "/entities").json["items"]] == ["two"]


def test_a_clock_that_was_moved_goes_on_only_where_that_is_asked_for(acme, admin):
    """The first move may go back: nothing was lived yet."""
    first = {"business": "2026-05-01T06:00:00Z", "only_forward": True}
    assert call(admin, "PUT", "/clock", first).status == 200
    back = call(admin, "PUT", "/clock", first | {"business": "2026-04-30T06:00:00Z"})
    assert (back.status, back.json["code"]) == (409, "clock_goes_back")
    assert call(admin, "PUT", "/clock", first | {"business": "2026-05-02T06:00:00Z"}).status == 200


def test_figures_of_a_day_to_come_are_refused_with_the_day_that_it_is(acme, admin):
    assert call(admin, "PUT", "/clock", {"business": "2026-05-01T06:00:00Z"}).status == 200
    assert call(admin, "GET", "/entities/acme/figures?as_of=2026-05-01").status == 200
    refused = call(admin, "GET", "/entities/acme/figures?as_of=2026-05-02")
    assert (refused.status, refused.json["code"]) == (422, "invalid_input")
    assert "today is 2026-05-01" in refused.json["facts"]["reason"]


def test_the_clock_moves_in_a_sandbox_and_not_in_production(acme, admin, monkeypatch):
    moved = call(admin, "PUT", "/clock", {"business": "2026-05-01T06:00:00Z"})
    assert moved.json["business"].startswith("2026-05-01T06:00")
    monkeypatch.setenv("STAGE", "production")
    assert call(admin, "PUT", "/clock", {"business": "2026-06-01T06:00:00Z"}).status == 404
    assert call(admin, "GET", "/clock").json["movable"] is False


def test_the_dry_run_says_what_a_sweep_then_claims(acme, admin):
    _, customer, _ = acme
    dry = call(admin, "GET", "/entities/acme/dry-run").json
    (message,) = dry["messages"]
    assert (message["customer_id"], message["stage"]) == (customer.customer_id, "call")
    assert (message["first"], dry["quiet"]) == (True, [])
    assert message["items"][0]["payable"] == {"amount": "100.00", "currency": "EUR"}
    assert (
        call(admin, "POST", "/entities/acme/release", {"daily_cap": 50}).json["hold_all"] is False
    )
    run = call(admin, "POST", "/entities/acme/sweeps").json["run_id"]
    hub.drain("PLAN", "SWEEP")
    status = call(admin, "GET", f"/entities/acme/sweeps/{run}").json
    assert (status["state"], status["claimed"]) == ("done", 1)
    events = call(admin, "GET", f"/entities/acme/customers/{customer.customer_id}/timeline").json
    assert [e["title"] for e in events["items"] if e["kind"] == "notice"] == ["call"]
    after = call(admin, "GET", "/entities/acme/dry-run").json
    assert (after["messages"], after["looked_at"]) == ([], 1)
    assert [(q["customers"], bool(q["code"])) for q in after["quiet"]] == [(1, True)]


def test_the_dry_run_names_the_mail_and_the_task_beside_it(acme, admin):
    of, customer, _ = acme
    hub.add_invoice(of, customer, "01J" + "C" * 23, date(2026, 3, 2))
    dry = call(admin, "GET", "/entities/acme/dry-run").json
    said = {(m["stage"], m["channel"]) for m in dry["messages"]}
    assert said == {("due_today", "email"), ("call", "call")}
    assert call(admin, "POST", "/entities/acme/release", {}).status == 200
    run = call(admin, "POST", "/entities/acme/sweeps").json["run_id"]
    hub.drain("PLAN", "SWEEP")
    assert call(admin, "GET", f"/entities/acme/sweeps/{run}").json["claimed"] == 2


def test_a_decision_is_explained_by_customer_and_by_invoice(acme, admin):
    _, customer, _ = acme
    told = call(admin, "GET", f"/entities/acme/decisions?customer={customer.customer_id}").json
    assert told["decisions"][0]["code"] == "stage_reached"
    assert told["coverage"][0]["free"]["amount"] == "100.00"
    early = call(
        admin,
        "GET",
        f"/entities/acme/decisions?customer={customer.customer_id}&at=2026-01-10T12:00:00Z",
    ).json
    assert early["on"] == "2026-01-10"
    assert early["decisions"] == []  # the hub heard of the invoice later
    assert call(admin, "GET", "/entities/acme/decisions").status == 422


def test_a_hold_stops_and_its_end_lets_go(acme, admin):
    _, customer, _ = acme
    ask = {"customer_id": customer.customer_id, "reason": "on strike", "ends_on": "2026-03-09"}
    hold = call(admin, "POST", "/entities/acme/holds", ask)
    assert hold.status == 201
    made = hold.json
    told = call(admin, "GET", f"/entities/acme/decisions?customer={customer.customer_id}").json
    assert told["decisions"][0]["code"] == "on_hold"
    listed = call(admin, "GET", "/entities/acme/holds").json["items"]
    assert [h["hold_id"] for h in listed] == [made["hold_id"]]
    body = {"customer_id": customer.customer_id}
    assert call(admin, "POST", f"/entities/acme/holds/{made['hold_id']}/end", body).status == 200
    told = call(admin, "GET", f"/entities/acme/decisions?customer={customer.customer_id}").json
    assert told["decisions"][0]["code"] == "stage_reached"
    again = call(admin, "POST", f"/entities/acme/holds/{made['hold_id']}/end", body)
    assert (again.status, again.json["code"]) == (409, "conflict")
    past = {**ask, "ends_on": "2026-03-01"}
    assert call(admin, "POST", "/entities/acme/holds", past).status == 422


def test_customers_are_found_by_a_part_of_name_mail_or_id(acme, admin):
    (row,) = call(admin, "GET", "/entities/acme/customers?q=NORD").json["items"]
    assert (row["external_id"], row["days_late"]) == ("C-7", 29)
    assert row["overdue"] == [{"amount": "100.00", "currency": "EUR"}]
    assert call(admin, "GET", "/entities/acme/customers?q=nobody").json["items"] == []
    one = call(admin, "GET", f"/entities/acme/customers/{ULID}").json
    assert (one["name"], one["open"][0]["amount"]) == ("Nordlicht GmbH", "100.00")
    assert call(admin, "GET", "/entities/acme/customers/unknown").status == 404


def test_a_task_is_done_once_and_leaves_the_list(acme, admin):
    _, customer, _ = acme
    task = Task(ULID, "call", customer.customer_id, "Call them", NOON, date(2026, 3, 4))
    assert runtime.tasks().open("acme", task) is True
    assert runtime.tasks().open("acme", task) is False
    assert [t["task_id"] for t in call(admin, "GET", "/entities/acme/tasks").json["items"]] == [
        ULID
    ]
    done = call(admin, "POST", f"/entities/acme/tasks/{ULID}/done", {"note": "reached them"})
    assert (done.json["status"], done.json["done_by"]) == ("done", "ada")
    assert call(admin, "GET", "/entities/acme/tasks").json["items"] == []
    assert call(admin, "POST", f"/entities/acme/tasks/{ULID}/done", {"note": "x"}).status == 404


def test_lists_page_by_a_cursor_that_only_the_same_list_understands(acme, admin):
    of, customer, _ = acme
    for i in range(4):
        hub.add_invoice(of, customer, f"01J{i:023d}", date(2026, 2, 2 + i))
    first = call(admin, "GET", "/entities/acme/invoices?limit=2").json
    assert len(first["items"]) == 2
    assert first["next"]
    rest = call(admin, "GET", "/entities/acme/invoices?limit=200").json
    assert len(rest["items"]) == 5
    assert rest["next"] is None
    assert call(admin, "GET", "/entities/acme/invoices?cursor=!!").status == 422
    assert call(admin, "GET", "/entities/acme/invoices?cursor=AAAA").status == 422


def test_a_policy_is_refused_by_line_and_a_good_one_is_the_next_version(acme, admin):
    text = standard_text()
    broken = text.replace('flat: {EUR: "40.00"', "flat: {EUR: 40.00")
    bad = call(admin, "PUT", "/entities/acme/policies/standard", broken)
    assert (bad.status, bad.json["code"]) == (422, "policy_invalid")
    line = text[: text.index('flat: {EUR: "40.00"')].count("\n") + 1
    assert bad.json["problems"][0]["line"] == line
    good = call(admin, "PUT", "/entities/acme/policies/standard", text.replace("40.00", "35.00"))
    assert (good.status, good.json["version"]) == (200, 2)
    assert runtime.entities().policy("acme", "standard").version == 2
    assert runtime.entities().policy_version("acme", "standard", 1).text == text
    assert call(admin, "PUT", "/entities/acme/policies/other", text).status == 422


def test_figures_age_by_due_date_and_sum_to_what_is_open(acme, admin):
    figures = call(admin, "GET", "/entities/acme/figures").json
    (ageing,) = figures["ageing"]
    assert ageing["buckets"]["1_30"] == {"amount": "100.00", "currency": "EUR"}
    assert ageing["open"] == ageing["overdue"] == {"amount": "100.00", "currency": "EUR"}
    period = call(admin, "GET", "/entities/acme/figures?from=2026-01-01&to=2026-03-02").json[
        "period"
    ]
    assert period["turnover"][0]["invoiced"]["amount"] == "100.00"
    assert period["turnover"][0]["dso_days"] == "61.0"


def test_money_and_dates_that_cannot_be_are_refused(acme, admin):
    ask, place = BODIES[("POST", "/invoices")], "/entities/acme/invoices"
    for bad in ({"amount": "1,00", "currency": "EUR"}, {"amount": 1.0, "currency": "EUR"}):
        assert call(admin, "POST", place, {**ask, "total": bad}, NAMED).status == 422
    assert call(admin, "POST", place, {**ask, "surprise": 1}, NAMED).status == 422
    assert call(admin, "GET", "/entities/acme/dry-run?at=2026-01-01T00:00:00").status == 422
    assert call(admin, "GET", "/entities/acme/figures?from=2026-02-01&to=2026-01-01").status == 422


def test_the_description_is_openapi_31_and_names_every_route(acme, admin):
    served = call(admin, "GET", "/openapi.json")
    assert served.text == openapi_text()
    described = json.loads(served.text)
    assert described["openapi"].startswith("3.1")
    operations = {(m.upper(), p) for p, ms in described["paths"].items() for m in ms}
    wanted = {
        (r.method, r.path.replace("<", "{").replace(">", "}"))
        for r in [*app()._static_routes, *app()._dynamic_routes]
        if not r.path.endswith("openapi.json")
    }
    assert operations == wanted
    assert len(wanted) > 25


def test_a_sweep_is_queued_once_per_idempotency_key(acme, admin):
    headers = {"authorization": f"Bearer {admin}", "idempotency-key": "k1"}
    runs = {
        invoke(event("POST", "/api/v1/entities/acme/sweeps", headers)).json["run_id"]
        for _ in range(3)
    }
    assert len(runs) == 1
    url = runtime.setting("PLAN_QUEUE_URL")
    (message,) = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["kind"] == "sweep"
