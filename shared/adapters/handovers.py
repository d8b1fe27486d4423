"""Cases given to a lawyer or an agency: handed over with their notice, taken back into the past."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.handover_items import handover_from, handover_item
from shared.adapters.notices import Notices
from shared.adapters.packs import pack_put
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, seen
from shared.adapters.tickets import ticket_put
from shared.domain.agreement import Handover
from shared.domain.case_pack import PackRequest
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.notice import DeliveryState
from shared.errors import NotFound


class Handovers:
    """Reads and writes of cases that somebody else has."""

    def __init__(self, table: Table, notices: Notices) -> None:
        self._table = table
        self._notices = notices

    def make(
        self, entity_id: str, customer_id: str, handover: Handover, pack: PackRequest, now: Now
    ) -> bool:
        """Hand the case over, have its pack made, and close its notice: all or nothing.

        Returns False where the notice is settled already.
        """
        place = keys.handover(entity_id, customer_id, handover.handover_id)
        return self._notices.settle(
            entity_id,
            customer_id,
            handover.notice,
            DeliveryState.DONE,
            now.wall,
            (DeliveryState.CLAIMED,),
            "handed_over",
            Put(handover_item(place, customer_id, handover)),
            pack_put(entity_id, pack, now),
        )

    def of(self, entity_id: str, customer_id: str) -> Iterator[Handover]:
        """Yield the customer's cases, those that were taken back last."""
        for partition in (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id)):
            for item in self._table.query(partition, begins="HANDOVER#"):
                yield handover_from(item)

    def take_back(
        self, entity: Entity, customer_id: str, handover_id: str, today: date, by: str, reason: str
    ) -> Handover:
        """Take a case back so that the hub speaks again from today, and return it as it is then.

        Raises NotFound where it is not in force.
        """
        place = keys.handover(entity.entity_id, customer_id, handover_id)
        item = self._table.get(place)
        if item is None:
            raise NotFound(handover=handover_id[:64])
        known = handover_from(item)
        past = replace(known, ended_on=today, ended_by=by, reason=reason, version=known.version + 1)
        past_place = keys.past_handover(entity.entity_id, customer_id, handover_id)
        try:
            self._table.write(
                Delete(place, condition=VERSION, values=seen(known.version)),
                Put(handover_item(past_place, customer_id, past)),
                ticket_put(entity, today, customer_id, f"handover-back:{handover_id}"),
            )
        except ConditionLost:
            raise NotFound(handover=handover_id[:64]) from None
        return past
