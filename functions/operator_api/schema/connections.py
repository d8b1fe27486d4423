"""Connections to ERPs on the wire. What lets the hub in goes in, and never comes out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr

from functions.operator_api.schema.wire import Wire
from shared.domain.connection import Connection, PullState

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


class PulledOut(Wire):
    """How far one kind is pulled, and what became of its records since the connection began."""

    kind: str
    as_of: datetime | None
    pulled_at: datetime | None
    new: int
    updated: int
    unchanged: int
    parked: int
    known: int


class ConnectionOut(Wire):
    name: str
    product: str
    settings: dict[str, str]
    state: str
    found: FoundOut | None
    trouble: TroubleOut | None
    pulled: list[PulledOut]


class ConnectionList(Wire):
    items: list[ConnectionOut]


class SyncIn(Wire):
    """full begins at the ERP's first record, and looks every record up."""

    full: bool = False


class Asked(Wire):
    """It is queued."""

    asked: bool = True


def connection_out(connection: Connection, states: tuple[PullState, ...]) -> ConnectionOut:
    found, trouble = connection.found, connection.trouble
    return ConnectionOut(
        name=connection.name,
        product=connection.product,
        settings=dict(connection.settings),
        state=str(connection.state),
        found=found
        and FoundOut(
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
        ),
        trouble=trouble and TroubleOut(code=trouble.code, says=trouble.says, since=trouble.since),
        pulled=[_pulled(state) for state in states],
    )


def _pulled(state: PullState) -> PulledOut:
    counts = state.counts
    return PulledOut(
        kind=str(state.kind),
        as_of=state.as_of,
        pulled_at=state.pulled_at,
        new=counts.new,
        updated=counts.updated,
        unchanged=counts.unchanged,
        parked=counts.parked,
        known=state.entries,
    )
