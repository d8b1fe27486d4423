"""The capacity meter's rules, each with the page of AWS's documentation that it is from."""

import pytest

from tests.support.capacity import meter
from tests.support.dynamodb_model import DynamoModel
from tests.support.request_units import (
    item_bytes,
    number_bytes,
    page_units,
    read_units,
    refused_write_units,
    write_units,
)
from tests.support.table_schema import template_schema

SIZES = "DynamoDB Item sizes and formats"
UNITS = "DynamoDB read and write operations"
MISSING = "API Reference: GetItem, BatchGetItem"
TRANSACTIONS = "Amazon DynamoDB Transactions: How it works"
INDEXES = "Using Global Secondary Indexes in DynamoDB"
SCHEMA = template_schema()
KEY_BYTES = len("pk") + 1 + len("sk") + 1


def s(text: str) -> dict[str, str]:
    return {"S": text}


def sized(size: int, **more: str) -> dict[str, dict[str, str]]:
    """Return an item of that many bytes in all, with more string attributes among them."""
    item = {"pk": s("p"), "sk": s("s"), **{k: s(v) for k, v in more.items()}}
    return item | {"x": s("y" * (size - item_bytes(item) - 1))}


@pytest.mark.parametrize(
    ("source", "item", "size"),
    [
        (SIZES, {"name": s("abc")}, 4 + 3),
        (SIZES, {"größe": s("für")}, 7 + 4),  # UTF-8 bytes, not characters
        (SIZES, {"n": {"N": "0"}}, 1 + 1),
        (SIZES, {"n": {"N": "7"}}, 1 + 2),
        (SIZES, {"n": {"N": "12"}}, 1 + 2),
        (SIZES, {"n": {"N": "123"}}, 1 + 3),
        (SIZES, {"n": {"N": "120000"}}, 1 + 2),  # trailing zeroes are trimmed
        (SIZES, {"n": {"N": "0.0012"}}, 1 + 2),  # and so are leading ones
        (SIZES, {"t": {"BOOL": False}}, 1 + 1),
        (SIZES, {"t": {"NULL": True}}, 1 + 1),
        (SIZES, {"l": {"L": []}}, 1 + 3),
        (SIZES, {"m": {"M": {}}}, 1 + 3),
        (SIZES, {"l": {"L": [s("ab"), {"NULL": True}]}}, 1 + 3 + (1 + 2) + (1 + 1)),
        (SIZES, {"m": {"M": {"key": s("ab")}}}, 1 + 3 + (1 + 3 + 2)),
        (SIZES, {"m": {"M": {"a": {"L": [{"N": "12"}]}}}}, 1 + 3 + (1 + 1 + 3 + (1 + 2))),
    ],
)
def test_an_item_is_as_large_as_the_page_says(source: str, item: dict, size: int) -> None:
    assert item_bytes(item) == size, source


def test_a_sign_takes_a_byte() -> None:
    assert number_bytes("-1250") == number_bytes("1250") + 1


@pytest.mark.parametrize(
    ("source", "size", "consistent", "transactional", "units"),
    [
        (UNITS, 4096, True, False, 1),
        (UNITS, 4097, True, False, 2),
        (UNITS, 3500, False, False, 0.5),
        (UNITS, 8192, False, False, 1),
        (UNITS, 8192, True, True, 4),
        (MISSING, 0, True, False, 1),
        (MISSING, 0, False, False, 0.5),
    ],
)
def test_a_read_takes(
    source: str, size: int, consistent: bool, transactional: bool, units: float
) -> None:
    found = read_units(size, consistent=consistent, transactional=transactional)
    assert found == units, source


def test_a_query_adds_up_before_it_rounds_and_a_batch_rounds_each_item() -> None:
    model = DynamoModel()
    small, large = sized(1536), sized(6656) | {"sk": s("t")}
    for item in (small, large):
        model.put_item(TableName="t", Item=item)
    keys = [SCHEMA.key(item) for item in (small, large)]
    with meter(model) as batch:
        model.batch_get_item(RequestItems={"t": {"Keys": keys, "ConsistentRead": True}})
    assert batch.read_units == 1 + 2, UNITS  # the page's own example: 4 KB and 8 KB
    assert page_units([small, large], consistent=True) == 2, UNITS
    with meter(model) as query:
        model.query(
            TableName="t",
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": s("p")},
            ConsistentRead=True,
        )
    assert query.read_units == 2
    assert query.by_operation["Query"].calls == query.calls == 1


@pytest.mark.parametrize(
    ("source", "before", "after", "units"),
    [
        (UNITS, None, sized(1024), 1),
        (UNITS, None, sized(1025), 2),
        (UNITS, sized(3000), sized(100), 3),  # a put over a larger item
        (UNITS, sized(100), sized(3000), 3),
        (UNITS, sized(2500), None, 3),  # a delete, by what was there
        (UNITS, None, None, 1),  # a delete of nothing
    ],
)
def test_a_write_takes_the_larger_of_before_and_after(
    source: str, before: dict | None, after: dict | None, units: float
) -> None:
    assert write_units(SCHEMA, before, after) == {"table": units}, source
    doubled = write_units(SCHEMA, before, after, transactional=True)
    assert doubled == {"table": 2 * units}, TRANSACTIONS


DUE = {"gpk": "DUE#demo#000", "gsk": "2026-01-01#c"}


@pytest.mark.parametrize(
    ("what", "before", "after", "units"),
    [
        ("a new entry", sized(900), sized(900, **DUE), 1),
        ("an entry that goes", sized(900, **DUE), sized(900), 1),
        ("an item that goes with its entry", sized(900, **DUE), None, 1),
        ("nothing projected has changed", sized(900, **DUE), sized(901, **DUE), 0),
        (
            "a projected attribute has changed",
            sized(900, **DUE, policy="a"),
            sized(900, **DUE, policy="b"),
            1,
        ),
        (
            "a key has changed: one goes, one comes",
            sized(900, **DUE),
            sized(900, **(DUE | {"gsk": "2026-02-01#c"})),
            2,
        ),
        ("half a key is no entry", None, sized(900, gpk="DUE#demo#000"), 0),
        ("a large entry", None, sized(2500, **DUE, policy="p" * 1500), 2),
    ],
)
def test_an_index_takes(what: str, before: dict | None, after: dict | None, units: float) -> None:
    assert write_units(SCHEMA, before, after).get("due", 0) == units, (what, INDEXES)
    within = write_units(SCHEMA, before, after, transactional=True)
    assert within.get("due", 0) == units, (what, "an index is not part of the transaction")


def test_a_keys_only_index_does_not_hear_of_other_attributes() -> None:
    pending = {"ppk": "E#demo#PENDING", "psk": "notice#2026"}
    units = write_units(SCHEMA, sized(500, **pending), sized(700, **pending))
    assert units == {"table": 1}, INDEXES


def test_a_refused_write_takes_what_is_there() -> None:
    assert refused_write_units(sized(3000)) == {"table": 3}, UNITS
    assert refused_write_units(None) == {"table": 1}, UNITS
    assert refused_write_units(None, sized(3000), transactional=True) == {"table": 6}


def test_a_transaction_takes_two_for_each_item_its_checks_included() -> None:
    model = DynamoModel()
    with meter(model) as m:
        model.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "t", "Item": sized(500, **DUE)}},
                {
                    "ConditionCheck": {
                        "TableName": "t",
                        "Key": {"pk": s("p"), "sk": s("other")},
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
            ]
        )
    assert m.by_place["table"].write_units == 4, TRANSACTIONS
    assert m.by_place["due"].write_units == 1
    assert (m.calls, m.write_units, m.read_units) == (1, 5, 0)


def test_a_cancelled_transaction_is_paid_for_and_a_bad_request_is_not() -> None:
    model = DynamoModel()
    put = {"TableName": "t", "Item": sized(500), "ConditionExpression": "attribute_not_exists(pk)"}
    model.put_item(**put)
    fresh = {**put, "Item": sized(1500) | {"sk": s("u")}}
    with meter(model) as m:
        with pytest.raises(Exception, match="TransactionCanceled"):
            model.transact_write_items(TransactItems=[{"Put": put}, {"Put": fresh}])
        assert m.write_units == 2 + 4
        with pytest.raises(Exception, match="multiple operations on one item"):
            model.transact_write_items(TransactItems=[{"Put": put}, {"Put": put}])
    assert m.write_units == 2 + 4
    assert m.calls == 2


def test_an_index_query_reads_entries_half_price() -> None:
    model = DynamoModel()
    for i in range(40):
        model.put_item(TableName="t", Item=sized(3000, **DUE) | {"sk": s(f"s{i:02d}")})
    with meter(model) as m:
        model.query(
            TableName="t",
            IndexName="due",
            KeyConditionExpression="gpk = :p",
            ExpressionAttributeValues={":p": s(DUE["gpk"])},
        )
    assert m.by_place["due"].read_units == m.read_units == 0.5  # 40 slim entries are below 4 KB


def test_a_call_without_a_rule_is_an_error() -> None:
    with meter(DynamoModel()) as m, pytest.raises(NotImplementedError, match="ExecuteStatement"):
        m.count("ExecuteStatement", {}, ())
