"""Take a webhook in: verify, read, store, hand on. It is answered before anything is booked."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.domain.gateway_event import GatewayEvent
from shared.errors import MalformedWebhook, NotFound
from shared.usecases.ports.queue import Queue

_FIELDS = tuple(field.name for field in fields(GatewayEvent))


class Stored(StrEnum):
    """How an event was known.

    AGAIN is a repeat that nobody has followed yet, FOLLOWED one that is done with, OTHER_BODY
    another event under an id that was taken.
    """

    NEW = "new"
    AGAIN = "again"
    FOLLOWED = "followed"
    OTHER_BODY = "other_body"


class Inbox(Protocol):
    def knows(self, entity_id: str) -> bool: ...
    def store(self, entity_id: str, event: GatewayEvent, body: bytes, wall: datetime) -> Stored: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """verify raises UntrustedWebhook for (body, signature, wall); read MalformedWebhook for a body.

    livemode is the only mode that this stage takes.
    """

    verify: Callable[[bytes, str, datetime], None]
    read: Callable[[bytes], GatewayEvent]
    inbox: Inbox
    queue: Queue
    livemode: bool


def receive_webhook(
    ports: Ports, entity_id: str, body: bytes, signature: str, wall: datetime
) -> tuple[GatewayEvent, Stored]:
    """Store one event and hand it to the worker; return it and how it was known.

    Nothing is stored unless the signature fits, the event is of our mode, and the entity exists.
    It is handed on last, with all that is known of it: a failure before that makes the gateway send
    it again, for days, and the nightly comparison finds what still did not come.

    Raises UntrustedWebhook, MalformedWebhook, or NotFound for the entity.
    """
    ports.verify(body, signature, wall)
    event = ports.read(body)
    if event.livemode is not ports.livemode:
        raise MalformedWebhook(reason="other_mode", event=event.event_id)
    if not ports.inbox.knows(entity_id):
        raise NotFound(entity=entity_id)
    stored = ports.inbox.store(entity_id, event, body, wall)
    if stored in (Stored.NEW, Stored.AGAIN):
        ports.queue.send("PAYMENT", {"entity": entity_id, "event": _plain(event)})
    return event, stored


def _plain(event: GatewayEvent) -> dict[str, object]:
    """Return event by the names of its fields, which are plain words and numbers."""
    return {name: getattr(event, name) for name in _FIELDS}
