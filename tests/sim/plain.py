"""Items of the table as plain values, and what may change of them."""

from collections.abc import Mapping
from typing import Any

MAY_CHANGE: Mapping[str, set[str]] = {
    "POSTING": set(),
    "NOTICE": {"ppk", "psk", "done_after"},
    "WRITEBACK": {"ppk", "psk", "left"},
    "PAYMENT": {"ppk", "psk", "allocations", "plan", "version", "state", "gone", "kept", "excess"},
}
"""What may change of an item of a type that otherwise never does, and is never removed."""


def plain_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as DynamoDB holds it as plain values."""
    return {name: _plain(attribute) for name, attribute in item.items()}


def broken_seals(place: tuple[str, str], before: Any, after: Any) -> list[str]:
    """Return what a change of an item that never changes, or only in part, has broken."""
    kind = (before or after)["type"]["S"]
    if before is None or kind not in MAY_CHANGE:
        return []
    if after is None:
        return [f"{place} was removed"]
    if kind == "PAYMENT" and before["state"]["S"] == "pending":
        return []
    names = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    strange = names - MAY_CHANGE[kind]
    return [f"{place} changed in {sorted(strange)}"] if strange else []


def _plain(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "L":
            return [_plain(element) for element in value]
        case "M":
            return {name: _plain(element) for name, element in value.items()}
        case "NULL":
            return None
    return value
