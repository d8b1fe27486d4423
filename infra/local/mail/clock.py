"""Two clocks: the wall, and the business clock that the stack moves by an offset."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Read both clocks. The business clock is the wall plus an offset in seconds."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def wall(self) -> datetime:
        """Return the wall instant, in UTC."""
        return datetime.now(UTC)

    def business(self) -> datetime:
        """Return the business instant, in UTC."""
        return self.wall() + timedelta(seconds=self.offset_s)

    def monotonic(self) -> float:
        """Return seconds that never go back, for rates."""
        return time.monotonic()


def iso_millis(instant: datetime) -> str:
    """Return an instant as SES writes it: 2026-11-22T06:00:00.000Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{instant.microsecond // 1000:03d}Z"
    )


def parse_instant(text: str) -> datetime:
    """Return the instant of an ISO 8601 text; without a zone it is UTC."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
