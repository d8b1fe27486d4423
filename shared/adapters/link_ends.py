"""When a customer's links were ended: dated facts in their history. The newest counts."""

from datetime import datetime

from shared.adapters import keys
from shared.adapters.table import Put, Table
from shared.domain.clock import Now, from_iso, iso


def links_end(entity_id: str, customer_id: str, by: str, now: Now) -> Put:
    """Return the write of what ends every link, sign-in and session that there is now."""
    fact = {
        **keys.links_end(entity_id, customer_id, now.wall),
        "type": "LINKS_END",
        "customer_id": customer_id,
        "by": by,
        "at": iso(now.business),
        "ended_at": iso(now.wall),
    }
    return Put(fact)


def was_ended(table: Table, entity_id: str, customer_id: str, made_at: datetime) -> bool:
    """Return whether what was made for the customer at that instant was ended since."""
    place = keys.history(entity_id, customer_id)
    newest = next(table.query(place, begins=keys.LINKS_END, reverse=True, limit=1), None)
    return newest is not None and made_at <= from_iso(newest["ended_at"])
