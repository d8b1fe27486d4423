"""Holds: put with the ticket that looks again when they end; ended early by a date."""

from dataclasses import replace
from datetime import date, timedelta

from shared.adapters import keys
from shared.adapters.account_items import hold_from, hold_item
from shared.adapters.requests import request_puts
from shared.adapters.table import EXISTS, ConditionLost, Put, Table, Update, Write
from shared.adapters.tickets import ticket_put
from shared.domain.agreement import Hold
from shared.domain.cash_step import UNNAMED, Asked
from shared.domain.entity import Entity
from shared.errors import Conflict, NotFound


def hold_puts(entity: Entity, customer_id: str, hold: Hold) -> tuple[Put, Put]:
    """Return the writes of a new hold: itself, and a ticket for the day after it ends."""
    day = hold.ends_on + timedelta(days=1)
    return (
        Put(hold_item(entity.entity_id, customer_id, hold)),
        ticket_put(entity, day, customer_id, f"hold:{hold.hold_id}"),
    )


class Holds:
    """Writes of holds."""

    def __init__(self, table: Table, asked: Asked = UNNAMED) -> None:
        self._table = table
        self._asked = asked

    def asked(self, asked: Asked) -> "Holds":
        """Return the same holds; what is made there is noted as what this request made."""
        return Holds(self._table, asked)

    def put(self, entity: Entity, customer_id: str, hold: Hold) -> bool:
        """Write a new hold and its ticket; return False where it is there already (a retry)."""
        try:
            self._table.write(
                *hold_puts(entity, customer_id, hold),
                *request_puts(entity.entity_id, self._asked, hold.hold_id),
            )
        except ConditionLost:
            return False
        return True

    def of(self, entity_id: str, customer_id: str) -> tuple[Hold, ...]:
        """Return the holds of a customer, those that have ended included."""
        places = (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id))
        items = (item for p in places for item in self._table.query(p, begins="HOLD#"))
        return tuple(sorted((hold_from(item) for item in items), key=lambda h: h.hold_id))

    def end(
        self, entity: Entity, customer_id: str, hold_id: str, today: date, *also: Write
    ) -> Hold:
        """End a hold so that it no longer covers today, and return it as it is then.

        also is written with it. Raises NotFound, and Conflict where it has ended already.
        """
        whose = (entity.entity_id, customer_id, hold_id)
        found = self._table.get_many([keys.hold(*whose), keys.past_hold(*whose)])
        if not found:
            raise NotFound(hold=hold_id)
        hold = hold_from(found[0])
        if hold.ended_on is not None or hold.ends_on < today:
            raise Conflict(hold=hold_id, reason="it has ended already")
        ended = replace(hold, ended_on=today)
        try:
            self._table.write(
                Update(
                    keys.hold(entity.entity_id, customer_id, hold_id),
                    set={"ended_on": today.isoformat()},
                    condition=f"{EXISTS} AND ended_on = :open",
                    values={":open": ""},
                ),
                ticket_put(entity, today, customer_id, f"hold-ended:{hold_id}"),
                *also,
            )
        except ConditionLost:
            raise Conflict(hold=hold_id, reason="it has ended already") from None
        return ended
