"""Queues that keep a message until it is done, and sometimes hand one out twice."""

from collections.abc import Iterable
from typing import Any

Message = tuple[str, dict[str, Any]]


class Queues:
    """All queues of the hub. A message is its queue's name and its body."""

    def __init__(self) -> None:
        self.waiting: list[Message] = []
        self.done: list[Message] = []

    def send(self, queue: str, body: dict[str, Any], group: str = "", dedup: str = "") -> None:
        self.waiting.append((queue, dict(body)))

    def send_many(self, queue: str, messages: Iterable[tuple[dict[str, Any], str, str]]) -> None:
        for body, group, dedup in messages:
            self.send(queue, body, group, dedup)
