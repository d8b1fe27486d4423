"""The two clocks. Handlers read them once; everything below is given values."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Now:
    """One moment as both clocks tell it; both are aware and in UTC.

    business rules due dates, promises, discounts and link expiry; a sandbox may move it.
    wall rules signatures, sign-in tokens, leases, time-to-live and retries; nothing moves it.
    """

    business: datetime
    wall: datetime

    def today(self, time_zone: str) -> date:
        """Return the business date in time_zone (an IANA name)."""
        return self.business.astimezone(ZoneInfo(time_zone)).date()

    def time_of_day(self, time_zone: str) -> time:
        """Return the business time of day in time_zone (an IANA name), without a zone."""
        return self.business.astimezone(ZoneInfo(time_zone)).time()


def iso(instant: datetime) -> str:
    """Return an aware instant as UTC text to the second, such as 2026-11-22T06:00:00Z."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> datetime:
    """Return the aware instant that iso() wrote."""
    return datetime.fromisoformat(text)
