"""The same things happen at the gateway; however we hear of them, the books end the same."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.clock import Now
from shared.usecases.receive_webhook import receive_webhook
from tests.sim.calm import page, with_invoices
from tests.sim.faults import CALM, Crash, Odds
from tests.sim.founding import ENTITY
from tests.sim.messages import consume
from tests.sim.world import World

_HAPPENS = ("pay", "refund", "bounce", "refund", "dispute", "won")
_FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _world() -> tuple[World, str]:
    world = with_invoices(2)
    session = page(world)
    world.gateway.balance.chance.seed(0)
    return world, session


def _happen(world: World, session: str, what: str) -> None:
    world.advance(timedelta(hours=1))
    world.gateway.clock = world.now.wall
    match what:
        case "pay":
            world.gateway.pay(session, "succeeded")
        case "refund":
            world.gateway.send_back(session, 1_200)
        case "bounce":
            world.gateway.bounce_refund(session)
        case "dispute":
            world.gateway.open_dispute(session)
        case "won":
            world.gateway.decide_dispute(session, won=True)
    world.gateway.balance.hidden.clear()


def _hear(world: World, places: Sequence[int], skew: timedelta = timedelta(0)) -> None:
    """Deliver those of the gateway's events that places name, as often as they do."""
    events = world.gateway.webhooks
    wall = world.now.wall + skew
    world.now = Now(world.now.business + skew, wall)
    for place in places:
        body = json.dumps(events[place % len(events)]).encode()
        receive_webhook(world.hub.webhooks, ENTITY, body, "", wall)
    waiting, world.queues.waiting = world.queues.waiting, []
    for message in waiting:
        consume(world, *message)
    world.now = Now(world.now.business - skew, wall - skew)


def _books(world: World) -> list[tuple[object, ...]]:
    """Return what is open, what waits, what left, and the movements of money, sorted."""
    found: list[tuple[object, ...]] = [
        (h["document_id"], h["open"], h["due_on"]) for h in world.all("HEAD")
    ]
    found += [(c["source_id"], c["unapplied"]) for c in world.all("CREDIT")]
    found += [(p["payment_id"], p["gone"], p["state"]) for p in world.all("PAYMENT")]
    found += [(p["posting_id"], p["value_date"]) for p in world.all("POSTING")]
    return sorted(found, key=repr)


@cache
def _in_order() -> list[tuple[object, ...]]:
    world, session = _world()
    for what in _HAPPENS:
        _happen(world, session, what)
    _hear(world, range(len(world.gateway.webhooks)))
    return _books(world)


def _crash_at(n: int) -> Callable[[], None]:
    """Return what ends the process right before its n-th write."""
    writes = count(1)

    def crash() -> None:
        if next(writes) == n:
            raise Crash

    return crash


RACE_ALWAYS = Odds(0, 0, 0, 0, 0, 0, race=1000)
PLACES = st.lists(st.integers(0, 30), max_size=4)


@pytest.mark.law("4", "5")
@_FEW
@given(heard=st.lists(PLACES, min_size=len(_HAPPENS), max_size=len(_HAPPENS)), last=st.randoms())
def test_any_order_and_number_of_messages_leads_to_the_same_books(heard, last) -> None:
    world, session = _world()
    for what, places in zip(_HAPPENS, heard, strict=True):
        _happen(world, session, what)
        _hear(world, places)
    rest = [*range(len(world.gateway.webhooks)), *heard[0]]
    last.shuffle(rest)
    _hear(world, rest)
    assert _books(world) == _in_order()
    world.check()


@pytest.mark.law("6")
@_FEW
@given(stops=st.lists(st.integers(1, 25), max_size=6))
def test_stopping_anywhere_and_going_on_is_as_never_stopping(stops) -> None:
    world, session = _world()
    for what in _HAPPENS:
        _happen(world, session, what)
    everything = range(len(world.gateway.webhooks))
    for stop in stops:
        world.client.race, world.client.odds = _crash_at(stop), RACE_ALWAYS
        with suppress(Crash):
            _hear(world, everything)
        world.client.odds = CALM
    _hear(world, everything)
    assert _books(world) == _in_order()
    world.check()


@pytest.mark.law("19")
@_FEW
@given(skews=st.lists(st.integers(-10, 10), min_size=len(_HAPPENS), max_size=len(_HAPPENS)))
def test_a_clock_that_is_wrong_or_goes_back_changes_no_balance(skews) -> None:
    world, session = _world()
    for what, minutes in zip(_HAPPENS, skews, strict=True):
        _happen(world, session, what)
        _hear(world, range(len(world.gateway.webhooks)), timedelta(minutes=minutes))
    assert _books(world) == _in_order()
    world.check()
