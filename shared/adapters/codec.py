"""Plain values to and from DynamoDB's typed JSON. Numbers are whole; there is no float."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any

Item = dict[str, Any]


def day_text(day: date | None) -> str:
    """Return a day as an item holds it, "" where there is none."""
    return day.isoformat() if day else ""


def day_from(text: str) -> date | None:
    """Return the day that an item holds, None where it holds none."""
    return date.fromisoformat(text) if text else None


def encode(value: object) -> dict[str, Any]:
    """Return value as a typed attribute. Raises TypeError for a kind the table never holds."""
    kind = type(value)  # every item written passes here: the plain and common kinds first
    if kind is str:
        return {"S": value}
    if kind is int:
        return {"N": str(value)}
    match value:
        case list() | tuple():
            return {"L": [encode(v) for v in value]}
        case Mapping():
            return {"M": {str(k): encode(v) for k, v in value.items()}}
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": b64encode(value).decode()}
    raise TypeError(f"no {kind.__name__} in the table")


def encode_item(item: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Return item with every attribute typed."""
    return {name: encode(value) for name, value in item.items()}


def decode(attribute: Mapping[str, Any]) -> Any:
    """Return the plain value of a typed attribute. Raises TypeError for a kind never held."""
    ((kind, value),) = attribute.items()
    if kind == "S" or kind == "BOOL":  # the commonest first: every item read passes here
        return value
    if kind == "N":
        return int(value)
    if kind == "L":
        return [decode(v) for v in value]
    if kind == "M":
        return {k: decode(v) for k, v in value.items()}
    if kind == "NULL":
        return None
    if kind == "B":  # text as it is on the wire, bytes where botocore has read it
        return value if isinstance(value, bytes) else b64decode(value)
    raise TypeError(f"unexpected attribute type {kind}")


def decode_item(attributes: Mapping[str, Mapping[str, Any]]) -> Item:
    """Return the plain item."""
    item: Item = {}
    for name, attribute in attributes.items():
        ((kind, value),) = attribute.items()
        item[name] = value if kind == "S" else decode(attribute)
    return item
