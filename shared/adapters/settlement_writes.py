"""The writes that make a settlement true: movements, heads, credit, notes to the ERP."""

from collections.abc import Mapping

from shared.adapters import keys
from shared.adapters.account_items import credit_item
from shared.adapters.codec import Item
from shared.adapters.movements import movement_put
from shared.adapters.table import VERSION, Delete, Put, Update, Write, seen
from shared.domain.account import Credit, Document
from shared.domain.clock import Now
from shared.domain.payment import Allocation, Payment
from shared.domain.settle import Settlement

Heads = Mapping[str, Item]


def allocation_writes(
    entity_id: str,
    customer_id: str,
    payment: Payment,
    settlement: Settlement,
    heads: Heads,
    now: Now,
    *,
    writeback: bool,
) -> tuple[Write, ...]:
    """Return the writes of each allocation: its movement, its head and its note to the ERP.

    heads are the stored open heads by document id: what the hub does not know of is kept. Three
    or four writes a document, each of which fails the transaction when somebody was first.
    """
    whose = (entity_id, customer_id)
    writes: list[Write] = []
    pairs = zip(settlement.before, settlement.after, settlement.allocations, strict=True)
    for before, after, allocation in pairs:
        document_id = before.document_id
        writes.append(
            movement_put(
                *whose,
                f"allocation:{payment.payment_id}:{document_id}",
                "allocation",
                -allocation.amount,
                value_date=payment.received_on,
                recorded_at=now.business,
                document_id=document_id,
                payment_id=payment.payment_id,
            )
        )
        writes += _head_writes(*whose, before, after, heads[document_id])
        if writeback:
            writes.append(_writeback(*whose, payment, allocation, now))
    return tuple(writes)


def payment_movement(entity_id: str, customer_id: str, payment: Payment, now: Now) -> Write:
    """Return the write of the money that came in, whatever it is used for."""
    return movement_put(
        entity_id,
        customer_id,
        f"payment:{payment.payment_id}",
        "payment",
        payment.amount,
        value_date=payment.received_on,
        recorded_at=now.business,
        payment_id=payment.payment_id,
    )


def credit_put(entity_id: str, customer_id: str, payment: Payment) -> Write:
    """Return the write of what a new payment leaves unapplied."""
    credit = Credit(payment.payment_id, payment.unapplied, payment.received_on)
    return Put(credit_item(entity_id, customer_id, credit))


def settlement_writes(
    entity_id: str,
    customer_id: str,
    payment: Payment,
    settlement: Settlement,
    heads: Heads,
    now: Now,
    *,
    writeback: bool,
) -> tuple[Write, ...]:
    """Return everything a new payment writes beside its fact and its own item."""
    whose = (entity_id, customer_id)
    rest = (credit_put(*whose, payment),) if payment.unapplied else ()
    return (
        payment_movement(*whose, payment, now),
        *allocation_writes(*whose, payment, settlement, heads, now, writeback=writeback),
        *rest,
    )


def _head_writes(
    entity_id: str, customer_id: str, before: Document, after: Document, head: Item
) -> tuple[Write, ...]:
    key = keys.open_head(entity_id, customer_id, before.document_id)
    changes = {"open": after.open.minor, "version": after.version}
    if after.open:
        return (Update(key, set=changes, condition=VERSION, values=seen(before.version)),)
    place = keys.closed_head(entity_id, customer_id, before.document_id)
    kept = {name: value for name, value in head.items() if name not in ("gpk", "gsk")}
    return (
        Delete(key, condition=VERSION, values=seen(before.version)),
        Put(kept | place | changes),
    )


def _writeback(
    entity_id: str, customer_id: str, payment: Payment, allocation: Allocation, now: Now
) -> Write:
    ids = (payment.payment_id, allocation.document_id)
    return Put(
        {
            **keys.writeback(entity_id, customer_id, *ids),
            **keys.pending_entry(entity_id, "writeback", now.wall, "#".join(ids)),
            "type": "WRITEBACK",
            "customer_id": customer_id,
            "payment_id": payment.payment_id,
            "document_id": allocation.document_id,
            "invoice_external_id": allocation.invoice_external_id,
            "number": allocation.number,
            "received_on": payment.received_on.isoformat(),
            "currency": allocation.amount.currency,
            "amount": allocation.amount.minor,
            "method": payment.method,
            "gateway_reference": payment.gateway_reference,
        }
    )
