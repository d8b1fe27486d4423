"""Batches of PartiQL inserts in moto, which knows no parameters and would overwrite."""

from typing import Any

import pytest
from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

from tests.support import partiql


def insert_as_dynamodb_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto insert an item only where none is, and say so of each statement of a batch."""
    monkeypatch.setattr(DynamoHandler, "batch_execute_statement", _batch)


def _batch(handler: Any) -> ActionResult:
    backend = handler.dynamodb_backend
    responses: list[dict[str, Any]] = []
    for statement in handler.body["Statements"]:
        table, item = partiql.inserted(statement)
        key = {name: item[name] for name in backend.get_table(table).table_key_attrs}
        known = backend.get_item(table, key) is not None
        if not known:
            backend.put_item(table, item)
        responses.append({"TableName": table} | ({"Error": partiql.DUPLICATE} if known else {}))
    return ActionResult({"Responses": responses})
