"""The raw parser of DynamoDB's answers says what botocore's own parser says."""

import json
from typing import Any

import boto3
import pytest
from botocore.parsers import JSONParser
from botocore.serialize import JSONSerializer
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.raw_json import RawJson, RawRequests, speak_raw
from shared.adapters.table import ConditionLost, Put, Table

CLIENT = boto3.client(
    "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y"
)
MODEL = CLIENT.meta.service_model
HEADERS = {"x-amzn-RequestId": "R1", "Content-Type": "application/x-amz-json-1.0"}

texts = st.text(max_size=8)
attributes = st.recursive(
    st.one_of(
        texts.map(lambda v: {"S": v}),
        st.integers(-(10**20), 10**20).map(lambda v: {"N": str(v)}),
        st.booleans().map(lambda v: {"BOOL": v}),
        st.just({"NULL": True}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda v: {"L": v}),
        st.dictionaries(texts, inner, max_size=4).map(lambda v: {"M": v}),
    ),
    max_leaves=12,
)
items = st.dictionaries(texts, attributes, max_size=6)
capacities = st.fixed_dictionaries(
    {"TableName": texts, "CapacityUnits": st.floats(0, 9)},
    optional={"Table": st.fixed_dictionaries({"ReadCapacityUnits": st.floats(0, 9)})},
)
statement_errors = st.fixed_dictionaries(
    {"Code": st.sampled_from(["DuplicateItem", "ThrottlingError"]), "Message": texts}
)
ANSWERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "Query": st.fixed_dictionaries(
        {"Items": st.lists(items, max_size=4), "Count": st.integers(0, 9)},
        optional={"LastEvaluatedKey": items, "ScannedCount": st.integers(0, 9)},
    ),
    "GetItem": st.fixed_dictionaries({}, optional={"Item": items, "ConsumedCapacity": capacities}),
    "BatchGetItem": st.fixed_dictionaries(
        {"Responses": st.dictionaries(texts, st.lists(items, max_size=3), max_size=2)},
        optional={
            "UnprocessedKeys": st.dictionaries(
                texts, st.fixed_dictionaries({"Keys": st.lists(items, max_size=2)}), max_size=1
            )
        },
    ),
    "PutItem": st.fixed_dictionaries({}, optional={"Attributes": items}),
    "UpdateItem": st.fixed_dictionaries({}, optional={"Attributes": items}),
    "DeleteItem": st.just({}),
    "TransactWriteItems": st.fixed_dictionaries(
        {}, optional={"ConsumedCapacity": st.lists(capacities, max_size=2)}
    ),
    "BatchExecuteStatement": st.fixed_dictionaries(
        {
            "Responses": st.lists(
                st.fixed_dictionaries(
                    {"TableName": texts}, optional={"Error": statement_errors, "Item": items}
                ),
                max_size=4,
            )
        }
    ),
}
ERRORS = (
    (400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}),
    (
        400,
        {"__type": "x#ConditionalCheckFailedException", "message": "no", "Item": {"a": {"N": "1"}}},
    ),
    (
        400,
        {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "cancelled",
            "CancellationReasons": [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}],
        },
    ),
    (400, {"__type": "com.amazon.coral.validate#ValidationException", "message": "bad"}),
    (500, {"__type": "InternalServerError", "message": "oh"}),
    (503, ""),
    (502, "<html>bad gateway</html>"),
)


def both(operation: str, status: int, body: str) -> tuple[Any, Any]:
    """Return what the raw parser and botocore's own make of one answer."""
    shape = MODEL.operation_model(operation).output_shape
    answer = {"status_code": status, "headers": HEADERS, "body": body.encode()}
    return RawJson().parse(dict(answer), shape), JSONParser().parse(dict(answer), shape)


@pytest.mark.parametrize("operation", ANSWERS)
def test_a_success_is_told_as_botocore_tells_it(operation: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(ANSWERS[operation])
    def same(answer: dict[str, Any]) -> None:
        raw, own = both(operation, 200, json.dumps(answer))
        assert raw == own

    same()


@pytest.mark.parametrize("operation", ANSWERS)
@pytest.mark.parametrize(("status", "body"), ERRORS)
def test_an_error_is_told_as_botocore_tells_it(operation: str, status: int, body: Any) -> None:
    raw, own = both(operation, status, body if isinstance(body, str) else json.dumps(body))
    assert raw == own
    assert raw["Error"]["Code"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        '{"Items": [], "Count": 0, "LastEvaluatedKey": null}',
        '{"Items": [], "Count": 0, "NewThing": 1}',
    ],
)
def test_what_is_empty_or_unknown_is_left_out(body: str) -> None:
    raw, own = both("Query", 200, body)
    assert raw == own


REQUESTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "PutItem": st.fixed_dictionaries(
        {"TableName": texts, "Item": items},
        optional={"ConditionExpression": texts, "ExpressionAttributeValues": items},
    ),
    "Query": st.fixed_dictionaries(
        {"TableName": texts, "KeyConditionExpression": texts, "ExpressionAttributeValues": items},
        optional={"Limit": st.integers(1, 9), "ConsistentRead": st.booleans()},
    ),
    "TransactWriteItems": st.fixed_dictionaries(
        {
            "TransactItems": st.lists(
                st.fixed_dictionaries(
                    {"Put": st.fixed_dictionaries({"TableName": texts, "Item": items})}
                ),
                max_size=3,
            ),
            "ClientRequestToken": texts,
        }
    ),
    "BatchExecuteStatement": st.fixed_dictionaries(
        {
            "Statements": st.lists(
                st.fixed_dictionaries(
                    {"Statement": texts, "Parameters": st.lists(attributes, max_size=3)}
                ),
                max_size=3,
            )
        }
    ),
    "BatchGetItem": st.fixed_dictionaries(
        {"RequestItems": st.dictionaries(texts, st.fixed_dictionaries({"Keys": st.lists(items)}))}
    ),
}


@pytest.mark.parametrize("operation", REQUESTS)
def test_a_request_is_written_as_botocore_writes_it(operation: str) -> None:
    model = MODEL.operation_model(operation)

    @settings(max_examples=25, deadline=None)
    @given(REQUESTS[operation])
    def same(request: dict[str, Any]) -> None:
        raw = RawRequests().serialize_to_request(request, model)
        assert raw == JSONSerializer().serialize_to_request(request, model)

    same()


def test_binary_stays_text_and_is_refused_by_the_codec() -> None:
    raw, own = both("GetItem", 200, '{"Item": {"a": {"B": "AAE="}}}')
    assert own["Item"]["a"]["B"] == b"\x00\x01"
    assert raw["Item"]["a"]["B"] == "AAE="


def test_a_client_answers_raw_and_raises_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    from moto import mock_aws

    from tests.support.template import table_properties

    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    with mock_aws():
        client = speak_raw(
            boto3.client(
                "dynamodb",
                region_name="eu-west-1",
                aws_access_key_id="x",
                aws_secret_access_key="y",
            )
        )
        client.create_table(TableName="hub", **table_properties())
        table = Table(client, "hub")
        table.write(Put({"pk": "a", "sk": "b", "list": [1, {"x": None}]}))
        assert table.get({"pk": "a", "sk": "b"}) == {"pk": "a", "sk": "b", "list": [1, {"x": None}]}
        assert [i["sk"] for i in table.query("a")] == ["b"]
        with pytest.raises(ConditionLost):
            table.write(Put({"pk": "a", "sk": "b"}))
