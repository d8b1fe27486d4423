"""A refund to its item, and back."""

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.clock import from_iso, iso
from shared.domain.money import Money
from shared.domain.refund import Refund, RefundState


def refund_item(entity_id: str, refund: Refund) -> Item:
    """Return the refund without its pending key."""
    return {
        **keys.refund(entity_id, refund.refund_id),
        "type": "REFUND",
        "refund_id": refund.refund_id,
        "customer_id": refund.customer_id,
        "source_id": refund.source_id,
        "currency": refund.amount.currency,
        "amount": refund.amount.minor,
        "via": refund.via,
        "reason": refund.reason,
        "by": refund.by,
        "created_at": iso(refund.created_at),
        "state": str(refund.state),
        "payment_reference": refund.payment_reference,
        "reference": refund.reference,
        "version": refund.version,
    }


def refund_from(item: Item) -> Refund:
    """Return the refund of an item."""
    return Refund(
        refund_id=item["refund_id"],
        customer_id=item["customer_id"],
        source_id=item["source_id"],
        amount=Money(minor=item["amount"], currency=item["currency"]),
        via=item["via"],
        reason=item["reason"],
        by=item["by"],
        created_at=from_iso(item["created_at"]),
        state=RefundState(item["state"]),
        payment_reference=item["payment_reference"],
        reference=item["reference"],
        version=item["version"],
    )
