"""The meter on a boto3 client: what it sees there is what it sees on the model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared import runtime
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, Update, seen
from tests.support.capacity import Meter, meter
from tests.support.dynamodb_model import DynamoModel
from tests.support.emulated import INTERPRETER, MISSING, emulated_dynamodb

KEY = {"pk": "E#demo#C#c1", "sk": "HEAD#1"}
ENTRY = {"gpk": "DUE#demo#000", "gsk": "2026-01-01#c1", "time_zone": "Europe/Berlin", "policy": "p"}


def work(table: Table) -> None:
    """Make every kind of call: large and small, lost and won, in and out of indexes."""
    table.write(Put({**KEY, **ENTRY, "type": "HEAD", "version": 1, "note": "n" * 3000}))
    table.write(Update(KEY, set={"version": 2, "note": "-"}, condition=VERSION, values=seen(1)))
    table.write(Update(KEY, set={"gsk": "2026-02-01#c1"}))
    for _ in range(2):
        with pytest.raises(ConditionLost):
            table.write(Put({**KEY, "type": "HEAD"}))
    with pytest.raises(ConditionLost):
        table.write(Put({**KEY, "sk": "M#1"}), Put({**KEY, "type": "HEAD", "note": "n" * 2000}))
    table.write(
        Put({**KEY, "sk": "M#1", "amount": -1250}),
        Update(KEY, remove=("gpk", "gsk")),
        Put({**KEY, "sk": "M#2", "ppk": "E#demo#PENDING", "psk": "notice#1", "items": [1, {}]}),
    )
    table.get(KEY)
    table.get({**KEY, "sk": "nothing"})
    table.get_many([KEY, {**KEY, "sk": "M#1"}, {**KEY, "sk": "nothing"}])
    list(table.query(KEY["pk"], begins="M#", reverse=True, limit=5))
    list(table.query("E#demo#PENDING", index="pending"))
    list(table.query("nobody"))
    table.write(Delete(KEY), Delete({**KEY, "sk": "M#1"}))


def metered(client: Any, do: Callable[[Table], None]) -> Meter:
    with meter(client) as m:
        do(Table(client, "hub"))
    return m


def test_a_boto3_client_and_the_model_are_metered_alike(table: Table) -> None:
    real = metered(runtime.client("dynamodb"), work)
    model = metered(DynamoModel(), work)
    assert real.by_operation == model.by_operation
    assert real.by_place == model.by_place
    assert real.calls > 12 and real.write_units > 20 and real.read_units > 5


def test_the_meter_stops_where_its_context_ends(table: Table) -> None:
    client = runtime.client("dynamodb")
    with meter(client) as m:
        table.get(KEY)
    table.get(KEY)
    assert m.calls == 1


def test_a_filtered_query_is_paid_for_whole(table: Table) -> None:
    for i in range(3):
        table.write(Put({**KEY, "sk": f"M#{i}", "kind": str(i), "note": "n" * 3000}))
    client = runtime.client("dynamodb")
    with meter(client) as m:
        page = client.query(
            TableName="hub",
            KeyConditionExpression="pk = :p",
            FilterExpression="kind = :k",
            ExpressionAttributeValues={":p": {"S": KEY["pk"]}, ":k": {"S": "1"}},
            ConsistentRead=True,
        )
    assert len(page["Items"]) == 1
    assert m.read_units == 3  # 9 KB looked at


@pytest.mark.skipif(not INTERPRETER.exists(), reason=MISSING)
def test_the_emulated_aws_agrees_where_it_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ministack counts writes, transactions and indexes by the rules; of reads only small ones.

    moto's figures are of no use: half a unit for a write, nothing for an index.
    """
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    wants = {"ReturnConsumedCapacity": "INDEXES"}
    key = {"pk": {"S": "p"}, "sk": {"S": "s"}}
    due = {"gpk": {"S": "DUE#demo#000"}, "gsk": {"S": "2026-01-01"}}
    later = {**due, "gsk": {"S": "2026-02-01"}}
    checked = 0
    with emulated_dynamodb(tmp_path) as client:

        def agrees(call: Callable[..., Any], **request: Any) -> None:
            nonlocal checked
            with meter(client) as m:
                answer = call(**request, **wants)["ConsumedCapacity"]
            told = answer[0] if isinstance(answer, list) else answer
            assert told["CapacityUnits"] == m.write_units + m.read_units, (call, request)
            checked += 1

        for size in (10, 1000, 1100, 5000):
            note = {"note": {"S": "n" * size}}
            put = {"TableName": "hub", "Item": {**key, **note}}
            agrees(client.put_item, **put)
            agrees(client.transact_write_items, TransactItems=[{"Put": put}])
            agrees(client.put_item, TableName="hub", Item={**key, **due, **note})
            agrees(client.put_item, TableName="hub", Item={**key, **later, **note})
            agrees(
                client.update_item,
                TableName="hub",
                Key=key,
                UpdateExpression="SET note = :n",
                ExpressionAttributeValues={":n": {"S": ""}},
            )
            agrees(client.update_item, TableName="hub", Key=key, UpdateExpression="REMOVE gpk, gsk")
            agrees(client.get_item, TableName="hub", Key=key, ConsistentRead=True)
            agrees(client.get_item, TableName="hub", Key=key)
            agrees(client.put_item, **put)
            agrees(client.delete_item, TableName="hub", Key=key)
            agrees(client.delete_item, TableName="hub", Key=key)
    assert checked == 44
