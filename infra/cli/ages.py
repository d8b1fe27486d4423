"""Instants and ages, as a person reads them."""

from datetime import UTC, datetime

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def minute(instant: str | None) -> str:
    """Return an instant to the minute, such as 2026-03-09 08:00 UTC, "" for none."""
    if not instant:
        return ""
    at = datetime.fromisoformat(instant).astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M} UTC"


def age(seconds: int | None) -> str:
    """Return an age in its largest units, such as 3 h 20 min, "not yet" for none."""
    if seconds is None:
        return "not yet"
    days, rest = divmod(seconds, _DAY_S)
    hours, rest = divmod(rest, _HOUR_S)
    minutes = rest // _MINUTE_S
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
