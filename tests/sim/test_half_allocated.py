"""A large payment whose allocation was cut short is finished, though no webhook comes any more."""

from unittest.mock import patch

import pytest

from shared.usecases import apply_payment
from tests.sim.faults import CALM, Crash
from tests.sim.world import World


@pytest.mark.law("6")
def test_the_janitor_finishes_what_a_crash_left_half_allocated() -> None:
    world = _with_a_page_for_two_invoices()
    (page,) = world.gateway.open_pages()
    world.gateway.pay(page, "succeeded")
    world.gateway.webhooks.clear()
    with patch.object(apply_payment, "DOCUMENTS_MAX", 1):
        with (
            patch.object(world.hub.payments, "allocate_more", side_effect=Crash),
            pytest.raises(Crash),
        ):
            world.do("janitor")
        (payment,) = [item for item in world.plain() if item["type"] == "PAYMENT"]
        assert len(payment["plan"]) == len(payment["allocations"]) == 1
        world.check()
        world.settle()
    (payment,) = [item for item in world.plain() if item["type"] == "PAYMENT"]
    assert payment["plan"] == []
    assert sum(a["amount"] for a in payment["allocations"]) == payment["amount"]
    assert {h["open"] for h in world.plain() if h["type"] == "HEAD"} == {0}


def _with_a_page_for_two_invoices() -> World:
    for seed in range(400):
        world = World(seed, CALM)
        world.outages.of_thousand = 0
        open_heads = [i for i in world.plain() if i["type"] == "HEAD" and i["open"]]
        if len(open_heads) == 2 and world.do("start_checkout"):
            (checkout,) = [i for i in world.plain() if i["type"] == "CHECKOUT"]
            if len(checkout["allocations"]) == 2:
                return world
    raise AssertionError("no seed gives two open invoices")
