"""The log tells who called what, and nothing else of anybody."""

import pytest

from shared import runtime
from tests.integration import hub
from tests.integration.test_console import ULID, acme, csrf, get, identity, post
from tests.support.operators import call, operator

__all__ = ["acme", "identity"]
ROUTE = "/api/v1/entities/<entity>"


@pytest.fixture
def said(caplog):
    """What was said of the calls since the last look: route, entity, subject, status."""
    caplog.set_level("INFO")

    def take() -> list[tuple[str, str, str, int]]:
        lines = [r for r in caplog.records if r.message == "answered"]
        caplog.clear()
        return [(line.route, line.entity, line.subject, line.status) for line in lines]

    return take


def test_a_call_that_succeeds_names_route_entity_and_who(acme, identity, said):
    clerk = operator("acme:clerk")
    token = identity.mint(clerk)
    said()
    assert call(token, "GET", "/entities/acme/customers?q=nord").status == 200
    assert call(token, "GET", f"/entities/acme/customers/{ULID}").status == 200
    hold = {"customer_id": ULID, "reason": "talks", "ends_on": "2026-04-01"}
    assert call(token, "POST", "/entities/acme/holds", hold).status == 201
    assert call(token, "POST", "/entities/acme/release", {}).status == 403
    assert said() == [
        (f"GET {ROUTE}/customers", "acme", clerk.sub, 200),
        (f"GET {ROUTE}/customers/<customer>", "acme", clerk.sub, 200),
        (f"POST {ROUTE}/holds", "acme", clerk.sub, 201),
        (f"POST {ROUTE}/release", "acme", clerk.sub, 403),
    ]


def test_who_was_let_in_before_is_not_who_is_refused_now(acme, identity, said):
    call(identity.mint(operator("acme:clerk")), "GET", "/entities/acme/customers")
    get(identity.mint(operator("acme:clerk")), "/console/e/acme")
    said()
    assert call("no token", "GET", "/entities/acme/customers").status == 401
    assert get(None, "/console/e/acme").status == 401
    assert [(line[2], line[3]) for line in said()] == [("", 401), ("", 401)]


def test_a_console_page_is_told_without_the_ids_in_its_path(acme, identity, said):
    clerk = operator("acme:clerk")
    token = identity.mint(clerk)
    address = f"/console/e/acme/customers/{ULID}"
    said()
    code = csrf(get(token, address))
    fields = {"reason": "credit note to come", "ends_on": "2026-03-20"}
    assert post(token, f"{address}/holds", csrf=code, **fields).status == 303
    get(token, "/console/e/acme")
    get(token, "/console")
    get(token, "/console/e/Mr.Smith/Mrs.Smith")
    page = "/console/e/<entity>"
    assert said() == [
        (f"GET {page}/customers/<id>", "acme", clerk.sub, 200),
        (f"POST {page}/customers/<id>/holds", "acme", clerk.sub, 303),
        (f"GET {page}", "acme", clerk.sub, 200),
        ("GET /console", "", clerk.sub, 303),
        (f"GET {page}/<id>", "", clerk.sub, 404),
    ]


def test_no_line_of_a_call_holds_what_was_asked_or_answered(acme, identity, caplog):
    caplog.set_level("INFO")
    hub.add_customer(runtime.entities().get("acme"), customer_id="01J" + "C" * 23, name="Nordlicht")
    token = identity.mint(operator("acme:clerk"))
    call(token, "GET", "/entities/acme/customers?q=Nordlicht")
    call(token, "GET", f"/entities/acme/customers/{ULID}")
    call(token, "GET", "/entities/Nordlicht/customers")
    get(token, "/console/e/acme/customers?q=Nordlicht")
    lines = [str(vars(r)) for r in caplog.records if r.message == "answered"]
    assert len(lines) == 4
    for word in ("Nordlicht", ULID, "olga", token):
        assert [line for line in lines if word in line] == [], word
