"""Count what becomes of mails, and stop an entity's mails before the mail service does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.mail import MailEvent, MailEventKind
from shared.domain.mail_pause import MailPause
from shared.domain.reputation import WINDOW_DAYS, Tally, first_day, pause_reason, percent
from shared.domain.tasks import Task
from shared.errors import Conflict, InvalidInput, WriteConflict
from shared.ids import derived_id

_BAD = (MailEventKind.BOUNCED, MailEventKind.COMPLAINED)
_ATTEMPTS_MAX = 8
NOTE_MIN = 3


class Entities(Protocol):
    def get(self, entity_id: str) -> Entity: ...


class Watch(Protocol):
    def count(self, entity: Entity, event: MailEvent, today: date) -> bool: ...
    def tally(self, entity: Entity, first: date, last: date) -> Tally: ...
    def pause(self, entity: Entity, reason: str, tally: Tally, now: Now, task: Task) -> bool: ...
    def release(self, entity: Entity, by: str, note: str, now: Now) -> bool: ...
    def pauses(self, entity_id: str) -> Iterator[MailPause]: ...


@dataclass(frozen=True, slots=True)
class MailHealth:
    """How an entity's mails fare: the window's figures, and its pauses, newest first."""

    paused: str
    tally: Tally
    pauses: tuple[MailPause, ...]


def watch_mail(entities: Entities, watch: Watch, event: MailEvent, now: Now) -> str:
    """Count event, and pause the entity's mails where too many came back; return why, or "".

    Told twice, an event counts once. Only what is told last decides, so a pause comes with the
    event that makes it due, whichever worker hears it.
    """
    entity = entities.get(event.entity_id)
    today = now.wall.date()
    counted = watch.count(entity, event, today)
    if event.kind not in _BAD or not counted:
        return ""
    for _ in range(_ATTEMPTS_MAX):
        tally = watch.tally(entity, first_day(today), today)
        reason = pause_reason(tally)
        if entity.mail_paused or not reason:
            return ""
        if watch.pause(entity, reason, tally, now, _task(entity, reason, tally, now)):
            return reason
        entity = entities.get(event.entity_id)
    raise WriteConflict(entity=event.entity_id)


def mail_health(entities: Entities, watch: Watch, entity_id: str, now: Now) -> MailHealth:
    """Return how the mails of an entity fare."""
    entity, today = entities.get(entity_id), now.wall.date()
    tally = watch.tally(entity, first_day(today), today)
    return MailHealth(entity.mail_paused, tally, tuple(watch.pauses(entity_id)))


def resume_mail(
    entities: Entities, watch: Watch, entity_id: str, by: str, note: str, now: Now
) -> None:
    """Let an entity mail again: by says so, and in note why. Counting begins anew.

    Raises Conflict where nothing is paused, and InvalidInput without a reason.
    """
    if len(note.strip()) < NOTE_MIN:
        raise InvalidInput(field="note", reason="say what was mended")
    for _ in range(_ATTEMPTS_MAX):
        entity = entities.get(entity_id)
        if not entity.mail_paused:
            raise Conflict(entity=entity_id, reason="its mails are not paused")
        if watch.release(entity, by, note.strip(), now):
            return
    raise WriteConflict(entity=entity_id)


def _task(entity: Entity, reason: str, tally: Tally, now: Now) -> Task:
    return Task(
        task_id=derived_id("mail_pause", entity.entity_id, str(entity.mail_pauses)),
        kind="mail_paused",
        customer_id="",
        title=f"Mails are paused: too many {reason}. Mend the addresses, then let them go again",
        created_at=now.business,
        due_on=now.today(entity.time_zone),
        documents=(),
        detail=(
            f"In {WINDOW_DAYS} days {tally.sent} mails: {percent(tally.bounced, tally)} % came "
            f"back, {percent(tally.complained, tally)} % were called spam."
        ),
    )
