"""A connection to an ERP: made, tested, begun, paused. What it is let in by is kept apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.connection import NAME, Connection, ConnectionState, Found
from shared.domain.parked import FROM_ERP, Parked
from shared.errors import Conflict, HubError, InvalidInput, NotFound
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
    """Everything that connecting touches. products are the names of those the hub speaks to."""

    connections: Connections
    secret: Callable[[str, str], Secret]
    products: Callable[[], tuple[str, ...]]
    queue: Queue


def connect(
    ports: Ports,
    entity_id: str,
    name: str,
    product: str,
    settings: Mapping[str, str],
    secret: Mapping[str, str],
) -> Connection:
    """Write a connection down and have it tested; return it. Nothing is imported.

    The same name again changes its settings and its secret; without a secret the one stays that it
    has. Raises InvalidInput, and Conflict where the name is that of another product, or was begun
    with other books: what was pulled is known by the ids of those.
    """
    if not NAME.fullmatch(name):
        raise InvalidInput(field="name", reason="1 to 32 small letters, digits and hyphens")
    if product not in ports.products():
        raise InvalidInput(field="product", reason=f"one of {', '.join(ports.products())}")
    _check(settings, "settings")
    _check(secret, "secret")
    kept = ports.secret(entity_id, name)
    try:
        known = ports.connections.get(entity_id, name)
    except NotFound:
        made = Connection(name, product, dict(settings), kept.name)
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
) -> Found:
    """Test a connection and note what was found, also where the ERP does not let us in."""
    found = _found(connector, entity_id, name, now.wall)
    connection = connections.get(entity_id, name)
    connections.update(entity_id, replace(connection, found=found))
    return found


def begin(ports: Ports, entity_id: str, name: str) -> Connection:
    """Let a tested connection be pulled from now on, and return it.

    The first that takes what is booked is told of all money from now on. Raises Conflict where the
    test did not work, or another connection takes what is booked.
    """
    connection = ports.connections.get(entity_id, name)
    if connection.found is None or connection.found.code:
        raise Conflict(connection=name, reason="its test has not worked yet")
    connected = replace(connection, state=ConnectionState.CONNECTED, trouble=None)
    if connection.found.entries:
        connected = ports.connections.keep_books(entity_id, connected)
    else:
        connected = ports.connections.update(entity_id, connected)
    ask_for_sync(ports, entity_id, name)
    return connected


def pause(ports: Ports, entity_id: str, name: str) -> Connection:
    """Pull nothing from now on, and tell it nothing; return the connection."""
    connection = ports.connections.get(entity_id, name)
    return ports.connections.update(entity_id, replace(connection, state=ConnectionState.PAUSED))


def ask_for_sync(ports: Ports, entity_id: str, name: str, *, full: bool = False) -> None:
    """Have a connection pulled. full begins at its first record, and believes no manifest."""
    body = {"kind": "pull", "entity": entity_id, "connection": name, "full": full}
    ports.queue.send("SYNC", body)


def ask_to_take_again(parked: ParkedItems, queue: Queue, entity_id: str, parked_id: str) -> None:
    """Have a parked record read anew. Raises NotFound, and InvalidInput where no ERP sent it."""
    if parked.get(entity_id, parked_id).source != FROM_ERP:
        raise InvalidInput(field="parked", reason="it did not come from an ERP")
    queue.send("SYNC", {"kind": "again", "entity": entity_id, "parked_id": parked_id})


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
    """Return what a person needs to mend it: the ERP's own words, or ours with the field's name."""
    if said := error.facts.get("said"):
        return str(said)
    facts = error.facts
    about = [str(facts[name]) for name in ("field", "reason", "what") if facts.get(name)]
    if "status" in facts:
        about.append(f"status {facts['status']}")
    return ". ".join([": ".join(about), error.help] if about else [error.help])


def _check(values: Mapping[str, str], field: str) -> None:
    if len(values) > _SETTINGS_MAX or any(len(v) > _CHARS_MAX for v in values.values()):
        raise InvalidInput(field=field, reason=f"at most {_SETTINGS_MAX}, of {_CHARS_MAX} letters")
