"""Steps along the calendar that end where it ends."""

from datetime import date, timedelta


def days_after(day: date, days: int) -> date:
    """Return the date days after day, or the first or last date there is."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
