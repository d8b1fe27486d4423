"""Simple daily interest on each day's balance, by value date. Exact until the last step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Protocol

from shared.domain.document import Document
from shared.domain.money import Money, split
from shared.domain.movement import Posting

_ONE_DAY = timedelta(days=1)
_PLACES = 10**6


class Rates(Protocol):
    """What a day costs. year_days is the divisor, None for the calendar year's own days."""

    @property
    def year_days(self) -> int | None: ...
    def spans(
        self, due_on: date, first: date, last: date
    ) -> Iterator[tuple[date, date, Fraction]]: ...


@dataclass(frozen=True, slots=True)
class Debt:
    """A principal with one due date: an invoice, or one of its instalments.

    changes are (value date, signed minor units), in any order; their sum is what is open.
    """

    due_on: date
    changes: tuple[tuple[date, int], ...]

    def balance(self, day: date) -> int:
        """Return what was open at the end of day, in minor units; never less than nothing."""
        return max(0, sum(minor for on, minor in self.changes if on <= day))


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one balance at one rate. exact is their interest in minor units, not rounded."""

    first: date
    last: date
    balance_minor: int
    percent: Fraction
    exact: Fraction

    @property
    def days(self) -> int:
        """Return how many days it counts, first and last included."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of an interest sheet. percent is a year's, as decimal text."""

    first: date
    last: date
    days: int
    balance: Money
    percent: str
    amount: Money


def debts_of(document: Document, postings: Iterable[Posting]) -> tuple[Debt, ...]:
    """Return the principal of document by due date, as its movements tell: one per instalment.

    Only movements that name the document count, so that no interest is ever taken on a charge.
    """
    due = {i.number: i.due_on for i in document.instalments} or {0: document.due_on}
    changes: dict[int, list[tuple[date, int]]] = {number: [] for number in due}
    for posting in postings:
        for movement in posting.movements:
            if movement.document_id == document.document_id:
                found = changes[movement.instalment if movement.instalment in due else min(due)]
                found.append((posting.value_date, movement.amount.minor))
    return tuple(Debt(due[number], tuple(found)) for number, found in sorted(changes.items()))


def interest(
    debts: Iterable[Debt], rates: Rates, first: date | None, through: date, grace_days: int = 0
) -> tuple[Span, ...]:
    """Return the interest of debts from first through a day, by spans of equal balance and rate.

    A debt bears interest from the day after its due date and grace_days more; a day bears it on
    what was open when it began, so that money with the value of that day helps from the next day
    on: who pays n days late pays for n days. first, where given, leaves out earlier days. Nothing
    is rounded: splitting the days anywhere gives the same sum.

    Raises RateNotKnown where no rate is known for a day on which something was open.
    """
    return tuple(
        span for debt in debts for span in _spans_of(debt, rates, first, through, grace_days)
    )


def _spans_of(
    debt: Debt, rates: Rates, first: date | None, through: date, grace_days: int
) -> Iterator[Span]:
    start = debt.due_on + timedelta(days=1 + grace_days)
    start = start if first is None else max(start, first)
    for begin, end, minor in _balances(debt, start, through):
        for since, until, percent in rates.spans(debt.due_on, begin, end):
            for a, b, year_days in _years(rates, since, until):
                days = (b - a).days + 1
                exact = Fraction(minor * days) * percent / (100 * year_days)
                yield Span(a, b, minor, percent, max(exact, Fraction(0)))


def _balances(debt: Debt, start: date, through: date) -> Iterator[tuple[date, date, int]]:
    """Yield (first, last, minor) of the days on which something was open as they began."""
    moved = sorted({on + _ONE_DAY for on, _ in debt.changes if start <= on < through})
    begins = [start, *(day for day in moved if day > start)]
    for begin, following in zip(begins, [*begins[1:], through + _ONE_DAY], strict=True):
        minor = debt.balance(begin - _ONE_DAY)
        if minor and begin <= through:
            yield begin, following - _ONE_DAY, minor


def _years(rates: Rates, first: date, last: date) -> Iterator[tuple[date, date, int]]:
    if rates.year_days is not None:
        yield first, last, rates.year_days
        return
    while first <= last:
        end = min(last, date(first.year, 12, 31))
        yield first, end, (date(first.year + 1, 1, 1) - date(first.year, 1, 1)).days
        first = end + _ONE_DAY


def rounded(spans: Iterable[Span]) -> int:
    """Return the sum of spans in whole minor units, half to even: the only rounding there is."""
    return round(sum((span.exact for span in spans), Fraction(0)))


def sheet(spans: Sequence[Span], total: Money) -> tuple[SheetLine, ...]:
    """Return spans as lines whose amounts sum to total exactly, by largest remainder.

    total is what is charged for them; spans that are not there, or come to nothing, have no lines.
    """
    weights = _whole([span.exact for span in spans])
    if not any(weights):
        return ()
    return tuple(
        SheetLine(
            first=span.first,
            last=span.last,
            days=span.days,
            balance=Money(minor=span.balance_minor, currency=total.currency),
            percent=percent_text(span.percent),
            amount=Money(minor=part, currency=total.currency),
        )
        for span, part in zip(spans, split(total.minor, weights), strict=True)
    )


def percent_text(percent: Fraction) -> str:
    """Return percent as decimal text with two places at least and six at most, such as 11.75."""
    digits = f"{round(abs(percent) * _PLACES):07d}"
    whole, places = digits[:-6], digits[-6:].rstrip("0")
    return f"{'-' if percent < 0 else ''}{whole}.{places:0<2}"


def _whole(parts: Sequence[Fraction]) -> list[int]:
    common = lcm(*(part.denominator for part in parts))
    return [int(part * common) for part in parts]
