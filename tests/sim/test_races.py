"""Races by hand: one other action exactly between somebody's reads and his write."""

from collections.abc import Callable
from datetime import timedelta

from shared.usecases import sweep
from tests.sim.faults import CALM, Odds
from tests.sim.world import ENTITY, World

ONE_RACE = Odds(0, 0, 0, 0, 0, 0, race=1000)


def _calm_world(fits: Callable[[World], bool]) -> World:
    """Return the first world of no faults that fits."""
    for seed in range(400):
        world = World(seed, CALM)
        world.outages.of_thousand = 0
        if fits(world):
            return world
    raise AssertionError("no seed fits")


def _race_once(world: World, other: Callable[[], object]) -> None:
    """Let other happen right before the next write of whoever acts next, and nothing after it."""

    def act() -> None:
        world.client.odds = CALM
        other()

    world.client.odds, world.client.race = ONE_RACE, act


def _work(world: World, customer_id: str) -> sweep.Tally:
    stores = (world.accounts, world.entities, world.claims)
    return sweep.work(ENTITY, [customer_id], *stores, world.now)


def _owing(world: World) -> set[str]:
    heads = [i for i in world.plain() if i["type"] == "HEAD" and i["open"]]
    return {head["customer_id"] for head in heads}


def test_two_workers_never_pass_the_days_cap() -> None:
    world = _calm_world(lambda w: w.cap == 1 and len(_owing(w)) == 2)
    first, second = sorted(_owing(world))
    world.advance(timedelta(days=12))
    raced: list[sweep.Tally] = []
    _race_once(world, lambda: raced.append(_work(world, second)))
    told = _work(world, first)
    assert raced[0].claimed == 1  # the overlap happened
    assert (told.claimed, told.capped, told.lost) == (0, 1, 1)
    world.check()


def test_two_workers_claim_one_number_once() -> None:
    world = _calm_world(lambda w: w.cap is None and len(_owing(w)) == 1)
    (customer_id,) = _owing(world)
    world.advance(timedelta(days=12))
    raced: list[sweep.Tally] = []
    _race_once(world, lambda: raced.append(_work(world, customer_id)))
    told = _work(world, customer_id)
    assert raced[0].claimed == 1
    assert (told.claimed, told.lost) == (0, 1)
    world.check()
