"""An entity's connections to ERPs, each with how far it is and what waits of it."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any

from functions.operator_api.access import current
from functions.operator_api.schema.connections import ConnectionOut, Seen, connection_out
from functions.operator_api.schema.writebacks import LedgerOut
from shared import runtime
from shared.domain.connection import Connection
from shared.domain.connection_standing import may_take_books, standing
from shared.domain.drift_report import NOT_COMPARED, is_past, sentence
from shared.domain.entity import Entity
from shared.domain.parked import FROM_ERP
from shared.errors import NotFound

_PARKED_COUNTED = 1_000


def connections_of(entity: Entity) -> list[ConnectionOut]:
    """Return the entity's connections by name."""
    entity_id = entity.entity_id
    found = runtime.connections().pulled(entity_id)
    if not found:
        return []
    ledger = runtime.connections().ledger(entity_id)
    books = ledger.name if ledger else ""
    parked = _parked(entity_id)
    wall, hours = current().now.wall, entity.erp_max_age_hours
    return [
        connection_out(one, Seen(states, one.name == books, parked[one.name], hours, wall))
        for one, states in found
    ]


def connection_of(entity: Entity, name: str) -> ConnectionOut:
    """Return one connection of the entity. Raises NotFound."""
    for one in connections_of(entity):
        if one.name == name:
            return one
    raise NotFound(connection=name[:32])


def ledger_out(entity_id: str) -> LedgerOut | None:
    """Return the connection that takes what the hub books, or None where none does."""
    ledger = runtime.connections().ledger(entity_id)
    return None if ledger is None else _ledger_out(ledger)


def not_begun_out(entity_id: str) -> LedgerOut | None:
    """Return a connection that would take what the hub books once it is begun, None for none."""
    waits = (c for c in runtime.connections().list(entity_id) if may_take_books(c))
    return next(map(_ledger_out, waits), None)


def newest_drift(entity_id: str) -> Mapping[str, Any] | None:
    """Return the newest comparison, None where there is none.

    One that failed for want of an ERP is told as none since the ERP is followed.
    """
    report = runtime.drift_reports().newest(entity_id, current().now.wall)
    if report and is_past(report.get("code", ""), runtime.connections().ledger(entity_id)):
        return {**report, "code": NOT_COMPARED, "says": sentence(NOT_COMPARED)}
    return report


def _ledger_out(connection: Connection) -> LedgerOut:
    stands = standing(connection)
    return LedgerOut(
        name=connection.name, state=str(connection.state), says=stands.says, todo=stands.todo
    )


def _parked(entity_id: str) -> Counter[str]:
    """Return how many of the first 1,000 parked records wait, by their connection."""
    found = islice(runtime.parked_items().list(entity_id), _PARKED_COUNTED)
    return Counter(str(p.facts.get("connection", "")) for p in found if p.source == FROM_ERP)
