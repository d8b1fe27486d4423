"""The short way of moto's answers says what the long one says."""

import pytest
from moto.dynamodb.responses import DynamoHandler

from shared import runtime
from tests.support.moto_answers import AS_MOTO_DOES

ITEM = {
    "pk": {"S": "a"},
    "sk": {"S": "ä€𝄞\n"},
    "ppk": {"S": "p"},
    "psk": {"S": "q"},
    "number": {"N": "-1.5"},
    "large": {"N": "12345678901234567890"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "bytes": {"B": b"\x00\xff"},
    "names": {"SS": ["x", "y"]},
    "list": {"L": [{"S": ""}, {"M": {"deep": {"L": [{"N": "0"}]}}}, {"B": b"\x01"}]},
    "map": {"M": {"empty": {"M": {}}, "none": {"L": []}}},
}
KEY = {"pk": ITEM["pk"], "sk": ITEM["sk"]}
ABSENT = KEY | {"sk": {"S": "no"}}
BY_KEY = {"ExpressionAttributeValues": {":pk": {"S": "a"}}}
READS = {
    "get_item": {"TableName": "hub", "Key": KEY},
    "batch_get_item": {"RequestItems": {"hub": {"Keys": [KEY]}}},
    "query": {"TableName": "hub", "KeyConditionExpression": "pk = :pk", "Limit": 1, **BY_KEY},
    "scan": {"TableName": "hub", "Limit": 1},
}
PENDING = {
    "TableName": "hub",
    "IndexName": "pending",
    "KeyConditionExpression": "ppk = :pk",
    "ExpressionAttributeValues": {":pk": {"S": "p"}},
}


@pytest.mark.parametrize(
    ("name", "asked"),
    [*READS.items(), ("query", PENDING), ("get_item", {"TableName": "hub", "Key": ABSENT})],
)
def test_a_read_is_answered_alike_both_ways(cloud, monkeypatch, name, asked):
    client = runtime.client("dynamodb")
    client.put_item(TableName="hub", Item=ITEM)
    client.put_item(TableName="hub", Item=ITEM | {"sk": {"S": "z"}})
    answers = []
    for serialized in (DynamoHandler.serialized, AS_MOTO_DOES):
        with monkeypatch.context() as patched:
            patched.setattr(DynamoHandler, "serialized", serialized)
            answer = getattr(client, name)(**asked)
        del answer["ResponseMetadata"]
        answers.append(answer)
    assert answers[0] == answers[1]
