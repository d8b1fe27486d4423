"""The interest of a policy as data: which law or contract, when it is charged, what bounds it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.fee import (
    AmountText,
    CurrencyCode,
    PercentText,
    amount_in,
    amounts_are_money,
    percents_are_shares,
    share_of,
)
from shared.domain.interest import Rates
from shared.domain.laws.contract import Contract
from shared.domain.laws.packs import LAWS
from shared.domain.laws.us import CAPS, MONTHLY_PERCENT_MAX
from shared.domain.money import Money

_MONTHS = 12


class Claim(StrEnum):
    """What becomes of interest: charged for good; only named; given up once the rest is paid."""

    CLAIM = "claim"
    THREAT = "threat"
    WAIVE_ON_PRINCIPAL = "waive_on_principal"


class Charged(StrEnum):
    """When interest is charged: for each month that is over, or by the stages that say so."""

    MONTHLY = "monthly"
    BY_STAGE = "by_stage"


class OnHold(StrEnum):
    """What a hold does to interest: it waits for the hold's end, or is charged all the same."""

    WAIT = "wait"
    CHARGE = "charge"


class InterestRule(BaseModel):
    """Interest on overdue invoices: exactly one of law, percent_a_year and percent_a_month.

    state is the American state whose cap a contract's rate keeps. rates go on with a law's
    reference rates where this program's table ends, by first day of the half-year. grace_days bear
    no interest. A charge below minimum waits for the next one; all charges of an invoice together
    stay within maximum and maximum_percent of its total. A disputed invoice is one on hold: on_hold
    says what becomes of its interest; what waited comes with the next charge.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    law: str = ""
    percent_a_year: PercentText = ""
    percent_a_month: PercentText = ""
    state: str = ""
    rates: dict[
        Annotated[str, Field(pattern=r"^20[0-9]{2}-0[17]-01$")],
        Annotated[str, Field(pattern=r"^-?[0-9]{1,2}(\.[0-9]{1,4})?$")],
    ] = Field(default_factory=dict)
    claim: Claim = Claim.CLAIM
    charged: Charged = Charged.MONTHLY
    on_hold: OnHold = OnHold.WAIT
    grace_days: int = Field(default=0, ge=0, le=90)
    minimum: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    maximum: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    maximum_percent: PercentText = ""
    payable_in_days: int = Field(default=0, ge=0, le=90)

    @model_validator(mode="after")
    def _has_one_rate(self) -> Self:
        if sum(map(bool, (self.law, self.percent_a_year, self.percent_a_month))) != 1:
            raise ValueError("interest is one of law, percent_a_year and percent_a_month")
        return self

    @model_validator(mode="after")
    def _law_is_known(self) -> Self:
        if self.law and self.law not in LAWS:
            raise ValueError(f"law is one of {', '.join(LAWS)}")
        return self

    @model_validator(mode="after")
    def _rates_go_on(self) -> Self:
        if self.rates and not self.law:
            raise ValueError("rates go on with the table of a law")
        if self.law in LAWS:
            self.rate_table()
        return self

    @model_validator(mode="after")
    def _percents_are_shares(self) -> Self:
        percents_are_shares(self, "percent_a_year", "percent_a_month", "maximum_percent")
        return self

    @model_validator(mode="after")
    def _bounds_are_money(self) -> Self:
        amounts_are_money(self, "minimum", "maximum")
        return self

    @model_validator(mode="after")
    def _a_month_is_bounded(self) -> Self:
        if Decimal(self.percent_a_month or 0) > Decimal(MONTHLY_PERCENT_MAX):
            raise ValueError(f"percent_a_month is at most {MONTHLY_PERCENT_MAX}")
        return self

    @model_validator(mode="after")
    def _keeps_the_cap(self) -> Self:
        if not self.state:
            return self
        if self.law:
            raise ValueError("state is for a contract's rate")
        if self.state not in CAPS:
            raise ValueError(f"state is one of {', '.join(CAPS)}: no cap is known of another")
        cap, source = CAPS[self.state]
        is_rated = self.percent_a_month or self.percent_a_year
        if is_rated and self._a_year() > Fraction(cap):
            name = "percent_a_month" if self.percent_a_month else "percent_a_year"
            raise ValueError(f"{name} is above {cap} a year, the cap of {self.state}: {source}")
        return self

    def rate_table(self) -> Rates:
        """Return what each day costs. Raises ValueError where rates leave a half-year out."""
        if not self.law:
            return Contract(self._a_year())
        later = {date.fromisoformat(day): percent for day, percent in self.rates.items()}
        law = LAWS[self.law]
        return law.with_rates({d: p for d, p in later.items() if d > law.known_through})

    def cap(self, total: Money) -> int | None:
        """Return the most interest on an invoice of total in minor units, None where unbounded."""
        bounds = []
        if self.maximum_percent:
            bounds.append(int(share_of(total, self.maximum_percent)))
        most = amount_in(self.maximum, total.currency)
        if most is not None:
            bounds.append(most.minor)
        return min(bounds, default=None)

    def least(self, currency: str) -> int:
        """Return the smallest charge worth making in currency, in minor units."""
        least = amount_in(self.minimum, currency)
        return max(1, least.minor if least else 0)

    def _a_year(self) -> Fraction:
        if self.percent_a_month:
            return Fraction(self.percent_a_month) * _MONTHS
        return Fraction(self.percent_a_year)
