"""One connection of an entity to its ERP or CRM, and how far a sync has come. Values only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.erp import RecordKind

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class ConnectionState(StrEnum):
    NEW = "new"  # it was made, and nothing was imported by it yet
    CONNECTED = "connected"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Found:
    """What the last test of a connection found. code is "" where it worked.

    says are the ERP's own words where it refused, or what is to be mended. entries says that it
    takes what the hub books, kinds what it gives.
    """

    at: datetime
    code: str = ""
    says: str = ""
    company: str = ""
    currency: str = ""
    customers: int | None = None
    open_invoices: int | None = None
    warnings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    entries: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the last sync stopped: a stable code, the ERP's words, since when it is so.

    last is when it was found so the last time; None where nobody noted that.
    """

    code: str
    says: str
    since: datetime
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection. settings hold no secret; secret is the name of one in the secret store.

    since is when, by the business clock, it came into its state; None where nobody noted that.
    told says that its ERP was told something: what the hub booked there names the hub.
    """

    name: str
    product: str
    settings: Mapping[str, str]
    secret: str
    state: ConnectionState = ConnectionState.NEW
    found: Found | None = None
    trouble: Trouble | None = None
    since: datetime | None = None
    told: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of one kind since the connection began, on how many pages."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    parked: int = 0
    pages: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.parked + other.parked,
            self.pages + other.pages,
        )


@dataclass(frozen=True, slots=True)
class PullState:
    """How far one kind is pulled.

    as_of is when, by the ERP's clock, the hub had all that the ERP had; pulled_at the moment of
    that by ours. applying says that facts may be newer than the manifest; bits and entries are the
    size of the manifest. by names the run that wrote this, version counts its writes: 0 is a kind
    that nobody pulled.
    """

    kind: RecordKind
    cursor: str = ""
    as_of: datetime | None = None
    pulled_at: datetime | None = None
    applying: bool = False
    bits: int = 0
    entries: int = 0
    counts: Counts = field(default_factory=Counts)
    by: str = ""
    version: int = 0

    @property
    def told_at(self) -> datetime | None:
        """Return the instant that the kind is as of, None before it came whole.

        It is never later than we asked, whatever clock the ERP has.
        """
        if self.as_of is None or self.pulled_at is None:
            return None
        return min(self.as_of, self.pulled_at)

    @property
    def may_have_written(self) -> bool:
        """Return whether records may have become facts by it: what is parked is none."""
        counts = self.counts
        became = counts.new or counts.updated or counts.unchanged
        return self.applying or bool(became or self.entries)
