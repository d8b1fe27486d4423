"""Transactions in moto undo themselves item by item.

Moto copies the whole table before each transaction, which makes a test with many items slow.
"""

from copy import deepcopy
from typing import Any

import pytest
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

AS_MOTO_DOES = DynamoDBBackend.transact_write_items


def undo_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a transaction of moto keep the items that it names, and no others, to bring them back."""
    monkeypatch.setattr(Table, "__deepcopy__", lambda table, _: table, raising=False)
    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", _transact)


def _transact(backend: DynamoDBBackend, operations: list[dict[str, Any]]) -> None:
    before = [kept for operation in operations for kept in _kept(backend, operation)]
    try:
        AS_MOTO_DOES(backend, operations)
    except Exception:
        for table, place, item in reversed(before):
            _put_back(table, place, item)
        raise


def _kept(
    backend: DynamoDBBackend, operation: dict[str, Any]
) -> list[tuple[Table, tuple[DynamoType, DynamoType], Item | None]]:
    """Return what the table holds at the place that an operation names, nothing where it is odd."""
    kind, asked = next(iter(operation.items()))
    table, key = backend.tables.get(asked.get("TableName")), asked.get("Key") or asked.get("Item")
    if kind == "ConditionCheck" or table is None or not key:
        return []
    if not {table.hash_key_attr, table.range_key_attr} <= key.keys():
        return []
    place = DynamoType(key[table.hash_key_attr]), DynamoType(key[table.range_key_attr])
    partition = table.items.get(place[0], {})
    return [(table, place, deepcopy(partition.get(place[1])))]


def _put_back(table: Table, place: tuple[DynamoType, DynamoType], item: Item | None) -> None:
    partition = table.items[place[0]]
    if item is None:
        partition.pop(place[1], None)
    else:
        partition[place[1]] = item
    if not partition:
        del table.items[place[0]]
