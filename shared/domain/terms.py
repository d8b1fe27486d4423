"""Payment terms as data: when an invoice is due, in which parts, and what paying early takes off.

Terms know no invoice. due() gives the dates and amounts that they make of one.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.discount import figure
from shared.domain.document import Discount, DiscountTax, Instalment
from shared.domain.money import Money, parse_money, split
from shared.errors import InvalidInput

DAYS_MAX = 730
PARTS_MAX = 60
_LEAP_YEAR_DAYS = tuple(date(2027, 12, 1) + timedelta(days=n) for n in range(427))

Percent = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,2})(\.[0-9]{0,2}[1-9])?$")]
AmountText = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$")]


class When(BaseModel):
    """A day counted from the issue date. One of five forms; the day itself never moves to a
    working day.

    days: so many days later. months: the same day so many months later, or that month's last day
    where it is shorter. end_of_month with days: so many days after the end of the issue's month.
    on_day with days: the first such day of a month that is not before days have passed. on_day with
    end_of_month: that day of the next month. A day 31 is the last day of every month.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    days: int = Field(default=0, ge=0, le=DAYS_MAX)
    months: int = Field(default=0, ge=0, le=36)
    end_of_month: bool = False
    on_day: int | None = Field(default=None, ge=1, le=31)

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        if self.months and (self.days or self.end_of_month or self.on_day):
            raise ValueError("months go with nothing else")
        if self.end_of_month and self.days and self.on_day:
            raise ValueError("a day of the next month takes no days")
        return self

    def after(self, issued_on: date) -> date:
        """Return the day that this is for an invoice of issued_on."""
        if self.months:
            return _in_month(issued_on, self.months, issued_on.day)
        if self.end_of_month and self.on_day:
            return _in_month(issued_on, 1, self.on_day)
        start = _in_month(issued_on, 0, 31) if self.end_of_month else issued_on
        start += timedelta(days=self.days)
        if self.on_day is None:
            return start
        this_month = _in_month(start, 0, self.on_day)
        return this_month if this_month >= start else _in_month(start, 1, self.on_day)


class Part(BaseModel):
    """A share of the total and when it is due: a percentage of it, an amount, or neither.

    Parts with neither share in equal parts what the others leave. amount is decimal text in the
    invoice's currency.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    when: When
    percent: Percent | None = None
    amount: AmountText | None = None

    @model_validator(mode="after")
    def _is_one_share(self) -> Self:
        if self.percent is not None and self.amount is not None:
            raise ValueError("a part is a percentage or an amount, not both")
        return self


class Offer(BaseModel):
    """percent off the whole where it is paid by the day of when."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    percent: Percent
    when: When

    @model_validator(mode="after")
    def _is_less_than_all(self) -> Self:
        if not 0 < Decimal(self.percent) < 100:
            raise ValueError("a discount is above 0 % and below 100 %")
        return self


class Terms(BaseModel):
    """What was agreed about paying. One part is a plain due date, several are instalments.

    tax says what the discount does to the tax. A payment that is tolerance_days late or
    tolerance_minor short (in the invoice's smallest unit) still earns the discount; the customer is
    not told so.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    parts: tuple[Part, ...] = Field(min_length=1, max_length=PARTS_MAX)
    offer: Offer | None = None
    tax: DiscountTax = DiscountTax.REDUCE
    tolerance_days: int = Field(default=0, ge=0, le=30)
    tolerance_minor: int = Field(default=0, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _parts_are_the_whole(self) -> Self:
        percent = sum(Decimal(p.percent) for p in self.parts if p.percent is not None)
        open_ended = any(p.percent is None and p.amount is None for p in self.parts)
        if percent > 100 or (percent == 100 and len(self._percents()) < len(self.parts)):
            raise ValueError("the parts are more than 100 %")
        if percent < 100 and not open_ended:
            raise ValueError("the parts are less than 100 %: give one of them the rest")
        return self

    @model_validator(mode="after")
    def _discount_ends_before_the_last_part(self) -> Self:
        if self.offer is not None and any(self._offer_is_late(day) for day in _LEAP_YEAR_DAYS):
            raise ValueError("the discount lasts longer than the terms")
        return self

    def _percents(self) -> tuple[str, ...]:
        return tuple(p.percent for p in self.parts if p.percent is not None)

    def _offer_is_late(self, issued_on: date) -> bool:
        last = max(part.when.after(issued_on) for part in self.parts)
        return self.offer is not None and self.offer.when.after(issued_on) > last


def net(days: int) -> Terms:
    """Return the terms of one payment that is due days after the issue date."""
    return Terms(parts=(Part(when=When(days=days)),))


@dataclass(frozen=True, slots=True)
class Due:
    """What terms make of an invoice. due_on is that of its first instalment where it has any."""

    due_on: date
    instalments: tuple[Instalment, ...]
    discount: Discount | None


def due(
    terms: Terms, issued_on: date, total: Money, tax_minor: Mapping[str, int] | None = None
) -> Due:
    """Return when an invoice of issued_on over total is due, and its discount.

    The instalments sum to total exactly (largest remainder, earlier parts first), are in the order
    of their dates, and none is for nothing. tax_minor is the tax in total by rate text, where it
    is known: the discount takes its share of it.

    Raises InvalidInput where parts with amounts are more than total.
    """
    amounts = _amounts(terms.parts, total)
    dated = sorted(
        (part.when.after(issued_on), at, amount)
        for at, (part, amount) in enumerate(zip(terms.parts, amounts, strict=True))
        if amount or len(terms.parts) == 1
    )
    discount = _discount(terms, issued_on, dated[-1][0], total, tax_minor or {})
    if len(dated) == 1:
        return Due(dated[0][0], (), discount)
    instalments = tuple(
        Instalment(number, day, opened, opened)
        for number, (day, _, minor) in enumerate(dated, start=1)
        for opened in [Money(minor=minor, currency=total.currency)]
    )
    return Due(instalments[0].due_on, instalments, discount)


def _discount(
    terms: Terms, issued_on: date, due_last: date, total: Money, tax_minor: Mapping[str, int]
) -> Discount | None:
    if terms.offer is None:
        return None
    last_day = min(terms.offer.when.after(issued_on), due_last)
    discount = figure(terms.offer.percent, last_day, total, terms.tax, tax_minor)
    if discount is None:
        return None
    return replace(
        discount, tolerance_days=terms.tolerance_days, tolerance_minor=terms.tolerance_minor
    )


def _amounts(parts: tuple[Part, ...], total: Money) -> list[int]:
    """Return what each part is in minor units; they sum to total."""
    weights = [int(Decimal(p.percent or "0") * 1000) for p in parts]
    *amounts, rest = split(total.minor, (*weights, 100_000 - sum(weights)))
    for at, part in enumerate(parts):
        if part.amount is not None:
            amounts[at] = parse_money(part.amount, total.currency).minor
            rest -= amounts[at]
    equal = [at for at, p in enumerate(parts) if p.percent is None and p.amount is None]
    if rest < 0:
        raise InvalidInput(field="terms", reason="the parts are more than the total")
    for at, minor in zip(equal, split(rest, [1] * len(equal)) if equal else (), strict=True):
        amounts[at] = minor
    return amounts


def _in_month(day: date, months: int, on_day: int) -> date:
    """Return on_day of the month that is months after day's, or the last day of a shorter one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(on_day, monthrange(year, month + 1)[1]))
