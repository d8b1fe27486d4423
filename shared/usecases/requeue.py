"""The janitor's first duty: what nobody acted on is queued again."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.domain.clock import Now
from shared.domain.tasks import Task
from shared.ids import derived_id

LEASE = timedelta(minutes=15)
AWAIT_EVENT = timedelta(hours=24)
_REQUEUED = ("notice", "payment", "writeback", "document", "refund", "autopay")


class Errand(Protocol):
    @property
    def queue(self) -> str: ...
    @property
    def body(self) -> dict[str, object]: ...
    @property
    def group(self) -> str: ...
    @property
    def dedup(self) -> str: ...


class Pending(Protocol):
    def older_than(
        self, entity_id: str, kind: str, since: datetime
    ) -> Iterator[Mapping[str, Any]]: ...


class Errands(Protocol):
    def __call__(self, item: Mapping[str, Any]) -> Errand | None: ...


class Queue(Protocol):
    def send(
        self, queue: str, body: dict[str, object], group: str = "", dedup: str = ""
    ) -> None: ...


class Deliveries(Protocol):
    def unknown(
        self, entity: str, customer_id: str, n: int, wall: datetime, task: Task
    ) -> bool: ...


def requeue_stale(
    entity_id: str, pending: Pending, errands: Errands, queue: Queue, now: Now, lease: timedelta
) -> int:
    """Queue again every fact that has been pending for longer than lease; return how many.

    Every consumer may be asked twice, so queueing too early costs work, never a second mail.
    """
    queued = 0
    for kind in _REQUEUED:
        for item in pending.older_than(entity_id, kind, now.wall - lease):
            errand = errands(item)
            if errand is not None:
                repeat = f"{errand.dedup}-{int(now.wall.timestamp())}" if errand.dedup else ""
                queue.send(errand.queue, errand.body, errand.group, repeat)
                queued += 1
    return queued


def give_up_waiting(entity_id: str, pending: Pending, deliveries: Deliveries, now: Now) -> int:
    """Make unknown every notice that was handed to SES a day ago and of which nothing was heard.

    Each is put on the operator's list; none is sent again by itself. Returns how many.
    """
    given_up = 0
    for item in pending.older_than(entity_id, "await", now.wall - AWAIT_EVENT):
        customer_id, n = item["customer_id"], item["n"]
        task = Task(
            task_id=derived_id("unknown", customer_id, str(n)),
            kind="unknown",
            customer_id=customer_id,
            title="Nobody knows whether this mail went out: look and decide",
            created_at=now.business,
            due_on=now.business.date(),
            detail=f"Notice {n}",
        )
        given_up += deliveries.unknown(entity_id, customer_id, n, now.wall, task)
    return given_up
