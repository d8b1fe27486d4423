"""Movements: what changed what a customer owes. Written once, never changed."""

from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.table import Put
from shared.domain.clock import iso
from shared.domain.money import Money


def movement_put(
    entity: str,
    customer_id: str,
    movement_id: str,
    kind: str,
    amount: Money,
    *,
    value_date: date,
    recorded_at: datetime,
    document_id: str = "",
    payment_id: str = "",
    reason: str = "",
) -> Put:
    """Return the write of a new movement, to go into the transaction that it is part of.

    amount is what it adds to what the customer owes on document_id: an invoice is positive, an
    allocation negative. A payment's movement is the money that came in, positive.
    """
    return Put(
        {
            **keys.movement(entity, customer_id, movement_id),
            "type": "MOVEMENT",
            "movement_id": movement_id,
            "kind": kind,
            "customer_id": customer_id,
            "document_id": document_id,
            "payment_id": payment_id,
            "currency": amount.currency,
            "amount": amount.minor,
            "value_date": value_date.isoformat(),
            "recorded_at": iso(recorded_at),
            "reason": reason,
        }
    )
