"""An ERP says that something changed: it is pulled once for all that it says within a minute."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

WINDOW = timedelta(minutes=1)


class Hints(Protocol):
    def first_since(
        self, entity_id: str, connection: str, wall: datetime, window: timedelta
    ) -> bool: ...


class Queue(Protocol):
    def send(self, queue: str, body: Mapping[str, object], *, delay_s: int = 0) -> None: ...


def hear_hint(hints: Hints, queue: Queue, entity_id: str, connection: str, wall: datetime) -> bool:
    """Have a connection pulled at the end of the window that begins at wall; return whether.

    False is a hint in a window that has begun: the pull at its end begins after it, and finds what
    it is about. Where the message is lost once the window has begun, the sender repeats its hint.
    """
    if not hints.first_since(entity_id, connection, wall, WINDOW):
        return False
    body = {"kind": "pull", "entity": entity_id, "connection": connection}
    queue.send("SYNC", body, delay_s=int(WINDOW.total_seconds()))
    return True
