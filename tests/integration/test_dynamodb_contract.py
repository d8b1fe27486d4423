"""The in-memory model answers as DynamoDB's emulators do, whatever series of calls comes.

moto and ministack are each wrong somewhere; a difference that is theirs is named in `Known`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from shared.adapters.codec import encode_item
from shared.adapters.table import (
    EXISTS,
    NEW,
    VERSION,
    Check,
    ConditionLost,
    Delete,
    Put,
    Table,
    Update,
    Write,
)
from tests.support.dynamodb_model import DynamoModel
from tests.support.emulated import INTERPRETER, MISSING, emulated_dynamodb
from tests.support.moto_pace import quicken
from tests.support.moto_transactions import undo_item_by_item
from tests.support.template import table_properties

SERIES = settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    print_blob=True,
)


@dataclass(frozen=True)
class Known:
    """What an emulator is known to get wrong, and how many series it has time for."""

    series_max: int
    names_last_key_at_exact_limit: bool = True
    takes: frozenset[str] = frozenset()
    """Bad requests that it does not refuse as it should."""


MOTO = Known(60, False, frozenset({"a value that nothing uses", "a value that is missing"}))
MINISTACK = Known(60, takes=frozenset({"one attribute twice"}))
CONDITIONS: list[tuple[str, dict[str, object]]] = [
    (NEW, {}),
    (EXISTS, {}),
    (VERSION, {":seen": 1}),
    (VERSION, {":seen": 2}),
    ("version < :seen", {":seen": 2}),
    ("NOT version = :seen", {":seen": 2}),
    ("version <> :seen AND attribute_exists(pk)", {":seen": 1}),
    ("version BETWEEN :low AND :high", {":low": 1, ":high": 2}),
    ("#type = :type", {":type": "HEAD"}),
    ("attribute_not_exists(pk) OR #type = :type", {":type": "HEAD"}),
    ("attribute_not_exists(pk) OR #state IN (:a, :b)", {":a": "claimed", ":b": "sent"}),
    ("attribute_not_exists(pk) OR (version = :seen AND #state = :a)", {":a": "sent", ":seen": 1}),
    ("attribute_exists(pk) AND attribute_not_exists(psk)", {}),
    ("begins_with(note, :start)", {":start": "n"}),
]
PARTITIONS = ("C#1", "C#1#H")
SORTS = ("HEAD#1", "HEAD#2", "M#1", "NOTICE#00000001", "NOTICE#00000001#DELIVERY")
ATTRIBUTES: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["HEAD", "NOTICE"]),
    "version": st.integers(1, 3),
    "state": st.sampled_from(["claimed", "sent", "unknown"]),
    "amount": st.integers(-(10**15), 10**15),
    "note": st.sampled_from(["", "no", "für dich", "n" * 5000]),
    "items": st.lists(st.one_of(st.none(), st.booleans(), st.integers(0, 9)), max_size=3),
    "facts": st.dictionaries(st.sampled_from(["a", "b"]), st.text("xy", max_size=2), max_size=2),
    "time_zone": st.sampled_from(["Europe/Berlin", "UTC"]),
    "gpk": st.just("DUE#000"),
    "gsk": st.sampled_from(["2026-01-01#1", "2026-01-02#1"]),
    "ppk": st.just("PENDING"),
    "psk": st.sampled_from(["notice#1", "payment#1"]),
}
_series = count()

keys = st.fixed_dictionaries({"pk": st.sampled_from(PARTITIONS), "sk": st.sampled_from(SORTS)})
attributes = st.fixed_dictionaries({}, optional=ATTRIBUTES)
# half of them hold on most items, so that transactions of several writes come through, too
conditions = st.one_of(
    st.sampled_from(
        [(EXISTS, {}), ("version < :seen", {":seen": 9}), ("NOT version = :a", {":a": 9})]
    ),
    st.sampled_from(CONDITIONS),
)
puts = st.builds(
    lambda key, more, when: Put({**key, **more}, when[0], when[1]), keys, attributes, conditions
)
updates = st.builds(
    lambda key, changes, gone, when: Update(
        key, changes, tuple(gone - changes.keys()), when[0], when[1]
    ),
    keys,
    attributes.filter(len),
    st.sets(st.sampled_from(sorted(ATTRIBUTES)), max_size=3),
    conditions,
)
deletes = st.builds(lambda key, when: Delete(key, when[0], when[1]), keys, conditions)
checks = st.builds(lambda key, when: Check(key, when[0], when[1]), keys, conditions)
one_write = st.one_of(puts, updates, puts, updates, deletes, checks)
writes = st.one_of(
    st.lists(one_write, min_size=1, max_size=1),
    st.lists(one_write, min_size=2, max_size=4, unique_by=lambda w: tuple(_key(w).values())),
    st.lists(one_write, min_size=2, max_size=4),
)
filled = st.lists(
    st.builds(lambda key, more: [Put({**key, "version": 1, **more})], keys, attributes),
    min_size=6,
    max_size=12,
)
ranges = st.one_of(
    st.just({}),
    st.sampled_from(["HEAD#", "NOTICE#", "2026", "n"]).map(lambda b: {"begins": b}),
    st.sampled_from([("HEAD#2", "NOTICE#"), ("2026-01-01", "2026-01-02"), ("a", "z")]).map(
        lambda b: {"between": b}
    ),
)
queries = st.builds(
    lambda where, narrowed, reverse, limit: {**where, **narrowed, "reverse": reverse, **limit},
    st.sampled_from(
        [
            *({"pk": p} for p in PARTITIONS),
            {"pk": "DUE#000", "index": "due"},
            {"pk": "PENDING", "index": "pending"},
        ]
    ),
    ranges,
    st.booleans(),
    st.sampled_from([{}, {"limit": 1}, {"limit": 2}]),
)
more_calls = st.lists(
    st.one_of(
        writes,
        writes,
        writes,
        keys.map(lambda k: ("get", k)),
        st.lists(keys, min_size=1, max_size=4).map(lambda k: ("get_many", k)),
        queries.map(lambda q: ("query", q)),
        keys.map(lambda k: ("count", k)),
    ),
    min_size=6,
    max_size=24,
)
calls = st.tuples(filled, more_calls).map(lambda parts: parts[0] + parts[1])


class Twins:
    """The model and an emulator, asked the same; each series has partitions of its own."""

    def __init__(self, client: Any, known: Known) -> None:
        self.client = client
        self.known = known
        self.model = DynamoModel()
        self.seen: Counter[str] = Counter()

    def same(self, series: list[Any]) -> None:
        """Make the calls on both and compare every answer."""
        mark = f"{next(_series)}."
        for call in series:
            told = [_do(Table(side, "hub"), call, mark) for side in (self.model, self.client)]
            assert told[0] == told[1], call
            self.seen[_kind(call, told[0])] += 1

    def same_request(self, operation: str, **request: Any) -> str:
        """Make a raw call on both and compare how it ends; return the error's code or ""."""
        told = [_ends(getattr(side, operation), request) for side in (self.model, self.client)]
        assert told[0] == told[1], (operation, request)
        return told[0]


def _do(table: Table, call: Any, mark: str) -> object:
    try:
        match call:
            case ("get", key):
                return table.get(_marked(key, mark))
            case ("count", key):
                return table.count(_marked(key, mark), "version", "HEAD")
            case ("get_many", many):
                found = table.get_many([_marked(key, mark) for key in many])
                return sorted(found, key=lambda i: (i["pk"], i["sk"]))
            case ("query", asked):
                return list(
                    table.query(mark + asked["pk"], **{k: asked[k] for k in asked.keys() - {"pk"}})
                )
        table.write(*(_marked_write(write, mark) for write in call))
    except ConditionLost as lost:
        return lost.positions
    except ClientError as exc:
        return exc.response["Error"]["Code"]
    return None


def _kind(call: Any, told: object) -> str:
    if isinstance(call, tuple):
        return f"{call[0]} {'found' if told else 'nothing'}"
    how = "alone" if len(call) == 1 else "together"
    return f"{how} {'written' if told is None else told if isinstance(told, str) else 'lost'}"


def _key(write: Write) -> dict[str, Any]:
    whole = write.item if isinstance(write, Put) else write.key
    return {"pk": whole["pk"], "sk": whole["sk"]}


def _marked(item: Any, mark: str) -> dict[str, Any]:
    partitions = {name: mark + item[name] for name in ("pk", "gpk", "ppk") if name in item}
    return {**item, **partitions}


def _marked_write(write: Write, mark: str) -> Write:
    match write:
        case Put():
            return Put(_marked(write.item, mark), write.condition, write.values)
        case Update():
            changes = _marked(write.set, mark)
            key = _marked(write.key, mark)
            return Update(key, changes, write.remove, write.condition, write.values)
        case Delete():
            return Delete(_marked(write.key, mark), write.condition, write.values)
    return Check(_marked(write.key, mark), write.condition, write.values)


def _ends(call: Any, request: dict[str, Any]) -> str:
    try:
        call(**request)
    except ClientError as exc:
        return str(exc.response["Error"]["Code"])
    return ""


@pytest.fixture(scope="module")
def moto() -> Iterator[Twins]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        undo_item_by_item(patch)
        quicken(patch)
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(TableName="hub", **table_properties())
        yield Twins(client, MOTO)


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    if not INTERPRETER.exists():
        pytest.skip(MISSING)
    folder: Path = tmp_path_factory.mktemp("emulated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        with emulated_dynamodb(folder) as client:
            yield Twins(client, MINISTACK)


@pytest.fixture(params=["moto", "ministack"])
def twins(request: pytest.FixtureRequest) -> Twins:
    found: Twins = request.getfixturevalue(request.param)
    return found


WORTH_SEEING = {
    "alone written",
    "alone lost",
    "together written",
    "together lost",
    "together ValidationException",
    "get found",
    "get nothing",
    "get_many found",
    "query found",
    "query nothing",
}


def test_any_series_of_calls_is_answered_alike(twins: Twins) -> None:
    @settings(SERIES, max_examples=twins.known.series_max)
    @given(calls)
    def compare(series: list[Any]) -> None:
        twins.same(series)

    compare()
    assert min(twins.seen[kind] for kind in WORTH_SEEING) >= 3, twins.seen


def _put(sk: str, **more: object) -> dict[str, Any]:
    return {"Put": {"TableName": "hub", "Item": encode_item({"pk": "limits", "sk": sk, **more})}}


def test_a_transaction_of_a_hundred_is_the_largest(twins: Twins) -> None:
    hundred = [_put(f"{i:03d}") for i in range(100)]
    assert twins.same_request("transact_write_items", TransactItems=hundred) == ""
    more = [*hundred, _put("100")]
    told = twins.same_request("transact_write_items", TransactItems=more)
    assert told == "ValidationException"


def test_no_item_is_written_twice_in_a_transaction(twins: Twins) -> None:
    told = twins.same_request("transact_write_items", TransactItems=[_put("a"), _put("a")])
    assert told == "ValidationException"


KEY = encode_item({"pk": "limits", "sk": "x"})
BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "an empty key": ("put_item", {"Item": encode_item({"pk": "limits", "sk": ""})}),
    "a key too few": ("put_item", {"Item": encode_item({"pk": "limits"})}),
    "an item too large": ("put_item", {"Item": KEY | encode_item({"n": "n" * 410_000})}),
    "an empty index key": ("put_item", {"Item": KEY | encode_item({"gpk": "", "gsk": "x"})}),
    "a reserved word": (
        "update_item",
        {
            "Key": KEY,
            "UpdateExpression": "SET total = :t",
            "ExpressionAttributeValues": encode_item({":t": 1}),
        },
    ),
    "a key that changes": (
        "update_item",
        {
            "Key": KEY,
            "UpdateExpression": "SET sk = :t",
            "ExpressionAttributeValues": encode_item({":t": "y"}),
        },
    ),
    "one attribute twice": (
        "update_item",
        {
            "Key": KEY,
            "UpdateExpression": "SET note = :t REMOVE note",
            "ExpressionAttributeValues": encode_item({":t": "y"}),
        },
    ),
    "a value that nothing uses": (
        "put_item",
        {
            "Item": KEY,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ExpressionAttributeValues": encode_item({":unused": 1}),
        },
    ),
    "a value that is missing": (
        "put_item",
        {"Item": KEY, "ConditionExpression": "version = :missing"},
    ),
    "a query without its partition": (
        "query",
        {
            "KeyConditionExpression": "sk = :s",
            "ExpressionAttributeValues": encode_item({":s": "x"}),
        },
    ),
    "a consistent read of an index": (
        "query",
        {
            "IndexName": "due",
            "ConsistentRead": True,
            "KeyConditionExpression": "gpk = :p",
            "ExpressionAttributeValues": encode_item({":p": "x"}),
        },
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_request_is_refused(twins: Twins, what: str) -> None:
    operation, request = BAD[what]
    if what in twins.known.takes:
        pytest.skip("the emulator is known to let this pass")
    told = twins.same_request(operation, TableName="hub", **request)
    assert told == "ValidationException"


def test_a_page_ends_where_its_limit_is_reached(twins: Twins) -> None:
    for sk in "abc":
        item = encode_item({"pk": "pages", "sk": sk})
        assert twins.same_request("put_item", TableName="hub", Item=item) == ""
    asked: dict[str, Any] = {
        "TableName": "hub",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "pages"}},
        "ConsistentRead": True,
    }
    for limit in (1, 2, 3, 4):
        mine, theirs = (c.query(**asked, Limit=limit) for c in (twins.model, twins.client))
        assert mine["Items"] == theirs["Items"]
        exact_end = limit == 3
        if not exact_end or twins.known.names_last_key_at_exact_limit:
            assert mine.get("LastEvaluatedKey") == theirs.get("LastEvaluatedKey")
    assert twins.model.query(**asked, Limit=3)["LastEvaluatedKey"]["sk"] == {"S": "c"}
