"""Connections to ERPs as the table holds them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.pull_states import PULL_STATE, fence_put, state_from
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, Write, seen
from shared.domain.clock import from_iso, iso
from shared.domain.connection import Connection, ConnectionState, Found, PullState, Trouble
from shared.errors import Conflict, NotFound, WriteConflict

_TYPE = "CONNECTION"
_BOOKS = "attribute_not_exists(pk) OR #connection = :name"


class Connections:
    """Reads and writes of connections. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, entity_id: str, connection: Connection) -> None:
        """Write a new connection. Raises Conflict where the entity has one of that name."""
        try:
            self._table.write(Put(_item(entity_id, connection)))
        except ConditionLost:
            raise Conflict(connection=connection.name, reason="this name is taken") from None

    def get(self, entity_id: str, name: str) -> Connection:
        """Return the connection. Raises NotFound."""
        item = self._table.get(keys.connection(entity_id, name))
        if item is None or item["type"] != _TYPE:
            raise NotFound(connection=name[:32])
        return _connection(item)

    def list(self, entity_id: str) -> tuple[Connection, ...]:
        """Return the entity's connections by name."""
        partition = keys.connection(entity_id, "")["pk"]
        found = self._table.query(partition)
        return tuple(_connection(item) for item in found if item["type"] == _TYPE)

    def pulled(self, entity_id: str) -> tuple[tuple[Connection, tuple[PullState, ...]], ...]:
        """Return the entity's connections and how far each is pulled. One Query."""
        partition = keys.connection(entity_id, "")["pk"]
        found: list[Connection] = []
        states: dict[str, list[PullState]] = defaultdict(list)
        for item in self._table.query(partition):
            if item["type"] == _TYPE:
                found.append(_connection(item))
            elif item["type"] == PULL_STATE:
                states[item["sk"].partition("#")[0]].append(state_from(item))
        return tuple((one, tuple(states[one.name])) for one in found)

    def update(self, entity_id: str, changed: Connection) -> Connection:
        """Write changed over the version it was read at, and return it one version on.

        Raises WriteConflict where somebody wrote first.
        """
        after = replace(changed, version=changed.version + 1)
        item = _item(entity_id, after)
        try:
            self._table.write(Put(item, condition=VERSION, values=seen(changed.version)))
        except ConditionLost:
            raise WriteConflict(connection=changed.name) from None
        return after

    def keep_books(self, entity_id: str, changed: Connection) -> Connection:
        """Do as update(), and make it the one connection that takes what the hub books.

        Raises Conflict where another one does.
        """
        after = replace(changed, version=changed.version + 1)
        item = _item(entity_id, after)
        books = {**keys.ledger_connection(entity_id), "type": "LEDGER", "connection": changed.name}
        try:
            self._table.write(
                Put(item, condition=VERSION, values=seen(changed.version)),
                Put(books, condition=_BOOKS, values={":name": changed.name}),
            )
        except ConditionLost as lost:
            if 1 in lost.positions:
                raise Conflict(
                    connection=changed.name, reason="another connection takes what is booked"
                ) from None
            raise WriteConflict(connection=changed.name) from None
        return after

    def ledger(self, entity_id: str) -> Connection | None:
        """Return the connection that takes what the hub books, or None where there is none."""
        name = self._ledger(entity_id)
        try:
            return self.get(entity_id, name) if name else None
        except NotFound:
            return None  # it was removed between both reads

    def remove(
        self, entity_id: str, seen_as: Connection, states: Sequence[PullState], wall: datetime
    ) -> None:
        """Remove a connection as it was seen, with how far it was pulled, and what it was told by.

        states are those of all its kinds: a run that reads or begins at this moment finds its claim
        lost. Raises WriteConflict where one of them, or the connection, was written since.
        """
        name = seen_as.name
        writes: list[Write] = [fence_put(entity_id, name, state, wall) for state in states]
        if self._ledger(entity_id) == name:
            key = keys.ledger_connection(entity_id)
            writes.append(Delete(key, "#connection = :name", {":name": name}))
        key = keys.connection(entity_id, name)
        try:
            self._table.write(Delete(key, VERSION, seen(seen_as.version)), *writes)
        except ConditionLost:
            raise WriteConflict(connection=name) from None

    def _ledger(self, entity_id: str) -> str:
        item = self._table.get(keys.ledger_connection(entity_id))
        return "" if item is None else str(item["connection"])

    def bank_as_of(self, entity_id: str) -> datetime | None:
        """Return when the newest file of payments came, None where none did."""
        item = self._table.get(keys.bank_cursor(entity_id))
        return None if item is None else from_iso(item["as_of"])

    def bank_read(self, entity_id: str, at: datetime) -> None:
        """Note that a file of payments that came at an instant is taken; none goes backwards."""
        item = {**keys.bank_cursor(entity_id), "type": "BANK", "as_of": iso(at)}
        newer = Put(item, "attribute_not_exists(pk) OR as_of < :at", {":at": iso(at)})
        with suppress(ConditionLost):
            self._table.write(newer)


def _item(entity_id: str, connection: Connection) -> Item:
    return {
        **keys.connection(entity_id, connection.name),
        "type": _TYPE,
        "name": connection.name,
        "product": connection.product,
        "settings": dict(connection.settings),
        "secret": connection.secret,
        "state": str(connection.state),
        "version": connection.version,
        **({"found": _found_item(connection.found)} if connection.found else {}),
        **({"trouble": _trouble_item(connection.trouble)} if connection.trouble else {}),
        **({"since": iso(connection.since)} if connection.since else {}),
        **({"told": True} if connection.told else {}),
    }


def _connection(item: Item) -> Connection:
    return Connection(
        name=item["name"],
        product=item["product"],
        settings=item["settings"],
        secret=item["secret"],
        state=ConnectionState(item["state"]),
        found=_found(item["found"]) if "found" in item else None,
        trouble=_trouble(item["trouble"]) if "trouble" in item else None,
        since=from_iso(item["since"]) if "since" in item else None,
        told=item.get("told", False),
        version=item["version"],
    )


def _found_item(found: Found) -> Item:
    return {
        "at": iso(found.at),
        "code": found.code,
        "says": found.says,
        "company": found.company,
        "currency": found.currency,
        "customers": found.customers,
        "open_invoices": found.open_invoices,
        "warnings": found.warnings,
        "kinds": found.kinds,
        "entries": found.entries,
    }


def _found(stored: Mapping[str, Any]) -> Found:
    return Found(
        **{
            **stored,
            "at": from_iso(stored["at"]),
            "warnings": tuple(stored["warnings"]),
            "kinds": tuple(stored["kinds"]),
        }
    )


def _trouble_item(trouble: Trouble) -> Item:
    last = {"last": iso(trouble.last)} if trouble.last else {}
    return {"code": trouble.code, "says": trouble.says, "since": iso(trouble.since), **last}


def _trouble(stored: Mapping[str, Any]) -> Trouble:
    last = from_iso(stored["last"]) if "last" in stored else None
    return Trouble(stored["code"], stored["says"], from_iso(stored["since"]), last)
