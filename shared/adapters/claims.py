"""The claims of stage notices, in batches; with the entity's daily cap where it has one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from shared.adapters import keys
from shared.adapters.account_items import notice_item
from shared.adapters.notices import Notices
from shared.adapters.table import ConditionLost, Put, Table, Update, Write
from shared.adapters.tickets import ticket_item, ticket_put
from shared.domain.entity import Entity
from shared.domain.notice import Notice
from shared.domain.notices import ClaimOutcome
from shared.errors import WriteConflict


class Claims:
    """Claims notices; while a daily cap is set, counts the day's messages against it."""

    def __init__(self, table: Table, notices: Notices) -> None:
        self._table = table
        self._notices = notices

    def claim_all(
        self, entity: Entity, notices: Sequence[tuple[str, Notice]], wall: datetime
    ) -> list[ClaimOutcome]:
        """Return of each (customer, notice) whether its number was won, lost, or today is capped.

        A lost one is to be decided again. No customer may be there twice. These notices carry no
        pending key: the run that claims them watches over them until they are taken up.
        """
        free = [i for i, (_, notice) in enumerate(notices) if not _capped(entity, notice)]
        items = [notice_item(entity.entity_id, *notices[i]) for i in free]
        won = dict(zip(free, self._table.insert_many(items), strict=True))
        return [
            _outcome(won[i]) if i in won else self._claim_capped(entity, *claim, wall)
            for i, claim in enumerate(notices)
        ]

    def look_again(self, entity: Entity, days: Sequence[tuple[str, date]]) -> None:
        """Leave a note for the sweeps of a day about each customer: one, however often asked."""
        self._table.insert_many([ticket_item(entity, day, whose, "again") for whose, day in days])

    def _claim_capped(
        self, entity: Entity, customer_id: str, notice: Notice, wall: datetime
    ) -> ClaimOutcome:
        """Count the message and claim it in one transaction; a capped customer gets a ticket."""
        key = keys.day_count(entity.entity_id, notice.as_of)
        counted = self._table.get(key)
        if counted and counted["messages"] >= (entity.daily_cap or 0):
            self._put_off(entity, customer_id, notice)
            return ClaimOutcome.CAPPED
        count = _count(key, counted["messages"] if counted else 0)
        try:
            won = self._notices.claim(entity.entity_id, customer_id, notice, wall, count)
        except WriteConflict:
            won = False
        return _outcome(won)

    def _put_off(self, entity: Entity, customer_id: str, notice: Notice) -> None:
        tomorrow = notice.as_of + timedelta(days=1)
        try:
            self._table.write(ticket_put(entity, tomorrow, customer_id, "cap"))
        except ConditionLost:
            return


def _capped(entity: Entity, notice: Notice) -> bool:
    return entity.daily_cap is not None and notice.channel.is_message


def _outcome(won: bool) -> ClaimOutcome:
    return ClaimOutcome.WON if won else ClaimOutcome.LOST


def _count(key: keys.Key, messages: int) -> Write:
    if messages == 0:
        return Put({**key, "type": "DAY_COUNT", "messages": 1})
    return Update(
        key, set={"messages": messages + 1}, condition="messages = :n", values={":n": messages}
    )
