"""A law pack: what a law gives a creditor for a late payment, as dated data with its sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import ClassVar

from shared.domain.money import Money
from shared.errors import HubError

ONE_DAY = timedelta(days=1)


class RateNotKnown(HubError):
    """No reference rate is known for a day: the next one is published by a central bank."""

    code: ClassVar[str] = "rate_not_known"
    help: ClassVar[str] = (
        "Reckon through a day that is known, or add the reference rate that was published since to "
        "rates of the policy's interest (docs/policies.md); duecourse entity policy stores it."
    )


@dataclass(frozen=True, slots=True)
class Law:
    """The interest and the fixed sum that a law gives for one late payment between businesses.

    reference holds (first day of a half-year, percent a year) in order, without a gap. points are
    added to it: (since when the debt must be late for them, percent points). is_fixed says that the
    half-year in which the debt fell late rules all its days; else each day has its own half-year's
    rate. The rate is rounded up to a multiple of round_up_percent where that is given. year_days is
    the divisor of a day, None where it is the calendar year's own. compensation holds (least
    principal, sum), ascending, in minor units of currency. sources name every figure's origin.
    """

    code: str
    title: str
    reference: tuple[tuple[date, str], ...]
    points: tuple[tuple[date, str], ...]
    is_fixed: bool
    currency: str
    compensation: tuple[tuple[int, int], ...]
    sources: tuple[str, ...]
    year_days: int | None = 365
    round_up_percent: str = ""

    @property
    def known_through(self) -> date:
        """Return the last day for which a reference rate is known."""
        return next_half_year(self.reference[-1][0]) - ONE_DAY

    def with_rates(self, later: Mapping[date, str]) -> "Law":
        """Return the law with reference rates that were published after this table was written.

        Raises ValueError where one is not on the next half-year's first day, or known already.
        """
        reference = list(self.reference)
        for start in sorted(later):
            wanted = next_half_year(reference[-1][0])
            if start != wanted:
                raise ValueError(f"rates go on with {wanted}, not {start}")
            reference.append((start, later[start]))
        return replace(self, reference=tuple(reference))

    def percent(self, due_on: date, day: date) -> Fraction:
        """Return the percent a year that a debt due on due_on bears on day.

        Raises RateNotKnown where the table does not reach so far, at either end.
        """
        late_since = due_on + ONE_DAY
        ruling = late_since if self.is_fixed else day
        if not self.reference[0][0] <= ruling <= self.known_through:
            first, through = self.reference[0][0].isoformat(), self.known_through.isoformat()
            raise RateNotKnown(
                reason=f"no rate of {self.code} is known for {ruling}: from {first} to {through}",
                law=self.code,
                day=ruling.isoformat(),
                known_through=through,
            )
        whole = Fraction(_latest(self.reference, ruling)) + Fraction(
            _latest(self.points, late_since)
        )
        if not self.round_up_percent:
            return whole
        step = Fraction(self.round_up_percent)
        return -(-whole // step) * step

    def spans(self, due_on: date, first: date, last: date) -> Iterator[tuple[date, date, Fraction]]:
        """Yield (first day, last day, percent a year) of first through last, parted by rate."""
        while first <= last:
            percent = self.percent(due_on, first)
            following = last + ONE_DAY if self.is_fixed else next_half_year(first)
            while following <= last and self.percent(due_on, following) == percent:
                following = next_half_year(following)
            yield first, min(last, following - ONE_DAY), percent
            first = following

    def fixed_sum(self, principal: Money) -> Money | None:
        """Return the compensation for a late principal, None in another currency than the law's."""
        if principal.currency != self.currency:
            return None
        reached = [sum_ for least, sum_ in self.compensation if least <= principal.minor]
        return Money(minor=reached[-1], currency=self.currency) if reached else None


def next_half_year(day: date) -> date:
    """Return the first day of the half-year after the one that day is in."""
    return date(day.year, 7, 1) if day.month < 7 else date(day.year + 1, 1, 1)


def half_years(first: date, rates: Sequence[str]) -> tuple[tuple[date, str], ...]:
    """Return rates with the half-years that they are for; the first one starts on first."""
    dated = []
    for percent in rates:
        dated.append((first, percent))
        first = next_half_year(first)
    return tuple(dated)


def _latest(dated: Sequence[tuple[date, str]], day: date) -> str:
    return [value for start, value in dated if start <= day][-1]
