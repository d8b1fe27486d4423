"""A connection to an ERP: made, tested, begun, paused. What it is let in by is kept apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.connection import NAME, Connection, ConnectionState, Found
from shared.domain.parked import FROM_ERP, Parked
from shared.errors import (
    Conflict,
    ConnectionNotBegun,
    ConnectionPaused,
    ConnectionUntested,
    HubError,
    InvalidInput,
    NotFound,
)
from shared.usecases.erp_port import Connector

_SETTINGS_MAX = 20
_CHARS_MAX = 1_000
_WHOSE_BOOKS = ("database", "company", "tenant_id", "realm_id")


class Connections(Protocol):
    def create(self, entity_id: str, connection: Connection) -> None: ...
    def get(self, entity_id: str, name: str) -> Connection: ...
    def update(self, entity_id: str, changed: Connection) -> Connection: ...
    def keep_books(self, entity_id: str, changed: Connection) -> Connection: ...


class Secret(Protocol):
    name: str

    def store(self, value: Mapping[str, str]) -> None: ...


class ParkedItems(Protocol):
    def get(self, entity_id: str, parked_id: str) -> Parked: ...


class Queue(Protocol):
    def send(self, queue: str, body: Mapping[str, object]) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that connecting touches. products are those the hub speaks to: their settings."""

    connections: Connections
    secret: Callable[[str, str], Secret]
    products: Callable[[], Mapping[str, Sequence[str]]]
    queue: Queue


def connect(
    ports: Ports,
    entity_id: str,
    name: str,
    product: str,
    settings: Mapping[str, str],
    secret: Mapping[str, str],
    now: Now,
) -> Connection:
    """Write a connection down and have it tested; return it. Nothing is imported.

    The same name again changes its settings and its secret; without a secret the one stays that it
    has. Raises InvalidInput, also for a setting that the product does not know, and Conflict where
    the name is that of another product, or was begun with other books: what was pulled is known by
    the ids of those.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput(field="name", reason="1 to 32 small letters, digits and hyphens")
    products = ports.products()
    if product not in products:
        raise InvalidInput(field="product", reason=f"one of {', '.join(sorted(products))}")
    _check_settings(settings, product, products[product])
    _check(secret, "secret")
    kept = ports.secret(entity_id, name)
    try:
        known = ports.connections.get(entity_id, name)
    except NotFound:
        made = Connection(name, product, dict(settings), kept.name, since=now.business)
        kept.store(secret)  # first: what is in the list can be let in
        ports.connections.create(entity_id, made)
    else:
        if known.product != product:
            raise Conflict(connection=name, reason=f"it is one to {known.product}")
        if known.state is not ConnectionState.NEW:
            for what in _WHOSE_BOOKS:
                if settings.get(what) != known.settings.get(what):
                    raise Conflict(connection=name, reason=f"it was begun with another {what}")
        if secret:
            kept.store(secret)
        changed = replace(known, settings=dict(settings), secret=kept.name, found=None)
        made = ports.connections.update(entity_id, changed)
    ask_for_check(ports, entity_id, name)
    return made


def ask_for_check(ports: Ports, entity_id: str, name: str) -> None:
    """Have a connection tested by who speaks to ERPs."""
    ports.queue.send("SYNC", {"kind": "check", "entity": entity_id, "connection": name})


def check_connection(
    connections: Connections,
    connector: Callable[[str, str], Connector],
    entity_id: str,
    name: str,
    now: Now,
) -> str:
    """Test a connection and note what was found, also where the ERP does not let us in.

    Return the code of what is wrong, "" where it works, "removed" where it is there no more.
    """
    found = _found(connector, entity_id, name, now.wall)
    try:
        connection = connections.get(entity_id, name)
    except NotFound:
        return "removed"
    connections.update(entity_id, replace(connection, found=found))
    return found.code


def begin(ports: Ports, entity_id: str, name: str, now: Now) -> Connection:
    """Let a tested connection be pulled from now on, and return it.

    The first that takes what is booked is told of all money from now on. Raises ConnectionUntested
    where the test did not work, and Conflict where another connection takes what is booked.
    """
    connection = ports.connections.get(entity_id, name)
    if connection.found is None or connection.found.code:
        raise ConnectionUntested(connection=name)
    connected = replace(_in_state(connection, ConnectionState.CONNECTED, now), trouble=None)
    if connection.found.entries:
        connected = ports.connections.keep_books(entity_id, connected)
    else:
        connected = ports.connections.update(entity_id, connected)
    ask_for_sync(ports, entity_id, name)
    return connected


def follow_again(ports: Ports, entity_id: str, name: str, now: Now) -> Connection:
    """Do as begin() with a connection that was begun before. Raises ConnectionNotBegun."""
    if ports.connections.get(entity_id, name).state is ConnectionState.NEW:
        raise ConnectionNotBegun(connection=name)
    return begin(ports, entity_id, name, now)


def pause(ports: Ports, entity_id: str, name: str, now: Now) -> Connection:
    """Pull nothing from now on, and tell it nothing; return the connection.

    Raises ConnectionNotBegun where there is nothing to pause.
    """
    connection = ports.connections.get(entity_id, name)
    if connection.state is ConnectionState.NEW:
        raise ConnectionNotBegun(connection=name)
    paused = _in_state(connection, ConnectionState.PAUSED, now)
    return ports.connections.update(entity_id, paused)


def ask_for_sync(ports: Ports, entity_id: str, name: str, *, full: bool = False) -> None:
    """Have a connection pulled. full begins at its first record, and believes no manifest.

    Raises ConnectionNotBegun and ConnectionPaused where nothing would be asked.
    """
    state = ports.connections.get(entity_id, name).state
    if state is ConnectionState.NEW:
        raise ConnectionNotBegun(connection=name)
    if state is ConnectionState.PAUSED:
        raise ConnectionPaused(connection=name)
    body = {"kind": "pull", "entity": entity_id, "connection": name, "full": full}
    ports.queue.send("SYNC", body)


def ask_to_take_again(parked: ParkedItems, queue: Queue, entity_id: str, parked_id: str) -> None:
    """Have a parked record read anew. Raises NotFound, and InvalidInput where no ERP sent it."""
    if parked.get(entity_id, parked_id).source != FROM_ERP:
        raise InvalidInput(field="parked", reason="it did not come from an ERP")
    queue.send("SYNC", {"kind": "again", "entity": entity_id, "parked_id": parked_id})


def _in_state(connection: Connection, state: ConnectionState, now: Now) -> Connection:
    """Return connection in state, since now where it was in another one."""
    since = connection.since if connection.state is state else now.business
    return replace(connection, state=state, since=since)


def _found(
    make: Callable[[str, str], Connector], entity_id: str, name: str, wall: datetime
) -> Found:
    try:
        connector = make(entity_id, name)
        connected = connector.check()
    except HubError as error:
        return Found(wall, error.code, _words(error))
    can = connector.capabilities
    return Found(
        at=wall,
        company=connected.company,
        currency=connected.currency,
        customers=connected.customers,
        open_invoices=connected.open_invoices,
        warnings=tuple(connected.warnings),
        kinds=tuple(sorted(can.kinds)),
        entries=bool(can.entries),
    )


def _words(error: HubError) -> str:
    """Return what only this error knows: the ERP's own words, or which field is wrong, and how."""
    if said := error.facts.get("said"):
        return str(said)
    facts = error.facts
    about = [str(facts[name]) for name in ("field", "reason", "what") if facts.get(name)]
    if "status" in facts:
        about.append(f"status {facts['status']}")
    return ": ".join(about)


def _check_settings(settings: Mapping[str, str], product: str, known: Sequence[str]) -> None:
    """Raise InvalidInput for too much, and for a setting that product does not know."""
    _check(settings, "settings")
    if strange := sorted(settings.keys() - set(known)):
        raise InvalidInput(field=strange[0], reason=f"{product} has {', '.join(sorted(known))}")


def _check(values: Mapping[str, str], field: str) -> None:
    if len(values) > _SETTINGS_MAX or any(len(v) > _CHARS_MAX for v in values.values()):
        raise InvalidInput(field=field, reason=f"at most {_SETTINGS_MAX}, of {_CHARS_MAX} letters")
