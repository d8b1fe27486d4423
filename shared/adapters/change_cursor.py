"""Where a pull goes on, for products that list records by the moment of their last change.

A cursor is a moment, and within a pull also how many records since then were taken. Pages are asked
for by the moment of the last record, not by number: a record that changes meanwhile moves to the
end, and would push another one over the edge of a numbered page. Numbers serve where more records
than one page have the same moment.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

OVERLAP = timedelta(minutes=5)
"""How much earlier a new pull begins than the last one ended: for what was committed late."""

_START = datetime(2000, 1, 1, tzinfo=UTC)


def place(cursor: str) -> tuple[datetime, int]:
    """Return since when to ask, and how many records since then to leave out."""
    if not cursor:
        return _START, 0
    stamp, _, taken = cursor.partition(" ")
    since = datetime.fromisoformat(stamp)
    return (since, int(taken)) if taken else (since - OVERLAP, 0)


def following(
    stamps: Iterable[datetime], since: datetime, taken: int, more: bool, size: int
) -> str:
    """Return the cursor after a page with these stamps; more says that it was full.

    Moments are cut to the second: no product compares finer than it tells.
    """
    last = max(stamps, default=since).replace(microsecond=0)
    if not more:
        return max(last, since).isoformat()
    return f"{last.isoformat()} 0" if last > since else f"{since.isoformat()} {taken + size}"
