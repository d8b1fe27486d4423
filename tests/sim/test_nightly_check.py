"""The nightly check at the end of many small worlds: nothing differs, until it is made to.

Then the rebuild: heads without any money and no credit at all become what they were.
"""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.book_rebuild import RebuildingKeeper
from shared.adapters.codec import decode_item, encode_item
from shared.adapters.kept_books import BookKeeper
from shared.adapters.table import Table
from shared.domain.book_check import differences
from shared.domain.clock import Now
from shared.usecases.rebuild_books import rebuild_books
from tests.sim.founding import ENTITY
from tests.sim.run import simulate
from tests.sim.world import World
from tests.support.dynamodb_model import DynamoModel

WORLDS = range(40)
MONEY = {"HEAD": ("open", "total"), "CREDIT": ("unapplied",), "PAYMENT": ("amount", "gone")}
NOT_HERE = ("pending", "failed")
"""Payments that moved no money are in no posting yet."""
LOST = ("open", "total", "version", "gpk", "gsk", "voided")
MOMENT = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [simulate(seed) for seed in WORLDS]


def differing(model: DynamoModel, customers: list[str]) -> dict[str, int]:
    """Return the customers whose books differ, with the number of figures."""
    keeper = BookKeeper(Table(model, "hub"))
    looks = {each: keeper.look(ENTITY, each) for each in customers}
    found = {each: len(differences(kept.stored, kept.posted)) for each, kept in looks.items()}
    return {each: many for each, many in found.items() if many}


def items(model: DynamoModel, *types: str) -> list[dict[str, Any]]:
    return [i for i in map(decode_item, model.items()) if i["type"] in types]


def put(model: DynamoModel, item: dict[str, Any]) -> None:
    model.put_item(TableName="hub", Item=encode_item(item))


@pytest.mark.law("2")
def test_no_figure_differs_whatever_happened(worlds):
    figures = customers = 0
    for world in worlds:
        model, names = world.model.copy(), list(world.customers)
        assert differing(model, names) == {}, f"seed {world.seed}"
        keeper = BookKeeper(Table(model, "hub"))
        figures += sum(len(keeper.look(ENTITY, each).stored) for each in names)
        customers += len(names)
    print(f"{figures} figures of {customers} customers in {len(worlds)} worlds agree")
    assert figures > 500


@pytest.mark.law("2")
def test_one_minor_unit_in_one_item_is_always_found(worlds):
    tried = 0
    for world in worlds:
        chance, whole = random.Random(world.seed), world.model
        for kind, names in MONEY.items():
            stored = [i for i in items(whole, kind) if i.get("state") not in NOT_HERE]
            if not stored:
                continue
            model, item, name = whole.copy(), chance.choice(stored), chance.choice(names)
            put(model, item | {name: item[name] + chance.choice((-1, 1))})
            found = differing(model, list(world.customers))
            assert len(found) == 1, f"seed {world.seed}: {kind} {name} of {item['sk']}"
            tried += 1
    print(f"{tried} lies of one minor unit found")
    assert tried > len(worlds)


@pytest.mark.law("2")
def test_heads_without_money_and_no_credits_become_what_they_were(worlds):
    made_again = 0
    for world in worlds:
        model, names = world.model.copy(), list(world.customers)
        before = {item["sk"]: item for item in items(model, "HEAD", "CREDIT")}
        for item in before.values():
            if item["type"] == "CREDIT":
                key = encode_item({"pk": item["pk"], "sk": item["sk"]})
                model.delete_item(TableName="hub", Key=key)
            else:
                put(model, {k: v for k, v in item.items() if k not in LOST})
        keeper, entity = RebuildingKeeper(Table(model, "hub")), world.hub.accounts.entity(ENTITY)
        for each in names:
            done = rebuild_books(keeper, entity, each, "", Now(MOMENT, MOMENT), apply=True)
            assert done.left == (), f"seed {world.seed}: {[str(d) for d in done.left]}"
        after = {item["sk"]: item for item in items(model, "HEAD", "CREDIT")}
        assert without_version(after) == without_version(before), f"seed {world.seed}"
        made_again += len(before)
    print(f"{made_again} heads and credits made again")
    assert made_again > 100


def without_version(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {k: v for k, v in item.items() if k != "version"} for name, item in found.items()}
