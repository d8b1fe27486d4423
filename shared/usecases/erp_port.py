"""The one port to ERPs and accounting systems: what every connector promises.

Order of calls. A sync pulls the kinds in the order of RecordKind; of each it pulls pages until
`more` is False, and stores the cursor of a page after its rows are written: a page comes again
after a crash. A write-back calls find(key) before post(entry) whenever an earlier attempt may have
been booked, and open_amount before it takes off what no money pays.

Guarantees. pull: every change after the cursor comes at least once, also one that was committed
late by a long transaction (the overlap window); a row of equal content has an equal hash, whatever
the order in which the ERP lists its lines, contacts or parts; a use of a credit note that is undone
is a change, whatever stamp it leaves alone, and what has a rest may come with every pull. read: the
record as it is now. post: one booking or an error; after ErpUnavailable and ErpRefused nothing is
booked, after ErpOutcomeUnknown it may be. find: sees an entry as soon as post returned. No call
retries by itself, sleeps, or keeps state beside the connection.

Errors: ErpUnavailable, ErpRefused, ErpOutcomeUnknown, ErpAccess, ErpUnreadable; no other. Where
read finds a record that makes no row, ErpUnreadable names its field; pull tells it as a BadRecord.
"""

from datetime import datetime
from typing import Protocol

from shared.domain.erp import (
    Capabilities,
    Connected,
    Entry,
    ErpRow,
    OpenAmount,
    OpenPage,
    Page,
    Posted,
    RecordKind,
)


class Connector(Protocol):
    """One connection of one entity to its ERP."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what this connector can do."""
        ...

    def check(self) -> Connected:
        """Return whose books these are; every right that the connector needs was tried."""
        ...

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        """Return the next page of kind: about limit records, from the start where cursor is ""."""
        ...

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        """Return the record as it is now with its lines, a GoneRow, or () where there is none."""
        ...

    def find(self, key: str) -> Posted | None:
        """Return what the ERP has under our key, or None."""
        ...

    def post(self, entry: Entry) -> Posted:
        """Book entry and return how the ERP calls it. Call find first where it may be booked."""
        ...

    def open_amounts(self, cursor: str, limit: int) -> OpenPage:
        """Return what is open of each invoice and credit note that is not voided."""
        ...

    def open_amount(self, external_id: str) -> OpenAmount | None:
        """Return what is open of one invoice, None where none is that is not voided."""
        ...
