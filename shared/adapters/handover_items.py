"""Items of cases that were given to a lawyer or an agency, and back."""

from datetime import date

from shared.adapters.codec import Item
from shared.adapters.keys import Key
from shared.domain.agreement import Handover, HandoverTier


def handover_item(place: Key, customer_id: str, handover: Handover) -> Item:
    """Return the item of a case in its place: live while in force, else in history."""
    return {
        **place,
        "type": "HANDOVER",
        "customer_id": customer_id,
        "handover_id": handover.handover_id,
        "tier": str(handover.tier),
        "approved_by": handover.approved_by,
        "starts_on": handover.starts_on.isoformat(),
        "notice": handover.notice,
        "documents": list(handover.documents),
        "ended_on": handover.ended_on.isoformat() if handover.ended_on else "",
        "ended_by": handover.ended_by,
        "reason": handover.reason,
        "version": handover.version,
    }


def handover_from(item: Item) -> Handover:
    """Return the case of an item."""
    return Handover(
        handover_id=item["handover_id"],
        tier=HandoverTier(item["tier"]),
        approved_by=item["approved_by"],
        starts_on=date.fromisoformat(item["starts_on"]),
        notice=item["notice"],
        documents=tuple(item["documents"]),
        ended_on=date.fromisoformat(item["ended_on"]) if item["ended_on"] else None,
        ended_by=item["ended_by"],
        reason=item["reason"],
        version=item["version"],
    )
