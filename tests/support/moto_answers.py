"""Answers of DynamoDB in moto, written as they are: they hold typed values already.

Moto walks through the description of each answer, value by value, which takes most of the time that
a test in memory needs.
"""

import base64
import json
from typing import Any

import pytest
from moto.core.responses import TYPE_RESPONSE, ActionResult
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.responses import DynamoHandler

_READS = {"GetItem", "BatchGetItem", "Query", "Scan"}
AS_MOTO_DOES = DynamoHandler.serialized


def answer_reads_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto write what a read found without looking at its description."""
    monkeypatch.setattr(DynamoHandler, "serialized", _serialized)


def _serialized(handler: Any, answer: ActionResult) -> TYPE_RESPONSE:
    found = answer.result
    if handler._get_action() not in _READS or not isinstance(found, dict):
        return AS_MOTO_DOES(handler, answer)
    told = {name: value for name, value in found.items() if value is not None}
    headers = {"Content-Type": "application/x-amz-json-1.0", **handler.response_headers}
    return 200, headers, json.dumps(told, default=_typed)


def _typed(value: Any) -> Any:
    if isinstance(value, DynamoType):
        return value.to_json()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no value of DynamoDB: {type(value).__name__}")
