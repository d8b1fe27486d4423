"""Work for the next function."""

from typing import Protocol


class Queue(Protocol):
    def send(self, queue: str, body: dict[str, object]) -> None: ...
