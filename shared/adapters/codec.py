"""Plain values to and from DynamoDB's typed JSON. Numbers are whole; there is no float."""

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]


def encode(value: object) -> dict[str, Any]:
    """Return value as a typed attribute. Raises TypeError for a kind the table never holds."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": {str(k): encode(v) for k, v in value.items()}}
        case list() | tuple():
            return {"L": [encode(v) for v in value]}
    raise TypeError(f"no {type(value).__name__} in the table")


def encode_item(item: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Return item with every attribute typed."""
    return {name: encode(value) for name, value in item.items()}


def decode(attribute: Mapping[str, Any]) -> Any:
    """Return the plain value of a typed attribute."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "N":
            return int(value)
        case "NULL":
            return None
        case "M":
            return {k: decode(v) for k, v in value.items()}
        case "L":
            return [decode(v) for v in value]
    raise TypeError(f"unexpected attribute type {kind}")


def decode_item(attributes: Mapping[str, Mapping[str, Any]]) -> Item:
    """Return the plain item."""
    return {name: decode(attribute) for name, attribute in attributes.items()}
