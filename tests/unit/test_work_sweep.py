"""A batch of a sweep: claims in batches, nobody waits for another, and no number is guessed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.account_items import notice_item
from shared.adapters.codec import encode_item
from shared.adapters.table import ConditionLost, Put
from shared.domain.clock import Now
from shared.domain.notices import next_notice
from shared.usecases.plan_sweep import Ports, plan
from shared.usecases.work_sweep import work
from tests.bench.sweep_world import TODAY, World

NINE = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
NOW = Now(NINE, NINE)


def claimed(world: World) -> list[tuple[str, int, str]]:
    """Return customer, number and stage of what was claimed today."""
    today = TODAY.isoformat()
    found = [n for n in world.notices() if n["as_of"] == today]
    return sorted((n["customer_id"], n["n"], n["stage"]) for n in found)


def work_on(world: World, customers: list[str]) -> Any:
    return work(world.ports, world.entity_id, "run", 0, customers, NOW)


class Meddler:
    """The model's client, with something else done right before the first batch of claims."""

    def __init__(self, world: World, meddle: Callable[[], None]) -> None:
        self._model, self._meddle, self.done = world.model, meddle, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def batch_execute_statement(self, **request: Any) -> Any:
        if not self.done:
            self.done = True
            self._meddle()
        return self._model.batch_execute_statement(**request)


def test_every_customer_of_a_batch_is_claimed_in_calls_of_25() -> None:
    world = World(60, due=60)
    calls = []
    world.model.tell(lambda operation, request, *_: calls.append((operation, request)))
    assert work_on(world, world.due).claimed == 60
    sizes = [len(r["Statements"]) for name, r in calls if name == "BatchExecuteStatement"]
    assert sizes == [25, 25, 10]
    assert [c for c, _, _ in claimed(world)] == sorted(world.due)


@pytest.mark.rule("R1")
def test_a_number_that_somebody_took_is_decided_anew_and_not_taken_as_done() -> None:
    """A receipt took the number: the reminder is still to be said, under the next."""
    world = World(3, due=3)
    first = world.due[0]
    newest = world.accounts.newest_notice(world.entity_id, first)

    def receipt() -> None:
        notice = next_notice(newest, kind="receipt", as_of=TODAY, claimed_at=NINE)
        world.model.load([encode_item(notice_item(world.entity_id, first, notice))])

    world.table._client = Meddler(world, receipt)
    tally = work_on(world, world.due)
    assert (tally.claimed, tally.lost) == (3, 1)
    numbers = [(n, stage) for c, n, stage in claimed(world) if c == first]
    assert numbers == [(2, ""), (3, "reminder")]


@pytest.mark.rule("R1")
def test_what_another_worker_claimed_meanwhile_is_claimed_by_nobody_else() -> None:
    world = World(30, due=30)
    others: list[Any] = []
    mine = world.table._client = Meddler(world, lambda: others.append(work_on(world, world.due)))
    tally = work_on(world, world.due)
    assert mine.done
    assert (others[0].claimed, tally.claimed, tally.lost) == (30, 0, 30)
    assert len(claimed(world)) == 30


def test_a_customer_that_fails_keeps_no_other_waiting_and_the_batch_unreported() -> None:
    world = World(3, due=3)
    stores = (world.accounts, world.entities, world_finder(world), world.runs, world.sweep_runs)
    plan(Ports(*stores, world.queues), world.entity_id, "run", NOW)
    with pytest.raises(ExceptionGroup):
        work_on(world, ["nobody", *world.due])
    assert [c for c, _, _ in claimed(world)] == sorted(world.due)
    run = world.sweep_runs.find(world.entity_id, "run")
    assert run is not None
    assert run.state == "running"


@pytest.mark.rule("R3")
def test_a_planner_who_died_at_the_queue_leaves_nothing_behind_that_counts_as_swept() -> None:
    world = World(3, due=3)
    stores = (world.accounts, world.entities, world_finder(world), world.runs, world.sweep_runs)
    before = world.runs.last_swept(world.entity_id)
    with pytest.raises(SystemExit):
        plan(Ports(*stores, _Dead()), world.entity_id, "run", NOW)
    assert world.runs.last_swept(world.entity_id) == before
    assert world.sweep().tally.claimed == 3


def test_a_number_that_is_lost_again_and_again_is_tried_later_and_not_given_up() -> None:
    world = World(1, due=1)

    class Always(Meddler):
        def batch_execute_statement(self, **request: Any) -> Any:
            from tests.support.partiql import DUPLICATE

            return {"Responses": [{"Error": DUPLICATE} for _ in request["Statements"]]}

    world.table._client = Always(world, lambda: None)
    with pytest.raises(ExceptionGroup):
        work_on(world, world.due)


@pytest.mark.parametrize("days", [1, 3, 6])
@pytest.mark.rule("R3")
def test_days_without_a_sweep_are_caught_up_with_in_one_message(days: int) -> None:
    world = World(5, due=5)
    at = NINE + timedelta(days=days)
    tally = world.sweep(Now(at, at)).tally
    assert tally.claimed == 5
    assert world.sweep(Now(at, at)).tally.claimed == 0


def test_an_insert_is_tried_again_where_it_was_throttled_and_refused_where_it_is_wrong() -> None:
    world = World(1, due=1)
    answers = iter(["ThrottlingError", "TransactionConflict"])

    class Busy(Meddler):
        def batch_execute_statement(self, **request: Any) -> Any:
            code = next(answers, "")
            if not code:
                return self._model.batch_execute_statement(**request)
            _first, *rest = request["Statements"]
            done = self._model.batch_execute_statement(Statements=rest) if rest else {}
            return {"Responses": [{"Error": {"Code": code}}, *done.get("Responses", [])]}

    world.table._client = Busy(world, lambda: None)
    items = [{"pk": "p", "sk": str(i), "type": "X"} for i in range(3)]
    assert world.table.insert_many(items) == [True, True, True]
    assert world.table.insert_many(items) == [False, False, False]
    with pytest.raises(ConditionLost):
        world.table.write(Put(items[0]))


def world_finder(world: World) -> Any:
    from shared.adapters.due_finder import DueFinder

    return DueFinder(world.table)


class _Dead:
    def send_many(self, *_: object) -> None:
        raise SystemExit
