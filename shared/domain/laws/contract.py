"""A rate that the parties agreed on: one figure for all days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Contract:
    """Interest by contract: a percent a year, on each day a 365th of it."""

    percent_a_year: Fraction
    year_days: int | None = 365

    def spans(self, due_on: date, first: date, last: date) -> Iterator[tuple[date, date, Fraction]]:
        """Yield the days from first through last as one span, whenever the debt fell due."""
        if first <= last:
            yield first, last, self.percent_a_year
