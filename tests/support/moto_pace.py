"""Moto without what it works out anew in each call: the same answers, sooner."""

from functools import cache
from inspect import signature
from threading import local
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.useragent import UserAgentString
from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

_SIGNED_FOR_NOBODY = {"dynamodb", "sqs"}
_SIGN = SigV4Auth.add_auth
_ITEMS_AS_MOTO_DOES = Table.all_items
_QUERY_AS_MOTO_DOES = Table.query
_INDEX_NAME = [*signature(Table.query).parameters].index("index_name") - 2
_looked_at = local()


def quicken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto look at one partition in a query of one, and weigh an item once as it comes."""
    monkeypatch.setattr(responses, "method_names_from_class", cache(method_names_from_class))
    monkeypatch.setattr(UserAgentString, "to_string", lambda _: "tests")
    monkeypatch.setattr(SigV4Auth, "add_auth", _signed)
    monkeypatch.setattr(Table, "query", _query)
    monkeypatch.setattr(Table, "all_items", _items)
    monkeypatch.setattr(Item, "__init__", _weighed_once)


def _signed(auth: SigV4Auth, request: Any) -> None:
    if auth._service_name not in _SIGNED_FOR_NOBODY:
        _SIGN(auth, request)
        return
    scope = f"{auth.credentials.access_key}/20260101/{auth._region_name}/{auth._service_name}"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}/aws4_request"


def _query(table: Table, hash_key: DynamoType | None, *asked: Any, **more: Any) -> Any:
    index_name = more.get("index_name", asked[_INDEX_NAME] if len(asked) > _INDEX_NAME else None)
    _looked_at.partition = None if index_name else hash_key
    try:
        return _QUERY_AS_MOTO_DOES(table, hash_key, *asked, **more)
    finally:
        _looked_at.partition = None


def _items(table: Table) -> list[Item]:
    partition = getattr(_looked_at, "partition", None)
    if partition is None:
        return _ITEMS_AS_MOTO_DOES(table)
    return list(table.items.get(partition, {}).values())


def _weighed_once(
    item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]
) -> None:
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    *first, last = attrs.items() or [None]
    for name, value in first:
        dict.__setitem__(item.attrs, name, DynamoType(value))
    if last:
        item.attrs[last[0]] = DynamoType(last[1])
