"""An in-memory model of DynamoDB for one table: conditions, transactions, indexes, limits.

It takes boto3's keyword calls, so shared.adapters.table.Table runs on it unchanged, and answers
with botocore's errors. It knows what the hub uses and refuses the rest by an exception, so that
nothing passes because it was not looked at. Every call is one step: nothing is ever half done.
tests/unit/test_dynamodb_model.py and tests/integration/test_dynamodb_contract.py hold it to moto.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.support import dynamodb_expressions as expressions
from tests.support import partiql
from tests.support.dynamodb_errors import cancelled, client_error, only, unused
from tests.support.dynamodb_expressions import Refused, invalid
from tests.support.dynamodb_shelf import Item, Place, Shelf
from tests.support.request_units import item_bytes
from tests.support.table_schema import Index, Schema, template_schema

PAGE_BYTES = 1024 * 1024
TRANSACTION_ITEMS_MAX = 100
TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
BATCH_GET_MAX = 100
BATCH_WRITE_MAX = 25
STATEMENTS_MAX = 25

Change = tuple[Item | None, Item | None]
Observer = Callable[[str, Mapping[str, Any], Sequence[Change], str, Sequence[str]], None]


class DynamoModel:
    """The client of a DynamoDB that holds one table of any name. Treat answers as read-only."""

    def __init__(self, schema: Schema | None = None, *, page_bytes: int = PAGE_BYTES) -> None:
        self._shelf = Shelf(schema or template_schema())
        self._page_bytes = page_bytes
        self._observers: list[Observer] = []

    def items(self) -> list[Item]:
        """Return every item in key order, typed."""
        return [self._shelf.items[place] for place in sorted(self._shelf.items)]

    def copy(self) -> "DynamoModel":
        """Return a model of its own that holds the same; nobody observes it yet."""
        twin = DynamoModel(self._shelf.schema, page_bytes=self._page_bytes)
        twin._shelf = self._shelf.copy()
        return twin

    def tell(self, observer: Observer) -> None:
        """Tell observer from now on of what observe() tells."""
        self._observers.append(observer)

    @contextmanager
    def observe(self, observer: Observer) -> Iterator[None]:
        """Tell observer of every answered call, what it touched, and the answer's error code."""
        self.tell(observer)
        try:
            yield
        finally:
            self._observers.remove(observer)

    def get_item(self, **request: Any) -> dict[str, Any]:
        return self._answer("GetItem", request, self._get)

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        return self._answer("BatchGetItem", request, self._batch_get)

    def query(self, **request: Any) -> dict[str, Any]:
        return self._answer("Query", request, self._query)

    def scan(self, **request: Any) -> dict[str, Any]:
        return self._answer("Scan", request, self._scan)

    def put_item(self, **request: Any) -> dict[str, Any]:
        return self._answer("PutItem", request, lambda r, t: self._write("Put", r, t))

    def update_item(self, **request: Any) -> dict[str, Any]:
        return self._answer("UpdateItem", request, self._update)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        return self._answer("DeleteItem", request, lambda r, t: self._write("Delete", r, t))

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        return self._answer("TransactWriteItems", request, self._transact)

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        return self._answer("BatchWriteItem", request, self._batch_write)

    def batch_execute_statement(self, **request: Any) -> dict[str, Any]:
        return self._answer("BatchExecuteStatement", request, self._statements)

    def load(self, items: Iterable[Item]) -> None:
        """Put typed items there, told to nobody: the world as a measurement finds it."""
        for item in items:
            self._shelf.store(self._shelf.place(self._shelf.schema.key(item)), item)

    def _answer(
        self,
        operation: str,
        request: dict[str, Any],
        work: Callable[[dict[str, Any], list[Change]], dict[str, Any]],
    ) -> dict[str, Any]:
        touched: list[Change] = []
        try:
            answer = work(request, touched)
        except Refused as refused:
            reasons = getattr(refused, "reasons", ())
            for observer in self._observers:
                observer(operation, request, touched, refused.code, [r["Code"] for r in reasons])
            raise client_error(operation, refused.code, refused.message, reasons) from None
        for observer in self._observers:
            observer(operation, request, touched, "", ())
        return answer

    def _get(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        only(request, {"TableName", "Key", "ConsistentRead"})
        found = self._shelf.items.get(self._shelf.place(request["Key"]))
        touched.append((found, found))
        return {} if found is None else {"Item": dict(found)}

    def _batch_get(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        only(request, {"RequestItems"})
        ((name, asked),) = request["RequestItems"].items()
        only(asked, {"Keys", "ConsistentRead"})
        places = [self._shelf.place(key) for key in asked["Keys"]]
        if not 0 < len(places) <= BATCH_GET_MAX:
            raise invalid("Too many items requested for the BatchGetItem call")
        if len(set(places)) < len(places):
            raise invalid("Provided list of item keys contains duplicates")
        found = [self._shelf.items.get(place) for place in places]
        touched += [(item, item) for item in found]
        there = [dict(item) for item in found if item is not None]
        return {"Responses": {name: there}, "UnprocessedKeys": {}}

    def _query(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        only(
            request,
            {
                "TableName",
                "IndexName",
                "KeyConditionExpression",
                "ExpressionAttributeNames",
                "ExpressionAttributeValues",
                "ScanIndexForward",
                "Limit",
                "ConsistentRead",
                "ExclusiveStartKey",
            },
        )
        names = request.get("ExpressionAttributeNames", {})
        values = request.get("ExpressionAttributeValues", {})
        wanted = expressions.key_range(request["KeyConditionExpression"])
        index = None
        if "IndexName" in request:
            if request.get("ConsistentRead"):
                raise invalid("Consistent reads are not supported on global secondary indexes")
            index = self._shelf.schema.index(request["IndexName"])
        attributes = (index.partition, index.sort) if index else self._shelf.key_names()
        asked = [expressions.name_of(wanted.partition[0], names)]
        if wanted.sort is not None:
            asked.append(expressions.name_of(wanted.sort, names))
        if tuple(asked) != attributes[: len(asked)]:
            raise invalid("Query condition missed key schema element")
        unused(names, {wanted.partition[0], wanted.sort or ""}, "ExpressionAttributeNames")
        unused(values, {wanted.partition[1], *wanted.bounds}, "ExpressionAttributeValues")
        partition = expressions.value_of(wanted.partition[1], values)["S"]
        bounds = [expressions.value_of(bound, values)["S"] for bound in wanted.bounds]
        if wanted.how == "BETWEEN" and bounds[0] > bounds[1]:
            raise invalid("The BETWEEN operator requires upper bound to be greater than lower")
        places = self._shelf.within(index, partition, wanted.how, bounds)
        if not request.get("ScanIndexForward", True):
            places.reverse()
        return self._page(request, places, index, touched)

    def _scan(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        only(request, {"TableName", "Limit", "ExclusiveStartKey", "ConsistentRead"})
        return self._page(request, sorted(self._shelf.items), None, touched)

    def _page(
        self,
        request: dict[str, Any],
        places: list[Place],
        index: Index | None,
        touched: list[Change],
    ) -> dict[str, Any]:
        start = request.get("ExclusiveStartKey")
        if start is not None:
            places = places[places.index(self._shelf.place(start, index)) + 1 :]
        limit = request.get("Limit", len(places) + 1)
        found: list[Item] = []
        size = 0
        for place in places:
            if len(found) == limit or size >= self._page_bytes:
                break
            item = self._shelf.items[place]
            entry = index.entry(item) if index else dict(item)
            assert entry is not None
            found.append(entry)
            size += item_bytes(entry) if index else self._shelf.bytes[place]
            touched.append((item, item))
        answer = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        full = len(found) == limit or size >= self._page_bytes
        if found and full:
            keys = self._shelf.key_names() + ((index.partition, index.sort) if index else ())
            answer["LastEvaluatedKey"] = {name: found[-1][name] for name in keys}
        return answer

    def _update(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        wanted = request.get("ReturnValues", "NONE")
        if wanted not in ("NONE", "UPDATED_NEW"):
            raise NotImplementedError(f"the model does not return {wanted}")
        plain = {name: value for name, value in request.items() if name != "ReturnValues"}
        self._write("Update", plain, touched)
        if wanted == "NONE":
            return {}
        changes = expressions.update(request["UpdateExpression"])
        given = (target for target, _ in (*changes.set, *changes.add))
        names = [expressions.name_of(t, request.get("ExpressionAttributeNames", {})) for t in given]
        after = self._shelf.items[self._shelf.place(request["Key"])]
        return {"Attributes": {name: after[name] for name in names}}

    def _write(self, verb: str, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        place, after = self._outcome(verb, request, touched)
        self._shelf.store(place, after)
        return {}

    def _transact(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        only(request, {"TransactItems", "ClientRequestToken"})
        writes = [next(iter(entry.items())) for entry in request["TransactItems"]]
        if not 0 < len(writes) <= TRANSACTION_ITEMS_MAX:
            raise invalid("Member must have length less than or equal to 100")
        places = [
            self._shelf.place(w.get("Key") or self._shelf.schema.key(w["Item"])) for _, w in writes
        ]
        if len(set(places)) < len(places):
            raise invalid("Transaction request cannot include multiple operations on one item")
        outcomes: list[tuple[Place, Item | None]] = []
        reasons: list[dict[str, Any]] = []
        for verb, write in writes:
            try:
                outcomes.append(self._outcome(verb, write, touched))
                reasons.append({"Code": "None"})
            except Refused as refused:
                if refused.code != "ConditionalCheckFailedException":
                    raise
                reasons.append({"Code": "ConditionalCheckFailed", "Message": refused.message})
        if len(outcomes) < len(writes):
            raise cancelled(reasons)
        if sum(max(map(item_bytes, change)) for change in touched) > TRANSACTION_BYTES_MAX:
            raise invalid("Collection size exceeded.")
        for place, after in outcomes:
            self._shelf.store(place, after)
        return {}

    def _batch_write(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        only(request, {"RequestItems"})
        (entries,) = request["RequestItems"].values()
        if not 0 < len(entries) <= BATCH_WRITE_MAX:
            raise invalid("Too many items requested for the BatchWriteItem call")
        writes = [(kind.removesuffix("Request"), w) for e in entries for kind, w in e.items()]
        outcomes = [self._outcome(verb, write, touched) for verb, write in writes]
        if len({place for place, _ in outcomes}) < len(outcomes):
            raise invalid("Provided list of item keys contains duplicates")
        for place, after in outcomes:
            self._shelf.store(place, after)
        return {"UnprocessedItems": {}}

    def _statements(self, request: dict[str, Any], touched: list[Change]) -> dict[str, Any]:
        """Insert each item of a batch whose key is free, and say of each what became of it."""
        only(request, {"Statements"})
        if not 0 < len(request["Statements"]) <= STATEMENTS_MAX:
            raise invalid("Member must have length less than or equal to 25")
        said = [partiql.inserted(statement) for statement in request["Statements"]]
        places = [self._shelf.place(self._shelf.schema.key(item)) for _, item in said]
        if len(set(places)) < len(places):
            raise invalid("Statements of a batch cannot work on the same item")
        responses: list[dict[str, Any]] = []
        for (table, item), place in zip(said, places, strict=True):
            before = self._shelf.items.get(place)
            if before is None:
                self._shelf.check(item)
                touched.append((None, item))
                self._shelf.store(place, item)
                responses.append({"TableName": table})
            else:
                touched.append((before, before))
                responses.append({"TableName": table, "Error": partiql.DUPLICATE})
        return {"Responses": responses}

    def _outcome(
        self, verb: str, request: dict[str, Any], touched: list[Change]
    ) -> tuple[Place, Item | None]:
        """Return where a write goes and what will be there; its condition must hold."""
        only(
            request,
            {
                "TableName",
                "ExpressionAttributeNames",
                "ExpressionAttributeValues",
                "ConditionExpression",
                "Key",
                "Item",
                "UpdateExpression",
            },
        )
        names = request.get("ExpressionAttributeNames", {})
        values = request.get("ExpressionAttributeValues", {})
        key = request["Key"] if verb != "Put" else self._shelf.schema.key(request["Item"])
        place = self._shelf.place(key)
        before = self._shelf.items.get(place)
        test = changes = None
        if "ConditionExpression" in request:
            test = expressions.condition(request["ConditionExpression"])
        if "UpdateExpression" in request:
            changes = expressions.update(request["UpdateExpression"])
        used = [part for part in (test, changes) if part is not None]
        unused(names, {n for part in used for n in part.names}, "ExpressionAttributeNames")
        unused(values, {v for part in used for v in part.values}, "ExpressionAttributeValues")
        held = test is None or test.holds(before or {}, names, values)
        if not held:
            touched.append((before, before))
            raise Refused("ConditionalCheckFailedException", "The conditional request failed")
        after: Item | None
        match verb:
            case "Put":
                after = dict(request["Item"])
            case "Update":
                assert changes is not None
                after = dict(expressions.updated(before or key, changes, names, values))
                if any(after.get(name) != key[name] for name in key):
                    raise invalid("Cannot update attribute. This attribute is part of the key")
            case "ConditionCheck":
                after = before
            case _:
                after = None
        if after is not None and after is not before:
            self._shelf.check(after)
        touched.append((before, after))
        return place, after
