"""Mandates: noted before the gateway hears of them, given once it says so, and ended for good."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.autopay_items import mandate_from, mandate_item
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, Update, Write, seen
from shared.adapters.tickets import ticket_put
from shared.domain.entity import Entity
from shared.domain.mandate import Mandate
from shared.errors import NotFound, WriteConflict


class Mandates:
    """Reads and writes of mandates; one that is asked for stays pending until the gateway spoke."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, entity_id: str, customer_id: str) -> Iterator[Mandate]:
        """Yield the mandates of a customer, those that are over last."""
        for partition in (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id)):
            for item in self._table.query(partition, begins="MANDATE#"):
                yield mandate_from(item)

    def find(self, entity_id: str, customer_id: str, mandate_id: str) -> Mandate:
        """Return a mandate, over or not. Raises NotFound."""
        whose = (entity_id, customer_id, mandate_id)
        found = self._table.get_many([keys.mandate(*whose), keys.past_mandate(*whose)])
        if not found:
            raise NotFound(mandate=mandate_id)
        return mandate_from(found[0])

    def ask(self, entity: Entity, customer_id: str, mandate: Mandate, wall: datetime) -> bool:
        """Note a mandate that is asked for; return False where it is noted already."""
        place = keys.mandate(entity.entity_id, customer_id, mandate.mandate_id)
        pending = keys.pending_entry(entity.entity_id, "mandate", wall, mandate.mandate_id)
        try:
            self._table.write(Put(mandate_item(place, customer_id, mandate) | pending))
        except ConditionLost:
            return False
        return True

    def opened(self, entity_id: str, customer_id: str, mandate: Mandate) -> None:
        """Note the gateway's page of a mandate; nothing where somebody has moved it on."""
        noted = Update(
            keys.mandate(entity_id, customer_id, mandate.mandate_id),
            set={"session_id": mandate.session_id, "url": mandate.url, "version": mandate.version},
            condition=VERSION,
            values=seen(mandate.version - 1),
        )
        try:
            self._table.write(noted)
        except ConditionLost:
            return

    def ask_again(
        self, entity_id: str, customer_id: str, mandate: Mandate, asks_at: datetime
    ) -> None:
        """Leave a mandate that is asked for alone until asks_at (wall clock)."""
        entry = keys.pending_entry(entity_id, "mandate", asks_at, mandate.mandate_id)
        place = keys.mandate(entity_id, customer_id, mandate.mandate_id)
        try:
            self._table.write(
                Update(place, set=entry, condition=VERSION, values=seen(mandate.version))
            )
        except ConditionLost:
            return

    def give(
        self, entity: Entity, customer_id: str, given: Mandate, replaced: tuple[Mandate, ...]
    ) -> None:
        """Write that a mandate was given, and that it stands in for those of before.

        Raises WriteConflict where one of them has changed meanwhile.
        """
        place = keys.mandate(entity.entity_id, customer_id, given.mandate_id)
        item = mandate_item(place, customer_id, given)
        day = given.given_on or given.asked_at.date()
        writes: list[Write] = [
            Put(item, condition=VERSION, values=seen(given.version - 1)),
            ticket_put(entity, day, customer_id, f"mandate:{given.mandate_id}"),
        ]
        for older in replaced:
            writes += ending_writes(entity.entity_id, customer_id, older, day, "replaced")
        self._write(*writes)

    def end(
        self, entity: Entity, customer_id: str, mandate: Mandate, why: str, today: date
    ) -> Mandate:
        """End a mandate, so that nothing is taken by it from today, and return it.

        The next sweep looks again: what was to be taken is asked for now. Raises WriteConflict.
        """
        entity_id = entity.entity_id
        reason = f"mandate-ended:{mandate.mandate_id}"
        self._write(
            *ending_writes(entity_id, customer_id, mandate, today, why),
            ticket_put(entity, today, customer_id, reason),
        )
        return ended(mandate, today, why)

    def _write(self, *writes: Write) -> None:
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            raise WriteConflict(reason="mandate") from lost


def ended(mandate: Mandate, today: date, why: str) -> Mandate:
    """Return mandate as it is once it ended on today."""
    return replace(mandate, ended_on=today, ended_why=why, version=mandate.version + 1)


def ending_writes(
    entity_id: str, customer_id: str, mandate: Mandate, today: date, why: str
) -> tuple[Write, ...]:
    """Return the writes that end a mandate and move it to the history."""
    whose = (entity_id, customer_id, mandate.mandate_id)
    past = mandate_item(keys.past_mandate(*whose), customer_id, ended(mandate, today, why))
    return (Delete(keys.mandate(*whose), VERSION, seen(mandate.version)), Put(past))
