"""The tally of an entity's mails by day, and the pauses that follow from it.

Each pause begins a tally of its own, so that what led to one does not lead to the next.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.entities import entity_write
from shared.adapters.table import ConditionLost, Put, Table, Update, Write
from shared.adapters.tasks import open_task_put
from shared.domain.clock import Now, from_iso, iso
from shared.domain.entity import Entity
from shared.domain.mail import MailEvent, MailEventKind
from shared.domain.mail_pause import MailPause
from shared.domain.reputation import Tally
from shared.domain.tasks import Task
from shared.errors import WriteConflict

_COUNTED = {
    MailEventKind.SENT: "sent",
    MailEventKind.DELIVERED: "sent",
    MailEventKind.BOUNCED: "bounced",
    MailEventKind.COMPLAINED: "complained",
}
_SHARDS = 4
_ATTEMPTS_MAX = 16


class MailWatch:
    """Counts what became of mails, each mail once for each kind of news."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def count(self, entity: Entity, event: MailEvent, today: date) -> bool:
        """Count event on today; False where this mail's news of its kind is counted already.

        The mark on the delivery and the count are one transaction. Raises WriteConflict where
        others count all the time (try again).
        """
        name = _COUNTED.get(event.kind)
        if name is None:
            return False
        shard = keys.shard_of(event.customer_id, _SHARDS)
        key = keys.mail_tally(entity.entity_id, entity.mail_pauses, today, shard)
        mark = Update(
            keys.delivery(event.entity_id, event.customer_id, event.n),
            set={f"counted_{name}": today.isoformat()},
            condition=f"attribute_exists(pk) AND attribute_not_exists(counted_{name})",
        )
        for _ in range(_ATTEMPTS_MAX):
            try:
                self._table.write(mark, _one_more(key, name, self._table.get(key)))
            except ConditionLost as lost:
                if 0 in lost.positions:
                    return False
                continue
            except WriteConflict:
                continue
            return True
        raise WriteConflict(notice=event.n)

    def tally(self, entity: Entity, first: date, last: date) -> Tally:
        """Return what was counted of entity since its last pause, from first through last."""
        place = keys.mail_tally(entity.entity_id, entity.mail_pauses, first, 0)
        end = keys.mail_tally(entity.entity_id, entity.mail_pauses, last, _SHARDS)
        found = self._table.query(place["pk"], between=(place["sk"], end["sk"]))
        return sum((_tally_from(item) for item in found), Tally())

    def pause(self, entity: Entity, reason: str, tally: Tally, now: Now, task: Task) -> bool:
        """Stop the mails of entity for reason, with the dated fact and its task, all or nothing.

        Returns False where somebody changed the entity meanwhile.
        """
        fact = Put(
            {
                **keys.mail_pause(entity.entity_id, entity.mail_pauses),
                "type": "MAIL_PAUSE",
                "reason": reason,
                "began_at": iso(now.business),
                "sent": tally.sent,
                "bounced": tally.bounced,
                "complained": tally.complained,
                "ended_at": "",
                "ended_by": "",
                "note": "",
            }
        )
        paused = entity_write(replace(entity, mail_paused=reason))
        return self._written(paused, fact, open_task_put(entity.entity_id, task))

    def release(self, entity: Entity, by: str, note: str, now: Now) -> bool:
        """Let entity mail again; by is who says so. False where somebody changed it meanwhile."""
        fact = Update(
            keys.mail_pause(entity.entity_id, entity.mail_pauses),
            set={"ended_at": iso(now.business), "ended_by": by, "note": note},
        )
        changed = replace(entity, mail_paused="", mail_pauses=entity.mail_pauses + 1)
        return self._written(entity_write(changed), fact)

    def pauses(self, entity_id: str) -> Iterator[MailPause]:
        """Yield the pauses of an entity, newest first."""
        place = keys.mail_pause(entity_id, 0)
        for item in self._table.query(place["pk"], begins="PAUSE#", reverse=True):
            yield MailPause(
                reason=item["reason"],
                began_at=from_iso(item["began_at"]),
                tally=_tally_from(item),
                ended_at=from_iso(item["ended_at"]) if item["ended_at"] else None,
                ended_by=item["ended_by"],
                note=item["note"],
            )

    def _written(self, *writes: Write) -> bool:
        try:
            self._table.write(*writes)
        except ConditionLost:
            return False
        return True


def _one_more(key: keys.Key, name: str, known: Item | None) -> Write:
    if known is None:
        return Put(
            {**key, "type": "MAIL_TALLY", "sent": 0, "bounced": 0, "complained": 0} | {name: 1}
        )
    condition = f"{name} = :seen"
    return Update(
        key, set={name: known[name] + 1}, condition=condition, values={":seen": known[name]}
    )


def _tally_from(item: Item) -> Tally:
    return Tally(item["sent"], item["bounced"], item["complained"])
