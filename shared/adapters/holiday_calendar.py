"""The holidays of a country or a part of it. The package is imported where a day is asked for."""

from collections.abc import Container
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

_YEARS = range(1970, 2100)
"""The calendars of some countries cannot be reckoned outside these years: no holiday is known."""


class Holidays(Container[date]):
    """The days on which nobody works at one place: its holidays, and its days of the weekend."""

    def __init__(self, known: "HolidayBase") -> None:
        self._known = known

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date) or day.year not in _YEARS:
            return False
        return day.weekday() in self._known.weekend or day in self._known


def closed_days(country: str, subdivision: str) -> tuple[Container[date], str]:
    """Return the closed days of a place, and in a sentence what is not known of them, or "".

    Where the country is not known, only the policy's own days count; where the subdivision is not,
    those of the whole country.
    """
    if not country:
        return frozenset(), "The customer's country is not known: no holidays are kept."
    return _closed_days(country, subdivision)


@lru_cache(maxsize=512)
def _closed_days(country: str, subdivision: str) -> tuple[Container[date], str]:
    from holidays import country_holidays

    for part, note in (
        (subdivision or None, ""),
        (None, f"No holidays of {subdivision} are known: those of all {country} are kept."),
    ):
        try:
            return Holidays(country_holidays(country, subdiv=part)), note
        except NotImplementedError:
            continue
    return frozenset(), f"No holidays of {country} are known: none are kept."
