"""The claim of a stage notice, with the entity's daily cap in the same transaction."""

from datetime import datetime, timedelta

from shared.adapters import keys
from shared.adapters.notices import Notices
from shared.adapters.table import ConditionLost, Put, Table, Update, Write
from shared.adapters.tickets import ticket_put
from shared.domain.account import Channel, Entity, Notice
from shared.domain.notices import ClaimOutcome
from shared.errors import WriteConflict


class Claims:
    """Claims notices; while a daily cap is set, counts the day's messages against it."""

    def __init__(self, table: Table, notices: Notices) -> None:
        self._table = table
        self._notices = notices

    def claim(
        self, entity: Entity, customer_id: str, notice: Notice, wall: datetime
    ) -> ClaimOutcome:
        """Return whether the number was won, lost (decide again), or today's cap is reached.

        A capped customer gets a ticket for the next day.
        """
        also: tuple[Write, ...] = ()
        if entity.daily_cap is not None and notice.channel is Channel.EMAIL:
            key = keys.day_count(entity.entity_id, notice.as_of)
            counted = self._table.get(key)
            if counted and counted["messages"] >= entity.daily_cap:
                self._put_off(entity, customer_id, notice)
                return ClaimOutcome.CAPPED
            also = (_count(key, counted["messages"] if counted else 0),)
        try:
            won = self._notices.claim(entity.entity_id, customer_id, notice, wall, *also)
        except WriteConflict:
            won = False
        return ClaimOutcome.WON if won else ClaimOutcome.LOST

    def _put_off(self, entity: Entity, customer_id: str, notice: Notice) -> None:
        tomorrow = notice.as_of + timedelta(days=1)
        try:
            self._table.write(ticket_put(entity, tomorrow, customer_id, "cap"))
        except ConditionLost:
            return


def _count(key: keys.Key, messages: int) -> Write:
    if messages == 0:
        return Put({**key, "type": "DAY_COUNT", "messages": 1})
    return Update(
        key, set={"messages": messages + 1}, condition="messages = :n", values={":n": messages}
    )
