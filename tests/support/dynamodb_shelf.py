"""What a table holds, in key order, and its sparse indexes: the store below the model's calls."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import Any

from tests.support.dynamodb_expressions import invalid
from tests.support.request_units import item_bytes
from tests.support.table_schema import Attributes, Index, Schema

ITEM_BYTES_MAX = 400 * 1024
_HIGHEST = "\U0010ffff"

Item = dict[str, Any]
Place = tuple[str, str]


class Shelf:
    """The items of one table by their keys. Treat what it returns as read-only."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.items: dict[Place, Item] = {}
        self.bytes: dict[Place, int] = {}
        self._sorts: dict[str, list[str]] = {}
        self._entries: dict[str, dict[str, list[tuple[str, str, str]]]] = {
            index.name: {} for index in schema.indexes
        }

    def copy(self) -> "Shelf":
        """Return a shelf of its own that holds the same."""
        twin = Shelf(self.schema)
        twin.items = dict(self.items)
        twin.bytes = dict(self.bytes)
        twin._sorts = {pk: list(sorts) for pk, sorts in self._sorts.items()}
        twin._entries = {
            name: {pk: list(entries) for pk, entries in parts.items()}
            for name, parts in self._entries.items()
        }
        return twin

    def within(
        self, index: Index | None, partition: str, how: str, bounds: Sequence[str]
    ) -> list[Place]:
        """Return the places of a partition, narrowed by its sort key, in key order."""
        if index is None:
            entries: list[Any] = [(sk, partition, sk) for sk in self._sorts.get(partition, ())]
        else:
            entries = self._entries[index.name].get(partition, [])
        low, high = 0, len(entries)
        if how:
            first = bounds[0]
            if how in ("begins_with", "BETWEEN", "=", ">="):
                low = bisect_left(entries, (first,))
            elif how == ">":
                low = bisect_right(entries, (first, _HIGHEST, _HIGHEST))
            if how == "begins_with":
                high = bisect_left(entries, (first + _HIGHEST,))
            elif how in ("BETWEEN", "=", "<="):
                high = bisect_right(entries, (bounds[-1], _HIGHEST, _HIGHEST))
            elif how == "<":
                high = bisect_left(entries, (first,))
        return [(pk, sk) for _, pk, sk in entries[low:high]]

    def check(self, item: Item) -> None:
        """Refuse an item that is too large, or whose index keys DynamoDB would refuse."""
        if item_bytes(item) > ITEM_BYTES_MAX:
            raise invalid("Item size has exceeded the maximum allowed size")
        for index in self.schema.indexes:
            for name in (index.partition, index.sort):
                if name in item and not item[name].get("S"):
                    raise invalid(f"The index key {name} must be a string that is not empty")

    def store(self, place: Place, after: Item | None) -> None:
        """Put an item in its place, or take away what is there."""
        before = self.items.get(place)
        if before is after:
            return
        pk, sk = place
        for index in self.schema.indexes:
            self._reindex(index, place, before, after)
        if after is None:
            del self.items[place], self.bytes[place]
            self._sorts[pk].remove(sk)
            return
        self.items[place] = after
        self.bytes[place] = item_bytes(after)
        if before is None:
            insort(self._sorts.setdefault(pk, []), sk)

    def _reindex(self, index: Index, place: Place, before: Item | None, after: Item | None) -> None:
        partitions = self._entries[index.name]
        old, new = index.entry(before), index.entry(after)
        if old is not None:
            partitions[old[index.partition]["S"]].remove((old[index.sort]["S"], *place))
        if new is not None:
            entries = partitions.setdefault(new[index.partition]["S"], [])
            insort(entries, (new[index.sort]["S"], *place))

    def place(self, key: Attributes, index: Index | None = None) -> Place:
        """Return where a key points; of an index it is the whole key of an entry."""
        wanted = set(self.key_names()) | ({index.partition, index.sort} if index else set())
        if key.keys() != wanted or not all(key[name].get("S") for name in wanted):
            raise invalid("The provided key element does not match the schema")
        return key[self.schema.partition]["S"], key[self.schema.sort]["S"]

    def key_names(self) -> tuple[str, str]:
        """Return the names of the table's own keys."""
        return self.schema.partition, self.schema.sort
