"""A posting to its item, and back. One item holds all movements of a step; nothing changes it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.clock import from_iso, iso
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting


def posting_item(entity: str, customer_id: str, posting: Posting) -> Item:
    item: Item = {
        **keys.posting(entity, customer_id, posting.posting_id),
        "type": "POSTING",
        "customer_id": customer_id,
        "posting_id": posting.posting_id,
        "value_date": posting.value_date.isoformat(),
        "recorded_at": iso(posting.recorded_at),
        "movements": [_movement_item(m) for m in posting.movements],
    }
    said = {"by": posting.by, "note": posting.note}
    return item | {name: text for name, text in said.items() if text}


def posting_from(item: Mapping[str, Any]) -> Posting:
    return Posting(
        posting_id=item["posting_id"],
        value_date=date.fromisoformat(item["value_date"]),
        recorded_at=from_iso(item["recorded_at"]),
        movements=tuple(_movement_from(m) for m in item["movements"]),
        by=item.get("by", ""),
        note=item.get("note", ""),
    )


def _movement_item(movement: Movement) -> Item:
    optional: Item = {
        "document_id": movement.document_id,
        "instalment": movement.instalment,
        "source_id": movement.source_id,
        "reason": movement.reason,
        "tax": dict(movement.tax),
        "via": movement.via,
    }
    if movement.cash is not None:
        optional["cash"] = [movement.cash.minor, movement.cash.currency]
    return {
        "kind": str(movement.kind),
        "amount": movement.amount.minor,
        "currency": movement.amount.currency,
        **{name: value for name, value in optional.items() if value},
    }


def _movement_from(item: Mapping[str, Any]) -> Movement:
    cash = item.get("cash")
    return Movement(
        kind=MovementKind(item["kind"]),
        amount=Money(minor=item["amount"], currency=item["currency"]),
        document_id=item.get("document_id", ""),
        instalment=item.get("instalment", 0),
        source_id=item.get("source_id", ""),
        reason=item.get("reason", ""),
        tax=item.get("tax", {}),
        via=item.get("via", ""),
        cash=Money(minor=cash[0], currency=cash[1]) if cash else None,
    )
