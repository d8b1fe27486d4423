"""What comparing the hub with an ERP needs from outside."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.connection import Connection
from shared.domain.drift import Drift, Kept
from shared.domain.erp import RecordKind
from shared.domain.writeback import Writeback
from shared.usecases.erp_port import Connector
from shared.usecases.ports.accounts import ReadsEntity
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.repair_writeback import Ports as RepairPorts

Of = tuple[bool, str]
"""Whether a credit note is meant, and the ERP's id: an invoice may have the same."""


class Connections(Protocol):
    def ledger(self, entity_id: str) -> Connection | None: ...


class Reader(Protocol):
    def kept(
        self, entity_id: str, invoices: Sequence[str], credit_notes: Sequence[str]
    ) -> Mapping[Of, Kept]: ...
    def with_lines(self, entity_id: str, kept: Kept) -> Kept: ...
    def charges(
        self, entity_id: str, invoices: Sequence[Kept]
    ) -> Mapping[str, tuple[Kept, ...]]: ...
    def open_of_erp(self, entity_id: str, shards: int) -> Iterator[Kept]: ...


class Lost(Protocol):
    def reopen(self, entity_id: str, note: Writeback, wall: datetime) -> None: ...


class Reports(Protocol):
    def begin(self, entity_id: str, run_id: str, now: Now) -> None: ...
    def end(
        self,
        entity_id: str,
        run_id: str,
        now: Now,
        drift: Drift | None,
        done: Mapping[str, str],
        code: str,
        says: str,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a comparison touches. take reads one record of the ERP anew and takes it."""

    entities: ReadsEntity
    connections: Connections
    connector: Callable[[str, str], Connector]
    reader: Reader
    lost: Lost
    repairing: RepairPorts
    take: Callable[[str, str, RecordKind, str, Now], str]
    pull_all: Callable[[str, str], None]
    tasks: OpensTasks
