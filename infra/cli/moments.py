"""Moments: --at as the API asks for it, and instants as people here read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def when(at: str | None) -> dict[str, str | None]:
    """Return the query that asks for at: on for a day, such as 2026-03-01, else at."""
    return {"on" if at and _is_day(at) else "at": at}


def local(instant: str, zone: str) -> str:
    """Return an ISO instant to the minute, as clocks in zone show it, with the zone's name."""
    there = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    return f"{there:%Y-%m-%d %H:%M} ({zone})"


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-03-01") and bool(date.fromisoformat(text))
    except ValueError:
        return False
