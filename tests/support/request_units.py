"""DynamoDB's published rules: how large an item is and how many request units a call takes.

Sources, pages of the Amazon DynamoDB Developer Guide and API Reference:
  sizes            "DynamoDB Item sizes and formats"
  reads, writes    "DynamoDB read and write operations"
  missing items    API Reference, GetItem and BatchGetItem
  transactions     "Amazon DynamoDB Transactions: How it works", capacity management
  indexes          "Using Global Secondary Indexes in DynamoDB", write considerations
Where the pages are silent, the choice is said at the function and never counts too little.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from tests.support.table_schema import Attributes, Schema

READ_BYTES = 4096
WRITE_BYTES = 1024
TABLE = "table"
Units = dict[str, float]
"""Request units by place: TABLE or an index's name."""


def item_bytes(item: Attributes | None) -> int:
    """Return the size of an item: names in UTF-8 and values. Nothing has no size."""
    if item is None:
        return 0
    return sum(_text_bytes(name) + value_bytes(value) for name, value in item.items())


def value_bytes(attribute: Mapping[str, Any]) -> int:
    """Return the size of a typed value. Raises TypeError for a kind the table never holds."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return _text_bytes(value)
        case "N":
            return number_bytes(value)
        case "BOOL" | "NULL":
            return 1
        case "B":
            return len(value if isinstance(value, bytes) else b64decode(value))
        case "L":
            return 3 + sum(1 + value_bytes(element) for element in value)
        case "M":
            return 3 + sum(
                1 + _text_bytes(name) + value_bytes(element) for name, element in value.items()
            )
    raise TypeError(f"no rule for attributes of type {kind}")


def number_bytes(text: str) -> int:
    """Return one byte for each two significant digits and one more; a sign takes another.

    The sign is not on the page: measured by others, and never too little.
    """
    digits = text.lstrip("-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")


def read_units(bytes_read: int, *, consistent: bool, transactional: bool = False) -> float:
    """Return the units of reading one item, or one page of a Query; nothing costs as 4 KB."""
    blocks = max(1, ceil(bytes_read / READ_BYTES))
    if transactional:
        return blocks * 2.0
    return blocks * (1.0 if consistent else 0.5)


def page_units(items: Iterable[Attributes], *, consistent: bool) -> float:
    """Return the units of one Query or Scan page: sizes are added up first, then rounded."""
    return read_units(sum(item_bytes(item) for item in items), consistent=consistent)


def write_units(
    schema: Schema,
    before: Attributes | None,
    after: Attributes | None,
    *,
    transactional: bool = False,
) -> Units:
    """Return the units of one write that made before into after (None: no such item).

    The larger of the two counts, so a delete by what was there; a delete of nothing as 1 KB.
    Indexes follow later and outside of any transaction: they are never doubled.
    """
    factor = 2.0 if transactional else 1.0
    units = {TABLE: factor * _blocks(max(item_bytes(before), item_bytes(after)))}
    for index in schema.indexes:
        old, new = index.entry(before), index.entry(after)
        if old == new:
            continue
        keys = (index.partition, index.sort)
        moved = old is not None and new is not None and any(old[k] != new[k] for k in keys)
        if moved:
            units[index.name] = _blocks(item_bytes(old)) + _blocks(item_bytes(new))
        else:
            units[index.name] = _blocks(max(item_bytes(old), item_bytes(new)))
    return units


def refused_write_units(
    before: Attributes | None, given: Attributes | None = None, *, transactional: bool = False
) -> Units:
    """Return the units of a write whose condition, or whose transaction, failed.

    A lone write counts by what is there, at least as 1 KB. For a cancelled transaction the pages
    give no figure: each of its items counts as prepared, by the larger of what is there and given.
    """
    size = max(item_bytes(before), item_bytes(given) if transactional else 0)
    return {TABLE: (2.0 if transactional else 1.0) * _blocks(size)}


def _blocks(size: int) -> float:
    return float(max(1, ceil(size / WRITE_BYTES)))


def _text_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
