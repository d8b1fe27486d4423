"""Ending a customer's links through the interface: who may, and what it does."""

import pytest

from shared import runtime
from tests.integration.test_console import ULID, acme, identity
from tests.support.operators import call, operator

__all__ = ["acme", "identity"]
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
