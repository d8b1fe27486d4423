"""The table's keys and indexes, as the meter and the model need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.support.template import table_properties

Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Index:
    """A sparse index: it holds the items that have both of its keys."""

    name: str
    partition: str
    sort: str
    kept: frozenset[str] | None
    """The attributes that an entry holds, table and index keys included; None is all of them."""

    def entry(self, item: Attributes | None) -> dict[str, Mapping[str, Any]] | None:
        """Return what the index holds of item, or None where item is not in it."""
        if item is None or self.partition not in item or self.sort not in item:
            return None
        return {k: v for k, v in item.items() if self.kept is None or k in self.kept}


@dataclass(frozen=True, slots=True)
class Schema:
    """One table with a partition key, a sort key and its global indexes."""

    partition: str
    sort: str
    indexes: tuple[Index, ...]

    def key(self, item: Attributes) -> dict[str, Mapping[str, Any]]:
        """Return the key of a typed item, or as much of it as the item has."""
        return {name: item[name] for name in (self.partition, self.sort) if name in item}

    def index(self, name: str) -> Index:
        """Return the index of that name."""
        return next(index for index in self.indexes if index.name == name)


def schema_of(properties: Mapping[str, Any]) -> Schema:
    """Return the schema of a table's CloudFormation properties."""
    partition, sort = _keys(properties["KeySchema"])
    indexes = []
    for told in properties.get("GlobalSecondaryIndexes", ()):
        index_keys = _keys(told["KeySchema"])
        projection = told["Projection"]
        kept = None
        if projection["ProjectionType"] != "ALL":
            more = projection.get("NonKeyAttributes", ())
            kept = frozenset((partition, sort, *index_keys, *more))
        indexes.append(Index(told["IndexName"], *index_keys, kept))
    return Schema(partition, sort, tuple(indexes))


@cache
def template_schema() -> Schema:
    """Return the schema of the table in template.yaml."""
    return schema_of(table_properties())


def _keys(key_schema: list[dict[str, str]]) -> tuple[str, str]:
    by_type = {k["KeyType"]: k["AttributeName"] for k in key_schema}
    return by_type["HASH"], by_type["RANGE"]
