"""Ending a customer's links through the interface: who may, and what it does."""

import pytest

from shared import runtime
from tests.integration.test_console import ULID, acme, csrf, get, identity, post
from tests.support.operators import call, operator

__all__ = ["acme", "identity"]
PAGE = f"/console/e/acme/customers/{ULID}"
PLACE = "/entities/acme/customers/{}/end-links"


@pytest.mark.rule("R41")
def test_a_clerk_ends_the_links_of_a_customer(acme, identity):
    token = runtime.links().create("acme", ULID, runtime.now()).rsplit("/", 1)[1]
    assert not runtime.links().find("acme", token).ended
    clerk = identity.mint(operator("acme:clerk"))
    told = call(clerk, "POST", PLACE.format(ULID))
    assert (told.status, told.json["customer_id"]) == (200, ULID)
    assert runtime.links().find("acme", token).ended


def test_a_viewer_ends_nothing_and_an_unknown_customer_has_nothing_to_end(acme, identity):
    assert call(identity.mint(operator("acme:viewer")), "POST", PLACE.format(ULID)).status == 403
    clerk = identity.mint(operator("acme:clerk"))
    assert call(clerk, "POST", PLACE.format("C-404")).status == 404
    story = runtime.receivables().story("acme", ULID)
    assert [item for item in story if item["type"] == "LINKS_END"] == []


@pytest.mark.rule("R41")
def test_the_console_ends_links_once_it_is_confirmed_and_by_a_clerk_alone(acme, identity):
    token = runtime.links().create("acme", ULID, runtime.now()).rsplit("/", 1)[1]
    viewer, clerk = (identity.mint(operator(f"acme:{role}")) for role in ("viewer", "clerk"))
    assert "End the links" not in get(viewer, PAGE).text
    page = get(clerk, PAGE)
    assert "End the links" in page.text
    sure = {"csrf": csrf(page), "sure": "yes"}
    own = sure | {"csrf": csrf(get(viewer, "/console/e/acme"))}
    assert post(viewer, f"{PAGE}/links", **own).status == 403
    asked = post(clerk, f"{PAGE}/links", csrf=sure["csrf"])
    assert (asked.status, "tick that they are to end" in asked.text.lower()) == (422, True)
    assert not runtime.links().find("acme", token).ended
    assert post(clerk, f"{PAGE}/links", **sure).status == 303
    assert runtime.links().find("acme", token).ended
    assert "Links into the portal ended" in get(clerk, PAGE).text
