"""Every route of the deployed template asks who is there, but for a short list."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from infra.local.identity import Operator
from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Answer, Hub, Json

pytestmark = pytest.mark.cloud

PUBLIC = {
    "POST /webhooks/stripe/{entity}",
    "POST /webhooks/erp/{entity}/{connection}",
    "GET /p/{entity}",
    "GET /p/{entity}/l/{token}",
    "POST /p/{entity}/l/{token}",
    "GET /p/{entity}/l/{token}/stop",
    "POST /p/{entity}/l/{token}/stop",
    "GET /p/{entity}/s/{token}",
    "POST /p/{entity}/s/{token}",
    "POST /p/{entity}/fresh-link",
    "GET /health",
    "GET /static/{proxy+}",
}
# what asks for its sender's signature and answers 401 without, as those senders want it
SIGNED = {"POST /webhooks/erp/{entity}/{connection}"}
# who may read the figures may have them printed
MADE_FOR_READERS = {
    "/api/v1/entities/{entity}/customers/{customer}/statements",
    "/api/v1/entities/{entity}/customers/{customer}/remind-preview",
}
SENT_BACK = frozenset({"promise", "plan"})
"""Forms with fields of their own: what they name may be wrong among others."""
OF_NO_DOCUMENT = frozenset({"thanks", "statement", "automatic payment"})
"""What names something else than a document."""
WITH_PLANS = """
name: standard
plans: {in_portal: true}
stages:
  - {id: reminder, offset_days: 0, channel: email, template: due_today}
"""
ANY = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNKNOWN_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OPERATOR = Operator("eve", "eve@operators.example", ("*:admin",))
_PER_REQUEST = ("date", "apigw-requestid")


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(datetime(2026, 3, 9, 8, tzinfo=UTC))
    with Company.open(hub, "routes") as company:
        path = f"/api/v1/{company.path}/policies/standard"
        headers = {"authorization": f"Bearer {hub.stack.state['token']}"}
        assert hub.request("PUT", path, headers=headers, body=WITH_PLANS).status == 200
        company.seed(2, 2, "2026-03-01", "2026-03-09")
        company.release()
        company.sweep_report(company.sweep())
        yield company


@pytest.fixture(scope="module")
def confirmed(hub: Hub, company: Company) -> Payer:
    """The first customer in a session that may do everything: its sign-in was mailed."""
    payer = Payer.enter(hub, link_in(company.mailed(1)[0]))
    assert payer.post("/sign-in", []).status == 303
    hub.idle()
    return Payer.enter(hub, sign_in_of(company.mailed(1)))


@pytest.fixture(scope="module")
def routes(hub: Hub) -> list[tuple[str, str]]:
    """Return (method, path) of every route of the template as it was deployed: transformed."""
    deployed = hub.client("s3").get_object(Bucket="local-artefacts", Key="template.json")
    resources = json.loads(deployed["Body"].read())["Resources"].values()
    apis = [r["Properties"] for r in resources if r["Type"] == "AWS::ApiGatewayV2::Api"]
    assert len(apis) == 1
    assert not [r for r in resources if r["Type"] == "AWS::ApiGatewayV2::Route"]
    found = []
    for path, methods in apis[0]["Body"]["paths"].items():
        for method in methods:
            known = ANY if method == "x-amazon-apigateway-any-method" else (method.upper(),)
            found += [(name, path) for name in known]
    return found


@pytest.fixture(scope="module")
def operations(hub: Hub) -> list[tuple[str, str]]:
    """Return (method, path) of every operation that the API describes."""
    described = hub.api("GET", "openapi.json")["paths"]
    return [(m.upper(), path) for path, methods in described.items() for m in methods]


def filled(path: str, company: Company) -> str:
    """Return a route's path with something in the place of each parameter."""
    values = {"entity": company.entity, "proxy+": "home", "name": "standard"}
    return re.sub(r"[{<]([^}>]+)[}>]", lambda found: values.get(found[1], UNKNOWN_ID), path)


def refused_by(call: Callable[..., int], routes: list[tuple[str, str]]) -> list[str]:
    """Return the routes that call does not answer 401 for."""
    return sorted({f"{method} {path}" for method, path in routes if call(method, path) != 401})


def test_every_route_but_the_public_ones_answers_401_without_sign_in(
    hub: Hub, company: Company, routes: list[tuple[str, str]]
) -> None:
    def knock(method: str, path: str) -> int:
        return hub.request(method, filled(path, company)).status

    assert set(refused_by(knock, routes)) == (PUBLIC - SIGNED) & {f"{m} {p}" for m, p in routes}
    assert {f"{m} {p}" for m, p in routes} >= PUBLIC
    print(f"{len(routes)} routes, {len(PUBLIC)} of them public")
    assert len(routes) > len(PUBLIC) + 10


def test_every_operation_refuses_bad_tokens_in_front_of_and_in_the_function(
    hub: Hub, company: Company, operations: list[tuple[str, str]]
) -> None:
    tokens = bad_tokens(hub)
    in_front = {
        name: refused_by(lambda m, p, t=token: by_http(hub, m, filled(p, company), t), operations)
        for name, token in tokens.items()
    }
    assert in_front == {name: [] for name in tokens}
    inside = {
        name: refused_by(lambda m, p, t=token: inside_of(hub, m, filled(p, company), t), operations)
        for name, token in tokens.items()
    }
    assert inside == {name: [] for name in tokens}
    print(f"{len(operations)} operations, {len(tokens)} bad tokens, in front and inside")
    assert len(operations) > 20


def test_a_good_token_is_told_from_a_bad_one(hub: Hub, company: Company) -> None:
    """The break on purpose: what refuses everything would pass the tests above, too."""
    good = hub.stack.token("eve", "*:admin")
    path = f"/api/v1/entities/{company.entity}"
    assert by_http(hub, "GET", path, good) == 200
    assert inside_of(hub, "GET", path, good) == 200
    assert hub.request("GET", "/health").status == 200


def test_every_page_of_the_console_refuses_bad_tokens_and_shows_strangers_nothing(
    hub: Hub, company: Company
) -> None:
    inside = f"/console/e/{company.entity}"
    customer = f"{inside}/customers/{company.customer_id(1)}"
    lists = ("customers", "invoices?currency=EUR&age=not_due", "tasks", "parked")
    pages = [inside, customer, *(f"{inside}/{name}" for name in lists)]

    def show(path: str, token: str) -> Answer:
        return hub.request("GET", path, headers={"cookie": f"__Host-console={token}"})

    tokens = bad_tokens(hub)
    knocks = [(path, name) for path in ("/console", *pages) for name in tokens]
    shown = {knock: show(knock[0], tokens[knock[1]]).status for knock in knocks}
    assert {key: status for key, status in shown.items() if status != 401} == {}
    good = hub.stack.token("vera", f"{company.entity}:viewer")
    assert {p: show(p, good).status for p in pages} == dict.fromkeys(pages, 200)
    foreign = hub.stack.token("fred", "somebody-else:admin")
    for page in pages:
        theirs, nobodys = show(page, foreign), show(page.replace("routes", "no-such"), foreign)
        assert (theirs.status, nobodys.status) == (404, 404)
        assert theirs.body == nobodys.body
    for path in ("/console/callback", "/console/callback?code=c&state=s"):
        assert hub.request("GET", path).status == 401
    leads = hub.request("GET", "/console/sign-in").headers["location"]
    assert leads.startswith(f"{hub.stack.state['identity_url']}/authorize?")
    print(f"{len(pages)} pages of the console refused {len(tokens)} bad tokens each")


def bad_tokens(hub: Hub) -> dict[str, str]:
    issuer = hub.stack.issuer()
    return {
        "none at all": "",
        "alg none": issuer.mint_unsigned(OPERATOR),
        "wrong audience": issuer.mint(OPERATOR, aud="another"),
        "expired": issuer.mint(OPERATOR, ttl_s=-120),
        "another issuer": issuer.mint(OPERATOR, iss="https://elsewhere.example"),
        "foreign key": issuer.mint_with_foreign_key(OPERATOR),
        "no token": "not.a.token",
    }


def by_http(hub: Hub, method: str, path: str, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return hub.request(method, path, headers=headers).status


def inside_of(hub: Hub, method: str, path: str, token: str) -> int:
    """Return the function's own answer, past the authorizer that stands in front of it."""
    event = {
        "version": "2.0",
        "routeKey": "ANY /api/v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": f"Bearer {token}"} if token else {},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "r",
            "stage": "$default",
        },
        "pathParameters": {"proxy": path.removeprefix("/api/v1/")},
        "isBase64Encoded": False,
    }
    name = hub.stack.state["physical_ids"]["OperatorApi"]
    told = hub.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return int(json.loads(told["Payload"].read())["statusCode"])


def test_a_role_of_another_entity_sees_nothing_and_too_low_a_role_may_not(
    hub: Hub, company: Company, operations: list[tuple[str, str]]
) -> None:
    foreign = hub.stack.token("fred", "somebody-else:admin")
    viewer = hub.stack.token("vera", f"{company.entity}:viewer")
    inside = [(m, p) for m, p in operations if "{entity}" in p]
    for method, path in inside:
        mine = call(hub, method, filled(path, company), foreign)
        nobodys = call(hub, method, filled(path, company).replace("routes", "no-such-one"), foreign)
        assert same(mine) == same(nobodys), f"{method} {path}"
        assert mine.status in (404, 422), f"{method} {path}: {mine.status}"
        if method != "GET" and path not in MADE_FOR_READERS:
            assert call(hub, method, filled(path, company), viewer).status in (403, 422)
    path = f"/api/v1/entities/{company.entity}/"
    hold = {"customer_id": UNKNOWN_ID, "reason": "because", "ends_on": "2026-04-01"}
    for name, body in {"sweeps": {}, "reconciliations": {}, "holds": hold}.items():
        assert call(hub, "POST", path + name, viewer, body).status == 403
        assert call(hub, "POST", path + name, foreign, body).status == 404
    assert call(hub, "POST", path + "release", viewer, {}).status == 403
    assert call(hub, "GET", path + "customers", viewer).status == 200
    print(f"{len(inside)} operations of an entity answered a stranger as for an unknown entity")
    assert inside


def call(hub: Hub, method: str, path: str, token: str, body: Json | None = None) -> Answer:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": uuid4().hex}
    options: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": body or {}}
    return hub.request(method, path, headers=headers, **options)


def test_one_customers_session_answers_anothers_ids_exactly_as_unknown_ones(
    hub: Hub, company: Company, confirmed: Payer
) -> None:
    one = confirmed
    other = Payer.enter(hub, link_in(company.mailed(2)[0]))
    theirs = other.documents()
    assert len(theirs) == 2
    assert not set(theirs) & set(one.documents())
    page = other.checkout(theirs[0]).rpartition("/")[2]
    checkout = hub.stripe.v1.checkout.sessions.retrieve(page).metadata["checkout"]
    assert other.get(f"/thanks?checkout={checkout}").status == 200
    statement = other.post("/statements", []).headers["location"].rpartition("/")[2]
    assert other.get(f"/statements/{statement}").status in (200, 303)
    seen = 0
    for any_id in (*theirs, checkout, statement):
        for name, ask in attempts(one).items():
            foreign, unknown = ask(any_id), ask(UNKNOWN_ID)
            assert same(foreign) == same(unknown), name
            assert foreign.status == (422 if name in SENT_BACK else 404), name
            seen += 1
    print(f"{seen} attempts on another customer's ids answered as for unknown ids")
    assert seen == 4 * len(attempts(one)) == 44
    for payer in (one, other):
        said = payer.get("").text
        assert "you will pay by" not in said
        assert "is being looked into" not in said


def test_the_session_does_serve_its_own_ids(confirmed: Payer) -> None:
    """The break on purpose: with an own id each attempt answers otherwise than for unknown ids."""
    own = confirmed.documents()[0]
    asks = attempts(confirmed)
    differing = [name for name, ask in asks.items() if same(ask(own)) != same(ask(UNKNOWN_ID))]
    assert differing == [name for name in asks if name not in OF_NO_DOCUMENT]


def sign_in_of(mails: list[Json]) -> str:
    """Return the address of the newest mailed sign-in."""
    found = [a for mail in mails for a in re.findall(r"https?://\S+/p/routes/s/\S+", mail["text"])]
    assert found, "no sign-in was mailed"
    return str(found[-1])


def attempts(payer: Payer) -> dict[str, Callable[[str], Answer]]:
    """Return every way in which a session may name a thing."""
    day = "2026-03-12"
    contested = [("reason", "price"), ("text", "Too dear.")]
    parts = [("parts", "2"), ("pace", "weekly"), ("first_on", day)]
    return {
        "invoice": lambda i: payer.get(f"/invoices/{i}"),
        "pdf": lambda i: payer.get(f"/invoices/{i}/pdf"),
        "checkout": lambda i: payer.post("/checkouts", [("document", i)]),
        "question": lambda i: payer.post("/questions", [("question", "Why?"), ("document", i)]),
        "thanks": lambda i: payer.get(f"/thanks?checkout={i}"),
        "promise": lambda i: payer.post("/promises", [("document", i), ("pays_on", day)]),
        "page of a dispute": lambda i: payer.get(f"/disputes?invoice={i}"),
        "dispute": lambda i: payer.post("/disputes", [("document", i), *contested]),
        "plan": lambda i: payer.post("/plans", [("document", i), *parts]),
        "statement": lambda i: payer.get(f"/statements/{i}"),
        "automatic payment": lambda i: payer.post("/autopay/end", [("mandate", i)]),
    }


def same(answer: Answer) -> tuple[int, bytes, dict[str, str]]:
    """Return an answer without what differs from request to request."""
    headers = {k.lower(): v for k, v in answer.headers.items() if k.lower() not in _PER_REQUEST}
    return answer.status, answer.body, headers
