"""The one table. Reads return plain items; every write names what must still be true.

In a condition, #name stands for the attribute name (many short words are reserved).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import batched
from typing import Any

from botocore.exceptions import ClientError

from shared.adapters.codec import Item, decode_item, encode, encode_item
from shared.adapters.keys import Key
from shared.errors import WriteConflict

NEW = "attribute_not_exists(pk)"
EXISTS = "attribute_exists(pk)"
VERSION = "version = :seen"
_ALIAS = re.compile(r"#([a-z_]+)")
_BATCH_GET_MAX = 100
_STATEMENTS_MAX = 25
_TRY_AGAIN = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingError",
        "TransactionConflict",
    }
)
_ATTEMPTS_MAX = 8
WRITES_MAX = 100
"""What DynamoDB takes in one transaction."""


class TooManyWrites(ValueError):
    """A transaction of more writes than the table takes at once: a step that is not bounded."""

    def __init__(self, writes: int) -> None:
        self.writes = writes
        super().__init__(f"{writes} writes in one transaction, at most {WRITES_MAX}")


class ConditionLost(Exception):
    """A condition no longer held. positions are the indexes of the writes that lost."""

    def __init__(self, positions: tuple[int, ...]) -> None:
        self.positions = positions
        super().__init__(f"conditions lost at {positions}")


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item if condition holds (by default: there is none yet)."""

    item: Mapping[str, object]
    condition: str = NEW
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """Set and remove attributes of an item if condition holds."""

    key: Key
    set: Mapping[str, object] = field(default_factory=dict)
    remove: Sequence[str] = ()
    condition: str = EXISTS
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item if condition holds."""

    key: Key
    condition: str = EXISTS
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, but fail the transaction unless condition holds."""

    key: Key
    condition: str
    values: Mapping[str, object] = field(default_factory=dict)


Write = Put | Update | Delete | Check


def seen(version: int) -> dict[str, object]:
    """Return the values that the condition VERSION needs."""
    return {":seen": version}


class Table:
    """Reads and conditional writes of one DynamoDB table, by plain items."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Key) -> Item | None:
        """Return the item, read consistently, or None."""
        found = self._client.get_item(
            TableName=self._name, Key=encode_item(key), ConsistentRead=True
        )
        return decode_item(found["Item"]) if "Item" in found else None

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """Return the items that exist, in no order, read consistently."""
        found: list[Item] = []
        for chunk in batched(
            {tuple(k.values()): k for k in keys}.values(), _BATCH_GET_MAX, strict=False
        ):
            wanted = {self._name: {"Keys": [encode_item(k) for k in chunk], "ConsistentRead": True}}
            for _ in range(_ATTEMPTS_MAX):
                page = self._client.batch_get_item(RequestItems=wanted)
                found += [decode_item(i) for i in page["Responses"].get(self._name, [])]
                wanted = page.get("UnprocessedKeys") or {}
                if not wanted:
                    break
            else:
                raise WriteConflict(reason="batch_get_unprocessed")
        return found

    def query(
        self,
        pk: str,
        *,
        begins: str | None = None,
        between: tuple[str, str] | None = None,
        index: str | None = None,
        reverse: bool = False,
        limit: int | None = None,
        consistent: bool = True,
    ) -> Iterator[Item]:
        """Yield the items of a partition in key order, page by page, at most limit of them.

        begins or between narrow the sort key. A base-table Query is consistent unless told not to
        be, which costs half; an index only finds candidates.
        """
        prefix = {None: "", "due": "g", "pending": "p"}[index]
        names = {"#pk": f"{prefix}pk", "#sk": f"{prefix}sk"}
        values: dict[str, object] = {":pk": pk}
        condition = "#pk = :pk"
        if begins is not None:
            condition += " AND begins_with(#sk, :a)"
            values[":a"] = begins
        elif between is not None:
            condition += " AND #sk BETWEEN :a AND :b"
            values[":a"], values[":b"] = between
        else:
            del names["#sk"]
        request: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": encode_item(values),
            "ScanIndexForward": not reverse,
        }
        request |= {"IndexName": index} if index else {"ConsistentRead": consistent}
        left = limit
        while True:
            if left is not None:
                request["Limit"] = left
            page = self._client.query(**request)
            yield from (decode_item(i) for i in page["Items"])
            left = None if left is None else left - len(page["Items"])
            if "LastEvaluatedKey" not in page or left == 0:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def write(self, *writes: Write) -> None:
        """Make all of writes true, or none.

        Raises ConditionLost when a condition did not hold (with the positions), and WriteConflict
        when another transaction was in the way (try again). Raises TooManyWrites for more than
        WRITES_MAX of them.
        """
        if len(writes) > WRITES_MAX:
            raise TooManyWrites(len(writes))
        if len(writes) == 1 and not isinstance(writes[0], Check):
            self._write_one(writes[0])
            return
        try:
            self._client.transact_write_items(TransactItems=[self._entry(w) for w in writes])
        except ClientError as exc:
            raise _cancelled(exc) from exc

    def insert_many(self, items: Sequence[Mapping[str, object]]) -> list[bool]:
        """Insert each of items whose key is free; return of each whether it is in now.

        Not a transaction: 25 go in one call, and each costs what a lone write does. A repeat of a
        lost call finds its own items there and says False. Raises WriteConflict when something was
        in the way of an item for too long (the others may be in).
        """
        inserted: list[bool] = []
        for chunk in batched(items, _STATEMENTS_MAX, strict=False):
            inserted += self._insert(chunk)
        return inserted

    def _insert(self, items: Sequence[Mapping[str, object]]) -> list[bool]:
        outcomes: dict[int, bool] = {}
        for _ in range(_ATTEMPTS_MAX):
            left = [i for i in range(len(items)) if i not in outcomes]
            statements = [
                {
                    "Statement": _insert_statement(self._name, tuple(items[i])),
                    "Parameters": [encode(value) for value in items[i].values()],
                }
                for i in left
            ]
            answer = self._client.batch_execute_statement(Statements=statements)
            for i, said in zip(left, answer["Responses"], strict=True):
                error = said.get("Error")
                if error is None or error["Code"] == "DuplicateItem":
                    outcomes[i] = error is None
                elif error["Code"] not in _TRY_AGAIN:
                    raise ClientError({"Error": error}, "BatchExecuteStatement")
            if len(outcomes) == len(items):
                return [outcomes[i] for i in range(len(items))]
        raise WriteConflict(reason="inserts_in_the_way")

    def count(self, key: Key, name: str, item_type: str) -> int:
        """Add one to the number called name of an item of item_type, and return it.

        The item comes to be with the first count. A repeat of a lost call counts once more. Raises
        WriteConflict when a transaction was in the way (try again).
        """
        try:
            answer = self._client.update_item(
                TableName=self._name,
                Key=encode_item(key),
                UpdateExpression="SET #type = :type ADD #name :one",
                ConditionExpression="attribute_not_exists(pk) OR #type = :type",
                ExpressionAttributeNames={"#type": "type", "#name": name},
                ExpressionAttributeValues={":type": encode(item_type), ":one": encode(1)},
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "TransactionConflictException":
                raise WriteConflict() from exc
            raise
        return int(decode_item(answer["Attributes"])[name])

    def take_turn(self, key: Key, name: str, now: int, takes: int, latest: int) -> int | None:
        """Return the first free moment from now on, and move name of the item past it by takes.

        Moments are whole numbers of one unit. None where the first free one is after latest:
        nothing is taken then. Whoever asks at the same time gets a moment of their own; a repeat
        of a lost call takes another one.
        """
        for _ in range(_ATTEMPTS_MAX):
            line = "#n >= :now AND #n <= :latest"
            values = {":takes": takes, ":now": now, ":latest": latest}
            moved = self._moved(key, name, "ADD #n :takes", line, values)
            if moved is not None:
                return moved - takes
            free = "attribute_not_exists(pk) OR #n < :now"
            values = {":then": now + takes, ":now": now}
            if self._moved(key, name, "SET #n = :then", free, values) is not None:
                return now
            item = self.get(key)
            if item is not None and item[name] > latest:
                return None
        raise WriteConflict(reason="turns")

    def _moved(
        self, key: Key, name: str, change: str, condition: str, values: Mapping[str, int]
    ) -> int | None:
        """Return the number called name after change, or None where condition does not hold."""
        try:
            answer = self._client.update_item(
                TableName=self._name,
                Key=encode_item(key),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#n": name},
                ExpressionAttributeValues=encode_item(values),
                ReturnValues="UPDATED_NEW",
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise
        return int(decode_item(answer["Attributes"])[name])

    def _write_one(self, write: Write) -> None:
        ((verb, request),) = self._entry(write).items()
        call = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }[verb]
        try:
            call(**request)
        except ClientError as exc:
            code = exc.response["Error"]["Code"]
            if code == "ConditionalCheckFailedException":
                raise ConditionLost((0,)) from exc
            if code == "TransactionConflictException":
                raise WriteConflict() from exc
            raise

    def _entry(self, write: Write) -> dict[str, dict[str, Any]]:
        request: dict[str, Any] = {"TableName": self._name, "ConditionExpression": write.condition}
        values = dict(write.values)
        match write:
            case Put():
                verb = "Put"
                request["Item"] = encode_item(write.item)
            case Update():
                verb = "Update"
                request["Key"] = encode_item(write.key)
                request |= _update_expression(write, values)
            case Delete() | Check():
                verb = "Delete" if isinstance(write, Delete) else "ConditionCheck"
                request["Key"] = encode_item(write.key)
        names = {f"#{word}": word for word in _ALIAS.findall(write.condition)}
        if names:
            request["ExpressionAttributeNames"] = (
                request.get("ExpressionAttributeNames", {}) | names
            )
        if values:
            request["ExpressionAttributeValues"] = {k: encode(v) for k, v in values.items()}
        return {verb: request}


@lru_cache(maxsize=64)
def _insert_statement(table: str, names: tuple[str, ...]) -> str:
    values = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table}" VALUE {{{values}}}'


def _update_expression(write: Update, values: dict[str, object]) -> dict[str, Any]:
    names: dict[str, str] = {}
    sets = []
    for i, (name, value) in enumerate(write.set.items()):
        names[f"#s{i}"], values[f":s{i}"] = name, value
        sets.append(f"#s{i} = :s{i}")
    removes = []
    for i, name in enumerate(write.remove):
        names[f"#r{i}"] = name
        removes.append(f"#r{i}")
    parts = [f"SET {', '.join(sets)}"] if sets else []
    parts += [f"REMOVE {', '.join(removes)}"] if removes else []
    return {"UpdateExpression": " ".join(parts), "ExpressionAttributeNames": names}


def _cancelled(exc: ClientError) -> Exception:
    if exc.response["Error"]["Code"] == "TransactionInProgressException":
        return WriteConflict()
    codes = [reason["Code"] for reason in exc.response.get("CancellationReasons", [])]
    lost = tuple(i for i, code in enumerate(codes) if code == "ConditionalCheckFailed")
    if lost:
        return ConditionLost(lost)
    if "TransactionConflict" in codes:
        return WriteConflict()
    return exc
