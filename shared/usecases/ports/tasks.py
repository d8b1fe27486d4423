"""Work for people."""

from collections.abc import Iterator
from typing import Protocol

from shared.domain.tasks import Task


class OpensTasks(Protocol):
    def open(self, entity_id: str, task: Task) -> bool: ...


class ListsTasks(Protocol):
    def list_open(self, entity_id: str) -> Iterator[Task]: ...
