"""What makes these tests quick does not show: moto answers as it does, and no client remembers."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shared import runtime
from tests.support.kept_clients import KeptClients
from tests.support.table_schema import template_schema

LARGE = "x" * 210_000


def _put(sk: str, text: str = "", **more: str) -> dict[str, Any]:
    item = {"pk": {"S": "a"}, "sk": {"S": sk}, "text": {"S": text}}
    return {"TableName": "hub", "Item": item, **more}


def _held(client: Any) -> list[dict[str, Any]]:
    return client.scan(TableName="hub")["Items"]


def test_a_transaction_that_fails_leaves_everything_as_it_was(cloud):
    client = runtime.client("dynamodb")
    for sk in ("changed", "deleted", "replaced", "untouched"):
        client.put_item(**_put(sk, "before"))
    before = _held(client)
    key = {"pk": {"S": "a"}, "sk": {"S": "changed"}}
    change = {
        "TableName": "hub",
        "Key": key,
        "UpdateExpression": "SET #t = :t",
        "ExpressionAttributeNames": {"#t": "text"},
        "ExpressionAttributeValues": {":t": {"S": "after"}},
    }
    for refused in ("untouched", "changed"):
        with pytest.raises(ClientError) as told:
            client.transact_write_items(
                TransactItems=[
                    {"Update": change},
                    {"Delete": {"TableName": "hub", "Key": key | {"sk": {"S": "deleted"}}}},
                    {"Put": _put("replaced", "after")},
                    {"Put": _put("new", "after")},
                    {"Put": _put(refused, ConditionExpression="attribute_not_exists(pk)")},
                ]
            )
        assert told.value.response["Error"]["Code"] in {
            "TransactionCanceledException",
            "ValidationException",
        }
        assert _held(client) == before
    assert len(before) == 4


def test_a_query_sees_its_own_partition_and_an_index_all_of_them(cloud):
    client = runtime.client("dynamodb")
    schema = template_schema()
    index = schema.indexes[0]
    for pk in "ab":
        for sk in "31":
            names = (schema.partition, schema.sort, index.partition, index.sort)
            values = (pk, sk, "one", f"{pk}{sk}")
            item = {name: {"S": value} for name, value in zip(names, values, strict=True)}
            client.put_item(TableName="hub", Item=item)
    asked = {"TableName": "hub", "ExpressionAttributeNames": {"#k": "pk"}}
    asked |= {"KeyConditionExpression": "#k = :k"}
    own = client.query(**asked, ExpressionAttributeValues={":k": {"S": "b"}})["Items"]
    assert [(i["pk"]["S"], i["sk"]["S"]) for i in own] == [("b", "1"), ("b", "3")]
    asked["ExpressionAttributeNames"] = {"#k": index.partition}
    of_all = client.query(
        **asked, IndexName=index.name, ExpressionAttributeValues={":k": {"S": "one"}}
    )["Items"]
    assert [i[index.sort]["S"] for i in of_all] == ["a1", "a3", "b1", "b3"]


def test_an_item_that_is_too_large_is_refused(cloud):
    client = runtime.client("dynamodb")
    client.put_item(**_put("fits", LARGE))
    too_large = _put("no", LARGE)
    too_large["Item"] |= {"more": {"S": LARGE}}
    with pytest.raises(ClientError):
        client.put_item(**too_large)


def test_a_client_is_lent_again_as_if_it_were_new(cloud):
    clients, heard = KeptClients(), []
    with clients.lending():
        first, second = clients.client("sqs"), clients.client("sqs")
        assert first is not second
        first.list_queues = None
        first.meta.events.register("before-call", lambda **_: heard.append("a call"))
        second.meta.events.register("before-call", lambda **_: heard.append("a call"))
        second.list_queues()
    assert heard == ["a call"]
    with clients.lending():
        again = [clients.client("sqs"), clients.client("sqs")]
        assert {id(c) for c in again} == {id(first), id(second)}
        for client in again:
            assert client.list_queues()["QueueUrls"]
        assert clients.client("sqs", region_name="eu-central-1") not in again
    assert heard == ["a call"]


def test_the_account_of_a_test_lends_its_clients(cloud):
    assert isinstance(boto3.DEFAULT_SESSION, KeptClients)
