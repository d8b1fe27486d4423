"""What an ERP changed comes in: a page at a time, resumable, and safe beside another run."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.connection import Connection, ConnectionState, Trouble
from shared.domain.erp import RecordKind
from shared.domain.parked import Parked
from shared.domain.tasks import Task
from shared.errors import (
    ErpAccess,
    ErpRefused,
    ErpUnavailable,
    ErpUnreadable,
    HubError,
    InvalidInput,
    NotFound,
    WriteConflict,
)
from shared.ids import derived_id
from shared.usecases.erp_port import Connector
from shared.usecases.ports.accounts import ReadsEntity
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.pull_kind import Manifests, Overtaken, Pull, Run, States
from shared.usecases.sync_desks import MakeDesks

_TRIES_MAX = 8
_DELAY_MAX_S = 900
_STOPS = (ErpUnavailable, ErpAccess, ErpRefused, ErpUnreadable, InvalidInput)
"""What ends a sync for now. InvalidInput: the connection lacks a setting that its product needs."""


class Connections(Protocol):
    def get(self, entity_id: str, name: str) -> Connection: ...
    def list(self, entity_id: str) -> Iterable[Connection]: ...
    def update(self, entity_id: str, changed: Connection) -> Connection: ...


class ParkedItems(Protocol):
    def park(self, entity_id: str, parked: Parked) -> bool: ...
    def get(self, entity_id: str, parked_id: str) -> Parked: ...
    def remove(self, entity_id: str, parked_id: str) -> None: ...


class Queue(Protocol):
    def send(self, queue: str, body: Mapping[str, object], *, delay_s: int = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a sync touches. run_id names a run as no other run is called."""

    accounts: ReadsEntity
    connections: Connections
    connector: Callable[[str, str], Connector]
    states: States
    manifests: Manifests
    desks: MakeDesks
    parked: ParkedItems
    tasks: OpensTasks
    queue: Queue
    run_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Errand:
    """What to pull. at is the kind to go on with; full begins again, and believes no manifest.

    tries counts how often the ERP asked to come back later.
    """

    entity_id: str
    connection: str
    at: RecordKind = RecordKind.CUSTOMERS
    full: bool = False
    tries: int = 0

    @property
    def body(self) -> Mapping[str, object]:
        """Return the message that asks for it."""
        return {
            "kind": "pull",
            "entity": self.entity_id,
            "connection": self.connection,
            "at": str(self.at),
            "full": self.full,
            "tries": self.tries,
        }


def ask_for_syncs(ports: Ports, entity_ids: Iterable[str]) -> int:
    """Send a message for each connection of entities that is to be pulled; return how many."""
    sent = 0
    for entity_id in entity_ids:
        for connection in ports.connections.list(entity_id):
            if connection.state is ConnectionState.CONNECTED:
                ports.queue.send("SYNC", Errand(entity_id, connection.name).body)
                sent += 1
    return sent


def sync_erp(ports: Ports, errand: Errand, now: Now, enough_time: Callable[[], bool]) -> str:
    """Pull what the ERP changed since the last time; return what came of it in one word.

    "done": the hub has all that the ERP had. "continues" and "later": a message to ourselves goes
    on. "overtaken": another run goes on. "stopped": the ERP did not answer or did not let us in,
    which the connection says from now on. "paused" and "new": nothing was asked; "removed": nor
    is there a connection any more.
    """
    try:
        connection = ports.connections.get(errand.entity_id, errand.connection)
    except NotFound:
        return "removed"
    if connection.state is not ConnectionState.CONNECTED:
        return str(connection.state)
    kinds = tuple(RecordKind)
    try:
        run = _run(ports, errand.entity_id, errand.connection, now)
        given = run.connector.capabilities.kinds
        for kind in kinds if errand.full else ():
            Pull(run, kind).begin_again()
        for kind in kinds[kinds.index(errand.at) :]:
            if kind in given and not Pull(run, kind).go(enough_time):
                ports.queue.send("SYNC", replace(errand, at=kind, full=False, tries=0).body)
                return "continues"
    except Overtaken:
        return "overtaken"
    except _STOPS as error:
        return _stopped(ports, errand, error, now)
    _note(ports, errand, None)
    return "done"


def take_again(ports: Ports, entity_id: str, parked_id: str, now: Now) -> str:
    """Read a parked record of an ERP anew and take it; return "taken" or "parked".

    What is taken is parked no more; what waits for another reason now, is parked for that. Raises
    NotFound, and what a connector raises.
    """
    parked = ports.parked.get(entity_id, parked_id)
    name, external_id = str(parked.facts["connection"]), str(parked.facts["external_id"])
    try:
        waits = _take_one(ports, entity_id, name, RecordKind(parked.kind), external_id, now)
    except ErpUnreadable as error:
        if error.of_record:
            return "parked"
        raise
    if parked_id not in waits:
        ports.parked.remove(entity_id, parked_id)
    return "parked" if waits else "taken"


def take_record(
    ports: Ports, entity_id: str, name: str, kind: RecordKind, external_id: str, now: Now
) -> str:
    """Read one record of a connection's ERP anew and take it; return "taken" or "parked".

    Raises what a connector raises, and WriteConflict while a sync runs.
    """
    waits = _take_one(ports, entity_id, name, kind, external_id, now)
    return "parked" if waits else "taken"


def _take_one(
    ports: Ports, entity_id: str, name: str, kind: RecordKind, external_id: str, now: Now
) -> frozenset[str]:
    """Read a record and take it; return the ids of what is parked of it."""
    run = _run(ports, entity_id, name, now)
    try:
        waits = Pull(run, kind).take_one(external_id)
    except Overtaken:
        raise WriteConflict(record=external_id, reason="a sync runs at this moment") from None
    # a pull that ran at this moment has stopped
    ports.queue.send("SYNC", Errand(entity_id, name).body)
    return waits


def _run(ports: Ports, entity_id: str, connection: str, now: Now) -> Run:
    entity = ports.accounts.entity(entity_id)
    run_id = ports.run_id()
    return Run(
        entity=entity,
        connection=connection,
        connector=ports.connector(entity_id, connection),
        desks=ports.desks(entity, run_id, now),
        states=ports.states,
        manifests=ports.manifests,
        parked=ports.parked,
        tasks=ports.tasks,
        by=run_id,
        now=now,
    )


def _stopped(ports: Ports, errand: Errand, error: HubError, now: Now) -> str:
    """Note why the ERP gives nothing; come back where it says when, a few times."""
    wait_s = error.facts.get("retry_after_s", 0)
    if wait_s and errand.tries < _TRIES_MAX:
        again = replace(errand, full=False, tries=errand.tries + 1)
        delay_s = min(int(wait_s), _DELAY_MAX_S)
        ports.queue.send("SYNC", again.body, delay_s=delay_s)
        return "later"
    says = str(error.facts.get("said", ""))
    _note(ports, errand, Trouble(error.code, says, now.wall, now.wall))
    if not isinstance(error, ErpUnavailable):
        _tell(ports, errand, error, now)
    return "stopped"


def _note(ports: Ports, errand: Errand, trouble: Trouble | None) -> None:
    """Let the connection say why it gives nothing, or that it gives again; since stays."""
    connection = ports.connections.get(errand.entity_id, errand.connection)
    before = connection.trouble
    if before == trouble:
        return
    if before and trouble and before.code == trouble.code:
        trouble = replace(trouble, since=before.since)
    ports.connections.update(errand.entity_id, replace(connection, trouble=trouble))


def _tell(ports: Ports, errand: Errand, error: HubError, now: Now) -> None:
    entity = ports.accounts.entity(errand.entity_id)
    today = now.today(entity.time_zone)
    of = (errand.entity_id, errand.connection, error.code, today.isoformat())
    task = Task(
        task_id=derived_id("task", "erp", *of),
        kind="erp",
        customer_id="",
        title=f"The ERP ({errand.connection}) gives nothing: {error.code}. {error.help}",
        created_at=now.business,
        due_on=today,
        detail=str(error.facts.get("said", "")),
    )
    ports.tasks.open(errand.entity_id, task)
