"""Have a line that the ERP did not take tried again, or note what a person made of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.entry_keys import EntryKey, parse_entry_key
from shared.domain.parked import Parked
from shared.domain.tasks import Task
from shared.domain.telling import PARKED, task_ids
from shared.domain.writeback import Writeback
from shared.errors import InvalidInput, NotFound, WriteConflict


class Repairs(Protocol):
    def get(self, entity_id: str, customer_id: str, key: EntryKey) -> Writeback: ...
    def waiting(
        self, entity_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Parked]: ...
    def resume(self, entity_id: str, note: Writeback, parked_id: str, wall: datetime) -> None: ...
    def settle(
        self, entity_id: str, note: Writeback, parked_id: str, became: Mapping[str, str]
    ) -> None: ...


class Queue(Protocol):
    def send(
        self, queue: str, body: Mapping[str, object], group: str = "", dedup: str = ""
    ) -> None: ...


class Tasks(Protocol):
    def done(self, entity_id: str, task_id: str, at: datetime, by: str, note: str) -> Task: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a repair touches."""

    repairs: Repairs
    queue: Queue
    tasks: Tasks


def try_again(ports: Ports, entity_id: str, wanted: Iterable[str] | None, by: str, now: Now) -> int:
    """Have the lines of those keys told again, all that wait for None; return how many.

    Each is looked up in the ERP before it is booked. Raises NotFound for a key that does not wait.
    """
    waiting = {str(p.facts["key"]): p for p in ports.repairs.waiting(entity_id)}
    chosen = list(waiting) if wanted is None else list(wanted)
    for key in chosen:
        if key not in waiting:
            raise NotFound(key=key[:64])
    done = 0
    for key in chosen:
        note = _note(ports, entity_id, waiting[key])
        try:
            ports.repairs.resume(entity_id, note, waiting[key].parked_id, now.wall)
        except WriteConflict:
            continue  # somebody else had it tried again a moment ago
        _follow(ports, entity_id, note, by, "tried again", now)
        done += 1
    return done


def say(
    ports: Ports, entity_id: str, key: str, booked_as: str, dropped: str, by: str, now: Now
) -> Writeback:
    """Note that a person booked a waiting line in the ERP as booked_as, or why it is dropped.

    Later lines of its document go on. Raises NotFound where it does not wait, InvalidInput where
    not exactly one of both is said.
    """
    if bool(booked_as) == bool(dropped):
        raise InvalidInput(field="booked_as", reason="say this, or why it is dropped")
    parked = next((p for p in ports.repairs.waiting(entity_id) if p.facts["key"] == key), None)
    if parked is None:
        raise NotFound(key=key[:64])
    note = _note(ports, entity_id, parked)
    became = {"told_at": now.wall.isoformat(), "by": by}
    became |= {"erp_id": booked_as} if booked_as else {"left": "dropped", "why": dropped}
    ports.repairs.settle(entity_id, note, parked.parked_id, became)
    _follow(ports, entity_id, note, by, booked_as or dropped, now)
    return ports.repairs.get(entity_id, note.customer_id, _key(note))


def message_of(entity_id: str, note: Writeback) -> dict[str, object]:
    """Return the message that has a document's lines told."""
    return {
        "entity": entity_id,
        "customer_id": note.customer_id,
        "payment_id": note.payment_id,
        "document_id": note.document_id,
        "step": note.step,
    }


def _follow(ports: Ports, entity_id: str, note: Writeback, by: str, word: str, now: Now) -> None:
    """Have the document's lines told, and close the task that asked for it."""
    body, dedup = message_of(entity_id, note), f"{note.key}-{int(now.wall.timestamp())}"
    ports.queue.send("WRITEBACK", body, note.document_id, dedup)
    for task_id in task_ids(entity_id, note):
        try:
            ports.tasks.done(entity_id, task_id, now.business, by, word)
        except NotFound:
            continue  # somebody ticked it off already


def _note(ports: Ports, entity_id: str, parked: Parked) -> Writeback:
    key = parse_entry_key(str(parked.facts["key"]))
    if key is None or parked.kind != PARKED:
        raise NotFound(key=parked.parked_id[:64])
    return ports.repairs.get(entity_id, str(parked.facts["customer_id"]), key)


def _key(note: Writeback) -> EntryKey:
    return EntryKey(note.payment_id, note.document_id, note.step)
