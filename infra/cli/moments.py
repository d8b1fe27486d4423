"""--at: a day or an instant, as the API asks for them."""

from datetime import date


def when(at: str | None) -> dict[str, str | None]:
    """Return the query that asks for at: on for a day, such as 2026-03-01, else at."""
    return {"on" if at and _is_day(at) else "at": at}


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-03-01") and bool(date.fromisoformat(text))
    except ValueError:
        return False
