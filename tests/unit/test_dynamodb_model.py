"""The in-memory DynamoDB on its own: pages, indexes, and what it refuses to guess."""

import time

import pytest

from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, seen
from tests.support.dynamodb_model import DynamoModel

DUE = {"gpk": "DUE#demo#000", "gsk": "2026-01-01#c"}


def test_a_query_goes_on_page_by_page() -> None:
    model = DynamoModel(page_bytes=200)
    table = Table(model, "hub")
    for i in range(25):
        table.write(Put({"pk": "p", "sk": f"{i:02d}", **DUE, "note": "n" * 50}))
    assert [i["sk"] for i in table.query("p")] == [f"{i:02d}" for i in range(25)]
    assert [i["sk"] for i in table.query("p", reverse=True, limit=9)][-1] == "16"
    assert len(list(table.query(DUE["gpk"], index="due"))) == 25
    page = model.query(
        TableName="hub",
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "p"}},
    )
    assert 1 < len(page["Items"]) < 25


def test_an_index_holds_what_it_projects_and_forgets_what_has_left() -> None:
    table = Table(DynamoModel(), "hub")
    key = {"pk": "p", "sk": "s"}
    table.write(Put({**key, **DUE, "policy": "standard", "note": "n"}))
    (entry,) = table.query(DUE["gpk"], index="due")
    assert entry == {**key, **DUE, "policy": "standard"}
    table.write(Update(key, remove=("gsk",)))
    assert list(table.query(DUE["gpk"], index="due")) == []


def test_a_transaction_is_done_whole_or_not_at_all() -> None:
    model = DynamoModel()
    table = Table(model, "hub")
    table.write(Put({"pk": "p", "sk": "a", "version": 1}))
    with pytest.raises(ConditionLost) as lost:
        table.write(
            Put({"pk": "p", "sk": "b"}),
            Update({"pk": "p", "sk": "a"}, {"version": 3}, (), VERSION, seen(2)),
        )
    assert lost.value.positions == (1,)
    assert [i["sk"]["S"] for i in model.items()] == ["a"]


def test_a_copy_lives_on_its_own() -> None:
    model = DynamoModel()
    Table(model, "hub").write(Put({"pk": "p", "sk": "a", **DUE}))
    twin = model.copy()
    Table(twin, "hub").write(Put({"pk": "p", "sk": "b", **DUE}))
    assert (len(model.items()), len(twin.items())) == (1, 2)
    assert len(list(Table(model, "hub").query(DUE["gpk"], index="due"))) == 1


def test_what_it_does_not_know_is_an_error() -> None:
    with pytest.raises(NotImplementedError, match="FilterExpression"):
        DynamoModel().query(TableName="hub", FilterExpression="x = :x")


def test_it_makes_a_thousand_transactions_a_second() -> None:
    table = Table(DynamoModel(), "hub")
    table.write(Put({"pk": "p", "sk": "head", "version": 0}))
    began = time.process_time()
    for i in range(1000):
        table.write(
            Put({"pk": "p", "sk": f"m{i}", **DUE}),
            Put({"pk": "f", "sk": f"m{i}"}),
            Update({"pk": "p", "sk": "head"}, {"version": i + 1}, (), VERSION, seen(i)),
        )
    assert time.process_time() - began < 1.0
