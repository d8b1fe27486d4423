"""The condition key `dynamodb:LeadingKeys`, which ministack's policies do not know.

Each item of a transaction is judged by its own partition key, as on AWS.
"""

import json

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb

_NAME = "dynamodb:LeadingKeys"


class _ActionOnKeys(str):
    """An action's name that remembers the partition keys it is about to touch."""

    leading_keys: list[str]


def install() -> None:
    """Let every check of a DynamoDB call know its partition keys."""
    request_context = iam_actions.dynamodb_service_context
    transaction_checks = iam_actions.dynamodb_transaction_checks
    enforce = iam_evaluator.enforce

    def context(body: bytes) -> dict:
        keys = _keys_of_request(_read(body))
        return {**request_context(body), **({_NAME: keys} if keys else {})}

    def checks(iam_action: str, body: bytes, region: str, account_id: str) -> list:
        found = transaction_checks(iam_action, body, region, account_id)
        parts = [
            part
            for item in _read(body).get("TransactItems", [])
            for member in iam_actions._DYNAMODB_TRANSACT_ITEM_ACTIONS
            if isinstance(part := item.get(member), dict)
        ]
        if len(parts) != len(found):
            return found
        return [
            (_on_keys(action, part), arn) for (action, arn), part in zip(found, parts, strict=True)
        ]

    def enforce_on_keys(
        access_key, iam_action, service, region, resource_arn="*", service_context=None
    ):
        if isinstance(iam_action, _ActionOnKeys):
            service_context = {**(service_context or {}), _NAME: iam_action.leading_keys}
        return enforce(access_key, iam_action, service, region, resource_arn, service_context)

    iam_actions.dynamodb_service_context = context
    iam_actions.dynamodb_transaction_checks = checks
    iam_evaluator.enforce = enforce_on_keys


def _on_keys(action: str, part: dict) -> _ActionOnKeys:
    named = _ActionOnKeys(action)
    named.leading_keys = _keys_of_item(part, part.get("TableName", ""))
    return named


def _keys_of_request(request: dict) -> list[str]:
    table = request.get("TableName", "")
    found = _keys_of_item(request, table)
    for name, asked in (request.get("RequestItems") or {}).items():
        items = asked.get("Keys", []) if isinstance(asked, dict) else asked
        for item in items:
            write = item.get("PutRequest") or item.get("DeleteRequest") or {"Key": item}
            found += _keys_of_item(write, name)
    return found


def _keys_of_item(part: dict, table_name: str) -> list[str]:
    values = part.get("Key") or part.get("Item")
    table = dynamodb._tables.get(table_name.rpartition("/")[2])
    if not isinstance(values, dict) or table is None:
        return []
    value = values.get(table["pk_name"])
    return [str(next(iter(value.values())))] if isinstance(value, dict) and value else []


def _read(body: bytes) -> dict:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
