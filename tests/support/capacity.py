"""A capacity meter: the request units of every DynamoDB call, by DynamoDB's published rules.

    with meter(client) as m:
        ...
    assert m.write_units <= 14 and m.calls <= 5

The emulators' own figures leave out indexes or are wrong altogether, so none is used. What a write
costs depends on what was there before. On a boto3 client the meter looks at the items right before
and right after each write, through the same client and uncounted: that needs no copy of the table
and no second reading of update expressions, and it is exact unless another thread writes the same
item in between. The in-memory model tells the meter what it touched.

Not counted: attempts that the SDK repeated by itself, calls that never got an answer, and calls of
other clients or processes. A call that the meter has no rule for raises.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.partiql import inserted
from tests.support.request_units import (
    TABLE,
    Units,
    item_bytes,
    page_units,
    read_units,
    refused_write_units,
    write_units,
)
from tests.support.table_schema import Attributes, Schema, template_schema

_CANCELLED = "TransactionCanceledException"
_REFUSED = "ConditionalCheckFailedException"
_FREE_REASONS = {"ThrottlingError", "ProvisionedThroughputExceeded", "ValidationError"}
_WRITES = {
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "TransactWriteItems",
    "BatchWriteItem",
    "BatchExecuteStatement",
}
_READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
_NOTHING_TO_COUNT = {"DescribeTable", "CreateTable", "ListTables", "DeleteTable", "UpdateTable"}


@dataclass(slots=True)
class Usage:
    """What some calls took."""

    calls: int = 0
    read_units: float = 0.0
    write_units: float = 0.0


@dataclass(slots=True)
class Meter:
    """What was counted so far, in all, by operation (such as Query) and by place.

    A place is "table" or an index's name; its calls are those that touched it.
    """

    schema: Schema
    total: Usage = field(default_factory=Usage)
    by_operation: dict[str, Usage] = field(default_factory=lambda: defaultdict(Usage))
    by_place: dict[str, Usage] = field(default_factory=lambda: defaultdict(Usage))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def calls(self) -> int:
        return self.total.calls

    @property
    def read_units(self) -> float:
        return self.total.read_units

    @property
    def write_units(self) -> float:
        return self.total.write_units

    def count(
        self,
        operation: str,
        request: Mapping[str, Any],
        touched: Sequence[tuple[Attributes | None, Attributes | None]],
        error: str = "",
        reasons: Sequence[str] = (),
    ) -> None:
        """Count one call that was answered.

        touched pairs each item before with itself after, in the order of the request; of a read,
        every item that it looked at (None for one that is not there) is before. error is the code
        of the answer and reasons the codes of a cancelled transaction, "" and () for success.
        """
        reads: Units = {}
        writes: Units = {}
        if operation in _READS and not error:
            reads = self._reads(operation, request, [before for before, _ in touched])
        elif operation in _WRITES:
            writes = self._writes(operation, request, touched, error, reasons)
        elif operation not in _READS | _NOTHING_TO_COUNT:
            raise NotImplementedError(f"the meter has no rule for {operation}")
        with self._lock:
            self._add(operation, reads, writes)

    def _add(self, operation: str, reads: Units, writes: Units) -> None:
        for usage in (self.total, self.by_operation[operation]):
            usage.calls += 1
            usage.read_units += sum(reads.values())
            usage.write_units += sum(writes.values())
        for place in reads.keys() | writes.keys():
            usage = self.by_place[place]
            usage.calls += 1
            usage.read_units += reads.get(place, 0.0)
            usage.write_units += writes.get(place, 0.0)

    def _reads(
        self, operation: str, request: Mapping[str, Any], items: Sequence[Attributes | None]
    ) -> Units:
        if operation in ("Query", "Scan"):
            return self._page(request, [item for item in items if item is not None])
        transactional = operation == "TransactGetItems"
        consistent = bool(request.get("ConsistentRead"))
        if operation == "BatchGetItem":
            (asked,) = request["RequestItems"].values()
            consistent = bool(asked.get("ConsistentRead"))
        return {
            TABLE: sum(
                read_units(item_bytes(i), consistent=consistent, transactional=transactional)
                for i in items
            )
        }

    def _page(self, request: Mapping[str, Any], items: Sequence[Attributes]) -> Units:
        name = request.get("IndexName")
        if name is None:
            consistent = bool(request.get("ConsistentRead"))
            return {TABLE: page_units(items, consistent=consistent)}
        entries = [self.schema.index(name).entry(item) or {} for item in items]
        return {name: page_units(entries, consistent=False)}

    def _writes(
        self,
        operation: str,
        request: Mapping[str, Any],
        touched: Sequence[tuple[Attributes | None, Attributes | None]],
        error: str,
        reasons: Sequence[str],
    ) -> Units:
        transactional = operation == "TransactWriteItems"
        if operation == "BatchExecuteStatement" and not error:
            return _sum(
                refused_write_units(b) if b is a else write_units(self.schema, b, a)
                for b, a in touched
            )
        if error == _REFUSED:
            return refused_write_units(touched[0][0])
        if error == _CANCELLED and not _FREE_REASONS.intersection(reasons):
            given = given_items(operation, request)
            pairs = zip(touched, given, strict=True)
            return _sum(refused_write_units(b, g, transactional=True) for (b, _), g in pairs)
        if error:
            return {}
        return _sum(write_units(self.schema, b, a, transactional=transactional) for b, a in touched)


@contextmanager
def meter(client: Any, schema: Schema | None = None) -> Iterator[Meter]:
    """Count the calls that client (boto3's, or the in-memory model) makes in the context.

    schema is the table's; by default that of template.yaml.
    """
    counting = Meter(schema or template_schema())
    if hasattr(client, "observe"):
        with client.observe(counting.count):
            yield counting
        return
    look = _Look(client, counting)
    events = client.meta.events
    events.register("provide-client-params.dynamodb", look.before)
    events.register("after-call.dynamodb", look.after)
    try:
        yield counting
    finally:
        events.unregister("provide-client-params.dynamodb", look.before)
        events.unregister("after-call.dynamodb", look.after)


def given_items(operation: str, request: Mapping[str, Any]) -> list[Attributes | None]:
    """Return the whole item that each write of a request gives, None where it gives only a key."""
    if operation == "TransactWriteItems":
        entries = [next(iter(entry.items())) for entry in request["TransactItems"]]
        return [write.get("Item") for _, write in entries]
    if operation == "BatchWriteItem":
        (entries,) = request["RequestItems"].values()
        return [entry.get("PutRequest", {}).get("Item") for entry in entries]
    if operation == "BatchExecuteStatement":
        return [inserted(statement)[1] for statement in request["Statements"]]
    return [request.get("Item")]


class _Look:
    """Looks at the items of a boto3 client's writes before and after, without being counted."""

    def __init__(self, client: Any, counting: Meter) -> None:
        self._client = client
        self._meter = counting
        self._mine = threading.local()

    def before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if getattr(self._mine, "looking", False):
            return
        context["metered"] = dict(params)
        if model.name in _WRITES:
            context["metered_before"] = self._look(self._keys(model.name, params))

    def after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if getattr(self._mine, "looking", False) or "metered" not in context:
            return
        request = context["metered"]
        error = parsed.get("Error", {}).get("Code", "")
        if model.name in _WRITES:
            before = context["metered_before"]
            after = before if error else self._look(self._keys(model.name, request))
            answers = parsed.get("Responses", ()) if model.name == "BatchExecuteStatement" else ()
            for i, answer in enumerate(answers):
                if "Error" in answer:
                    after[i] = before[i]
            touched = list(zip(before, after, strict=True))
        else:
            seen = [] if error else self._read(model.name, request, parsed)
            touched = [(item, item) for item in seen]
        reasons = [reason["Code"] for reason in parsed.get("CancellationReasons", ())]
        self._meter.count(model.name, request, touched, error, reasons)

    def _read(
        self, operation: str, request: Mapping[str, Any], parsed: Mapping[str, Any]
    ) -> list[Attributes | None]:
        if operation in ("Query", "Scan"):
            narrowing = {"FilterExpression", "ProjectionExpression", "Select"}
            if not narrowing & request.keys():
                return list(parsed["Items"])
            return self._whole_page(operation, request, narrowing)
        return self._look(self._keys(operation, request, parsed))

    def _whole_page(
        self, operation: str, request: Mapping[str, Any], narrowing: set[str]
    ) -> list[Attributes | None]:
        """Return everything the page looked at: the same call with nothing left out."""
        wide = {k: v for k, v in request.items() if k not in narrowing}
        said = str(wide.get("KeyConditionExpression", ""))
        for part in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            wide[part] = {k: v for k, v in wide.get(part, {}).items() if k in said}
            if not wide[part]:
                del wide[part]
        self._mine.looking = True
        try:
            method = self._client.query if operation == "Query" else self._client.scan
            found: list[Attributes | None] = list(method(**wide)["Items"])
        finally:
            self._mine.looking = False
        return found

    def _keys(
        self, operation: str, request: Mapping[str, Any], parsed: Mapping[str, Any] | None = None
    ) -> list[tuple[str, Attributes]]:
        schema = self._meter.schema
        if operation in ("TransactWriteItems", "TransactGetItems"):
            entries = [next(iter(entry.values())) for entry in request["TransactItems"]]
        elif operation == "BatchGetItem":
            ((name, asked),) = request["RequestItems"].items()
            left = ((parsed or {}).get("UnprocessedKeys") or {}).get(name, {}).get("Keys", [])
            return [(name, key) for key in asked["Keys"] if key not in left]
        elif operation == "BatchWriteItem":
            ((name, written),) = request["RequestItems"].items()
            entries = [{"TableName": name} | next(iter(entry.values())) for entry in written]
        elif operation == "BatchExecuteStatement":
            said = [inserted(statement) for statement in request["Statements"]]
            entries = [{"TableName": name, "Item": item} for name, item in said]
        else:
            entries = [request]
        return [(e["TableName"], e.get("Key") or schema.key(e["Item"])) for e in entries]

    def _look(self, keys: list[tuple[str, Attributes]]) -> list[Attributes | None]:
        self._mine.looking = True
        try:
            found = [
                self._client.get_item(TableName=name, Key=dict(key), ConsistentRead=True)
                for name, key in keys
            ]
        finally:
            self._mine.looking = False
        return [answer.get("Item") for answer in found]


def _sum(parts: Iterator[Units]) -> Units:
    whole: Units = {}
    for part in parts:
        for place, units in part.items():
            whole[place] = whole.get(place, 0.0) + units
    return whole
