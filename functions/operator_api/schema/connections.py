"""Connections to ERPs on the wire. What lets the hub in goes in, and never comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, SecretStr

from functions.operator_api.schema.wire import Wire
from shared.domain.connection import Connection, Found, PullState, Trouble
from shared.domain.connection_standing import standing
from shared.domain.erp import RecordKind
from shared.domain.freshness import is_waited_for

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[str, Field(max_length=1000)]


class ConnectionIn(Wire):
    """settings say where the ERP is; secret is what lets the hub in, by its names there."""

    product: Word
    settings: dict[Word, Value] = Field(default_factory=dict, max_length=20)
    secret: dict[Word, SecretStr] = Field(default_factory=dict, max_length=20)


class FoundOut(Wire):
    """What the last test found; code is "" where it worked."""

    at: datetime
    code: str
    says: str
    company: str
    currency: str
    customers: int | None
    open_invoices: int | None
    warnings: list[str]
    kinds: list[str]
    takes_entries: bool


class TroubleOut(Wire):
    code: str
    says: str
    since: datetime
    last: datetime | None
    age_s: int


class PulledOut(Wire):
    """How far one kind is pulled, what became of its records since the connection began.

    pages counts what the ERP answered with meanwhile.

    age_s is how old what it told is by now, too_old whether messages wait for that.
    """

    kind: str
    cursor: str
    as_of: datetime | None
    pulled_at: datetime | None
    age_s: int | None
    too_old: bool
    new: int
    updated: int
    unchanged: int
    parked: int
    pages: int
    known: int


class ConnectionOut(Wire):
    """says and todo tell people how it stands, and what to do about it.

    since is when it came into its state, by the hub's clock. keeps_books: it takes what the hub
    books. parked counts its records that wait for a person. Where what it told is older than
    max_age_hours, nobody is asked for money; null where nobody waits for this connection.
    """

    name: str
    product: str
    settings: dict[str, str]
    state: str
    since: datetime | None
    says: str
    todo: str
    keeps_books: bool
    parked: int
    max_age_hours: int | None
    found: FoundOut | None
    trouble: TroubleOut | None
    pulled: list[PulledOut]


class ConnectionList(Wire):
    items: list[ConnectionOut]


class SyncIn(Wire):
    """full begins at the ERP's first record, and looks every record up."""

    full: bool = False


class RemovedOut(Wire):
    """removed is false where there was no such connection."""

    removed: bool


class Asked(Wire):
    """It is queued."""

    asked: bool = True


class SyncAsked(Asked):
    """at is when it was asked for, to the second: a kind with a later pulled_at is through."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What is told of a connection beside itself."""

    states: Sequence[PullState]
    keeps_books: bool
    parked: int
    max_age_hours: int
    wall: datetime


def connection_out(connection: Connection, seen: Seen) -> ConnectionOut:
    """Return a connection as the wire says it."""
    found, trouble, stands = connection.found, connection.trouble, standing(connection)
    hours = seen.max_age_hours if is_waited_for(connection) else None
    return ConnectionOut(
        name=connection.name,
        product=connection.product,
        settings=dict(connection.settings),
        state=str(connection.state),
        since=connection.since,
        says=stands.says,
        todo=stands.todo,
        keeps_books=seen.keeps_books,
        parked=seen.parked,
        max_age_hours=hours,
        found=found and _found(found),
        trouble=trouble and _trouble(trouble, seen.wall),
        pulled=[_pulled(state, hours, seen.wall) for state in sorted(seen.states, key=_place)],
    )


def _found(found: Found) -> FoundOut:
    return FoundOut(
        at=found.at,
        code=found.code,
        says=found.says,
        company=found.company,
        currency=found.currency,
        customers=found.customers,
        open_invoices=found.open_invoices,
        warnings=list(found.warnings),
        kinds=list(found.kinds),
        takes_entries=found.entries,
    )


def _trouble(trouble: Trouble, wall: datetime) -> TroubleOut:
    return TroubleOut(
        code=trouble.code,
        says=trouble.says,
        since=trouble.since,
        last=trouble.last,
        age_s=_seconds(wall - trouble.since),
    )


def _place(state: PullState) -> int:
    """Return the place of a kind in the order in which kinds are pulled."""
    return tuple(RecordKind).index(state.kind)


def _pulled(state: PullState, max_age_hours: int | None, wall: datetime) -> PulledOut:
    counts, told_at = state.counts, state.told_at
    age = None if told_at is None else wall - told_at
    waits = max_age_hours is not None
    return PulledOut(
        kind=str(state.kind),
        cursor=state.cursor,
        as_of=state.as_of,
        pulled_at=state.pulled_at,
        age_s=None if age is None else _seconds(age),
        too_old=waits and (age is None or age > timedelta(hours=max_age_hours or 0)),
        new=counts.new,
        updated=counts.updated,
        unchanged=counts.unchanged,
        parked=counts.parked,
        pages=counts.pages,
        known=state.entries,
    )


def _seconds(age: timedelta) -> int:
    return max(int(age.total_seconds()), 0)
