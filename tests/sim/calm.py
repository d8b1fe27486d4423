"""Worlds in which nothing goes wrong by itself, for tests that say what happens."""

from collections.abc import Callable
from functools import cache
from typing import Any
from unittest.mock import patch

from shared.domain.portal import Principal
from shared.usecases.start_checkout import start_checkout
from tests.sim.faults import CALM
from tests.sim.founding import ENTITY, START
from tests.sim.messages import consume
from tests.sim.world import World

_SEEDS = 4_000


def calm_world(fits: Callable[[World], bool]) -> World:
    """Return the first world of no faults that fits."""
    for seed in range(_SEEDS):
        world = _calm(seed)
        if fits(world):
            return world
    raise AssertionError("no seed fits")


def with_invoices(count: int) -> World:
    """Return a calm world of one customer who owes so many invoices of the ERP, not due yet.

    They have no discounts.
    """
    return _calm(_seed_of(count))


@cache
def _seed_of(count: int) -> int:
    today = START.date().isoformat()

    def fits(world: World) -> bool:
        heads = world.all("HEAD")
        plain = all(head["due_on"] >= today and not head.get("discount") for head in heads)
        return world.cap is None and len(heads) == count and len(world.customers) == 1 and plain

    return calm_world(fits).seed


def _calm(seed: int) -> World:
    world = World(seed, CALM)
    world.outages.of_thousand = 0
    return world


def owed(world: World) -> list[dict[str, Any]]:
    """Return the heads that are open, by number."""
    return sorted((h for h in world.all("HEAD") if h["open"]), key=lambda h: str(h["number"]))


def page(world: World, *document_ids: str) -> str:
    """Open a page for the documents, by default for all that are open; return its session."""
    chosen = document_ids or tuple(head["document_id"] for head in owed(world))
    principal = Principal(ENTITY, world.customers[0])
    url = start_checkout(world.hub.portal, principal, chosen, world.now)
    return url.removeprefix("https://pay/")


def follow_events(world: World) -> None:
    """Deliver what the gateway has to say, in its order, and all that waits for that."""
    while world.gateway.webhooks or world.queues.waiting:
        world.gateway.clock = world.now.wall
        if world.gateway.webhooks:
            with patch.object(world.chance, "random", return_value=0.5):
                world.do("webhook")
        waiting, world.queues.waiting = world.queues.waiting, []
        for message in waiting:
            consume(world, *message)
