"""Races by hand: one other action exactly between somebody's reads and his write."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.imports import PaymentRow
from shared.domain.sweep_run import Tally as SweepTally
from shared.usecases.import_payments import PaymentDesk
from shared.usecases.import_rows import Tally, write_rows
from shared.usecases.work_sweep import work
from tests.sim.calm import calm_world
from tests.sim.faults import CALM, Odds
from tests.sim.founding import ENTITY
from tests.sim.messages import consume
from tests.sim.world import World
from tests.support.samples import eur

ONE_RACE = Odds(0, 0, 0, 0, 0, 0, race=1000)


def _race_once(world: World, other: Callable[[], object]) -> None:
    """Let other happen right before the next write of whoever acts next, and nothing after it."""

    def act() -> None:
        world.client.odds = CALM
        other()

    world.client.odds, world.client.race = ONE_RACE, act


def _work(world: World, customer_id: str) -> SweepTally:
    return work(world.hub.sweeping, ENTITY, "gone", 0, [customer_id], world.now)


def _owing(world: World) -> set[str]:
    heads = [i for i in world.plain() if i["type"] == "HEAD" and i["open"]]
    return {head["customer_id"] for head in heads}


@pytest.mark.rule("R4")
def test_two_workers_never_pass_the_days_cap() -> None:
    world = calm_world(lambda w: w.cap == 1 and len(_owing(w)) == 2 and not _late(w))
    first, second = sorted(_owing(world))
    world.advance(timedelta(days=10))
    raced: list[SweepTally] = []
    _race_once(world, lambda: raced.append(_work(world, second)))
    told = _work(world, first)
    assert raced[0].claimed == 1  # the overlap happened
    assert (told.claimed, told.capped, told.lost) == (0, 1, 1)
    world.check()


@pytest.mark.rule("R1")
def test_two_workers_claim_one_number_once() -> None:
    world = calm_world(lambda w: w.cap is None and len(_owing(w)) == 1)
    (customer_id,) = _owing(world)
    world.advance(timedelta(days=12))
    raced: list[SweepTally] = []
    _race_once(world, lambda: raced.append(_work(world, customer_id)))
    told = _work(world, customer_id)
    assert raced[0].claimed  # the overlap happened
    assert (told.claimed, told.lost) == (0, 1)
    world.check()


def _with_a_fee_to_charge() -> tuple[World, tuple[str, dict[str, Any]]]:
    """Return a world and the message that asks for the fee of its late invoices."""
    world = calm_world(lambda w: w.cap is None and len(_owing(w)) == 1 and not _late(w))
    (customer_id,) = _owing(world)
    for _ in range(40):
        _work(world, customer_id)
        for message in world.queues.waiting:
            if message[0] == "ESCALATION" and _stage(world, message[1]["n"]) == "fee":
                return world, message
        world.queues.waiting.clear()
        world.advance(timedelta(days=1))
    raise AssertionError("nothing became late enough")


def _late(world: World) -> bool:
    """Return whether an invoice is so late that its fee is passed over."""
    first = (world.now.business.date() - timedelta(days=13)).isoformat()
    return any(i["due_on"] < first for i in world.plain() if i["type"] == "HEAD")


def _stage(world: World, n: int) -> str:
    (notice,) = [i for i in world.plain() if i["type"] == "NOTICE" and i["n"] == n]
    return str(notice["stage"])


def _charges(world: World) -> list[dict[str, Any]]:
    return [i for i in world.plain() if i["type"] == "HEAD" and i["kind"] == "charge"]


def test_a_fee_is_charged_once_on_whatever_days_it_is_asked_for() -> None:
    world, message = _with_a_fee_to_charge()
    for _ in range(3):
        consume(world, *message)
        world.check()
        world.advance(timedelta(days=1))
    assert len(_charges(world)) == 1


def test_no_fee_is_charged_on_an_invoice_that_is_paid_meanwhile() -> None:
    world, message = _with_a_fee_to_charge()
    heads = [i for i in world.plain() if i["type"] == "HEAD"]
    rows = [
        PaymentRow(
            line=2,
            external_id=f"late-{head['external_id']}",
            invoice_external_id=head["external_id"],
            paid_on=world.now.business.date(),
            amount=eur(head["open"]),
            method="transfer",
        )
        for head in heads
    ]
    entity = world.hub.accounts.entity(ENTITY)
    desk = PaymentDesk(world.hub.imported, world.hub.invoices, entity, world.now)
    raced: list[Tally] = []
    _race_once(world, lambda: raced.append(write_rows(desk, rows)))
    consume(world, *message)
    assert raced[0].new == len(heads)  # the overlap happened
    assert _charges(world) == []
    world.check()
