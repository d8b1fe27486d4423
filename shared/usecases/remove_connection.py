"""A connection to an ERP that imported and was told nothing goes, with all kept for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.connection import NAME, Connection, PullState
from shared.domain.erp import RecordKind
from shared.domain.parked import FROM_ERP, Parked
from shared.errors import ConnectionInUse, NotFound, WriteConflict

_ATTEMPTS_MAX = 4


class Connections(Protocol):
    def get(self, entity_id: str, name: str) -> Connection: ...
    def remove(
        self, entity_id: str, seen_as: Connection, states: Sequence[PullState], wall: datetime
    ) -> None: ...


class States(Protocol):
    def get(self, entity_id: str, connection: str, kind: RecordKind) -> PullState: ...


class Hints(Protocol):
    def forget(self, entity_id: str, connection: str) -> None: ...


class ParkedItems(Protocol):
    def list(
        self, entity_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Parked]: ...
    def remove(self, entity_id: str, parked_id: str) -> None: ...


class Secret(Protocol):
    def remove(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that is kept for a connection."""

    connections: Connections
    states: States
    hints: Hints
    parked: ParkedItems
    secret: Callable[[str, str], Secret]


def remove_connection(ports: Ports, entity_id: str, name: str, now: Now) -> bool:
    """Remove a connection by which nothing came or went; return False where there was none.

    Its marks, its parked records and its secret go after it, also where an earlier call removed the
    connection and came no further. A pull that runs at this moment finds its claim lost. Raises
    ConnectionInUse where records may have become facts by it, or its ERP was told something: both
    go by its name.
    """
    if not NAME.fullmatch(name):
        raise NotFound(connection=name[:32])
    was_there = _removed(ports, entity_id, name, now)
    ports.hints.forget(entity_id, name)
    for parked in list(ports.parked.list(entity_id)):
        if parked.source == FROM_ERP and parked.facts.get("connection") == name:
            ports.parked.remove(entity_id, parked.parked_id)
    ports.secret(entity_id, name).remove()
    return was_there


def _removed(ports: Ports, entity_id: str, name: str, now: Now) -> bool:
    for _ in range(_ATTEMPTS_MAX):
        try:
            connection = ports.connections.get(entity_id, name)
        except NotFound:
            return False
        states = tuple(ports.states.get(entity_id, name, kind) for kind in RecordKind)
        if connection.told or any(state.may_have_written for state in states):
            raise ConnectionInUse(connection=name)
        try:
            ports.connections.remove(entity_id, connection, states, now.wall)
        except WriteConflict:
            continue
        return True
    raise WriteConflict(connection=name)
