"""Tickets: notes to the next sweep that a customer may have become due on a day."""

from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import Put
from shared.domain.entity import Entity


def ticket_put(entity: Entity, day: date, customer_id: str, reason_id: str) -> Put:
    """Return the write of a ticket, to go into the transaction of the fact that causes it.

    reason_id names the cause, such as hold:01J..., and is unique for the day and customer.
    """
    return Put(ticket_item(entity, day, customer_id, reason_id))


def ticket_item(entity: Entity, day: date, customer_id: str, reason_id: str) -> Item:
    """Return a ticket as it is stored."""
    shard = keys.shard_of(customer_id, entity.shards)
    key = keys.ticket(entity.entity_id, shard, day, customer_id, reason_id)
    return {**key, "type": "TICKET", "customer_id": customer_id}
