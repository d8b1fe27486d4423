"""What the API's description says of refusals is what callers get, route by route."""

import json
from functools import cache

import pytest

from functions.operator_api.app import openapi_text
from functions.operator_api.schema.problem import Problem
from tests.integration.test_operator_api import (
    BODIES,
    NAMED,
    NEW_ENTITY,
    acme,  # noqa: F401 - a fixture
    admin,  # noqa: F401 - likewise
    identity,  # noqa: F401 - likewise
    routes,
)
from tests.support.operators import call, operator

PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
INVOICES = "/entities/{entity}/invoices"
BAD_POLICY = "name: standard\nstages: 7\n"


@cache
def described():
    return json.loads(openapi_text())["paths"]


def agrees(answer, method, path):
    """Say whether an answer of an operation is one that the description has; a refusal in full."""
    operation = described()[f"/api/v1{path}"][method.lower()]
    declared = operation["responses"].get(str(answer.status))
    if answer.status < 400:
        return declared is not None
    Problem.model_validate(answer.json, strict=True)
    assert answer.json["status"] == answer.status
    assert answer.headers["content-type"] == "application/problem+json"
    return declared is not None and declared["content"] == {"application/problem+json": PROBLEM}


def test_no_operation_speaks_of_what_is_never_sent():
    text = openapi_text()
    assert "ValidationError" not in text
    for path, operations in described().items():
        for method, operation in operations.items():
            assert "401" in operation["responses"], (method, path)


@pytest.mark.parametrize(
    ("method", "path", "body", "named", "status", "code"),
    [
        ("POST", INVOICES, BODIES["POST", "/invoices"], {}, 400, "request_unnamed"),
        ("GET", "/entities/{entity}/tasks", None, {}, 404, "not_found"),
        ("POST", "/entities", NEW_ENTITY, {}, 409, "conflict"),
        ("POST", INVOICES, {"customer_id": "x"}, NAMED, 422, "invalid_input"),
        ("PUT", "/entities/{entity}/policies/{name}", BAD_POLICY, {}, 422, "policy_invalid"),
    ],
)
def test_a_refusal_is_as_described(acme, admin, method, path, body, named, status, code):  # noqa: F811 - fixtures of the same names
    entity = "nobody" if status == 404 else "acme"
    place = path.replace("{entity}", entity).replace("{name}", "standard")
    answer = call(admin, method, place, body, named)
    assert (answer.status, answer.json["code"]) == (status, code), answer.text
    assert agrees(answer, method, path)


def test_every_operation_answers_whoever_asks_as_described(acme, admin, identity):  # noqa: F811 - likewise
    clerk, viewer = (identity.mint(operator(f"acme:{role}")) for role in ("clerk", "viewer"))
    seen = set()
    for method, path in routes():
        if path == "/openapi.json":
            continue
        template = next(p for p in described() if same(p.removeprefix("/api/v1"), path))
        body = BODIES.get((method, path.removeprefix("/entities/acme")))
        for token, sent in ((admin, body), (clerk, None), (viewer, body), (None, None)):
            answer = call(token, method, path, sent, NAMED)
            told = (method, path, answer.status, answer.text[:200])
            assert agrees(answer, method, template.removeprefix("/api/v1")), told
            seen.add(answer.status)
    assert seen >= {200, 401, 403, 404, 422}


def same(template, path):
    """Say whether a path of routes() is one of a template of the description."""
    wanted = template.replace("{entity}", "acme").replace("{notice}", "1")
    return wanted.replace("{", "").replace("}", "") == path
