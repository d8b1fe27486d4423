"""How far a pull from Tryton has come: a sweep over what changed since a moment, by ascending id.

Ids do not change, so no page passes over a record that is changed meanwhile: its change is younger
than the sweep, and the next sweep finds it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.errors import ErpUnreadable


@dataclass(frozen=True, slots=True)
class Sweep:
    """since is what the sweep looks back to, None for all there is; as_of when it began, by

    Tryton's clock, None where it has not begun; last the highest id that was told.
    """

    since: datetime | None = None
    as_of: datetime | None = None
    last: int = 0

    def __str__(self) -> str:
        return f"{_text(self.since)} {_text(self.as_of)} {self.last}"

    def after(self, last: int, as_of: datetime) -> "Sweep":
        """Return where the same sweep goes on."""
        return Sweep(self.since, as_of, last)

    def ended(self, as_of: datetime) -> "Sweep":
        """Return the next sweep: it looks back to when this one began."""
        return Sweep(since=as_of)


def sweep_of(cursor: str) -> Sweep:
    """Return what a cursor says."""
    if not cursor:
        return Sweep()
    try:
        since, as_of, last = cursor.split(" ")
        return Sweep(_moment(since), _moment(as_of), int(last))
    except ValueError:
        raise ErpUnreadable(what="cursor") from None


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else "-"


def _moment(text: str) -> datetime | None:
    return None if text == "-" else datetime.fromisoformat(text)
