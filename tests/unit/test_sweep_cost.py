"""What a sweep costs, counted by the published rules: nothing may grow with what is not due."""

from math import log
from typing import Any

import pytest

from tests.bench.sweep_world import DUE_CUSTOMERS, World


def units(**sizes: Any) -> float:
    cost = World(**sizes).sweep()
    assert cost.tally.claimed == sizes.get("due", DUE_CUSTOMERS)
    return cost.units


@pytest.mark.parametrize(
    ("few", "many", "times"),
    [
        ({"customers": 100}, {"customers": 1_000}, 10),
        ({"customers": 60, "history": 2}, {"customers": 60, "history": 40}, 20),
        ({"customers": 60, "not_due_each": 1}, {"customers": 60, "not_due_each": 20}, 20),
    ],
)
def test_request_units_do_not_grow_with_what_is_not_due(
    few: dict[str, Any], many: dict[str, Any], times: int
) -> None:
    assert log(units(due=50, **many) / units(due=50, **few)) / log(times) <= 0.05


def test_a_due_customer_costs_about_one_write_and_two_calls() -> None:
    world = World(300)
    cost = world.sweep()
    calls = cost.calls + world.relayed()
    assert (cost.write_units + cost.read_units / 5) / DUE_CUSTOMERS <= 1.5
    assert calls / DUE_CUSTOMERS <= 2.3


def test_a_day_swept_again_claims_nothing_more() -> None:
    world = World(60, due=50)
    world.sweep()
    again = [world.sweep().tally.claimed]
    world.due_again()
    again.append(world.sweep().tally.claimed)
    assert again == [0, 0]
