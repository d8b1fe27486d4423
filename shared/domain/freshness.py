"""Whether what the ERPs and the bank said is young enough to ask somebody for money by it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.domain.clock import iso
from shared.domain.connection import Connection, ConnectionState, PullState
from shared.domain.erp import RecordKind

Pulled = tuple[Connection, Sequence[PullState]]

_PEOPLE_ALONE = (RecordKind.CUSTOMERS,)


def stale_source(pulled: Sequence[Pulled], max_age_hours: int, wall: datetime) -> str:
    """Return which connection's facts are too old at wall and as of when they are, or "".

    A connection is as old as the oldest of its kinds; one of which a kind has yet to come whole is
    too young to go by. Nobody waits for one that is paused, was never begun, or that is not there,
    nor for a CRM: no debt depends on who the people are.
    """
    for connection, states in pulled:
        if not is_waited_for(connection):
            continue
        given = connection.found.kinds if connection.found else ()
        came = {state.kind: state.told_at for state in states}
        missing = [kind for kind in RecordKind if kind in given and came.get(kind) is None]
        if missing:
            return f"{connection.name}: {missing[0].replace('_', ' ')} have yet to come in"
        oldest = min((at for at in came.values() if at is not None), default=None)
        if oldest is not None and wall - oldest > timedelta(hours=max_age_hours):
            return f"{connection.name}: as of {iso(oldest)}"
    return ""


def is_waited_for(connection: Connection) -> bool:
    """Return whether messages wait while what a connection told is too old."""
    given = connection.found.kinds if connection.found else ()
    return connection.state is ConnectionState.CONNECTED and given != _PEOPLE_ALONE


def stale_bank(as_of: datetime | None, max_age_hours: int, wall: datetime) -> str:
    """Return as of when the bank's money is known, where that is too long ago at wall, or "".

    as_of is when the newest file of payments came; 0 hours are those of an entity that gets none.
    """
    if not max_age_hours:
        return ""
    if as_of is None:
        return "bank: no file of payments has come in"
    old = wall - as_of > timedelta(hours=max_age_hours)
    return f"bank: as of {iso(as_of)}" if old else ""
