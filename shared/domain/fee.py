"""What a stage charges besides speaking: a flat sum, a share of what is open, a law's fixed sum."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.faults import Fault, refuse
from shared.domain.laws.packs import LAWS
from shared.domain.money import Money, parse_money
from shared.errors import InvalidInput

AmountText = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
PercentText = Annotated[str, Field(pattern=r"^([0-9]{1,3}(\.[0-9]{1,4})?)?$")]
PERCENT_MAX = 100


class Fee(BaseModel):
    """A late fee, payable within payable_in_days: exactly one of flat, percent and compensation.

    flat is by currency, as decimal text. percent is of what is open, at least minimum and at most
    maximum (by currency) and maximum_percent of the invoice's total. compensation names the law
    whose fixed sum it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    flat: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    percent: PercentText = ""
    compensation: str = ""
    minimum: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    maximum: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    maximum_percent: PercentText = ""
    payable_in_days: int = Field(default=0, ge=0, le=90)

    @model_validator(mode="after")
    def _is_one_kind_of_fee(self) -> Self:
        if sum(map(bool, (self.flat, self.percent, self.compensation))) != 1:
            raise ValueError("fee is one of flat, percent and compensation")
        return self

    @model_validator(mode="after")
    def _bounds_are_those_of_a_percent(self) -> Self:
        unfit = [n for n in ("minimum", "maximum") if getattr(self, n) and not self.percent]
        refuse(((), f"{name} is for a fee in percent") for name in unfit)
        return self

    @model_validator(mode="after")
    def _fixed_sum_is_unbounded(self) -> Self:
        if self.maximum_percent and self.compensation:
            raise ValueError("maximum_percent is not for a law's fixed sum")
        return self

    @model_validator(mode="after")
    def _flat_is_money(self) -> Self:
        amounts_are_money(self, "flat")
        zero = [c for c, text in self.flat.items() if parse_money(text, c).minor == 0]
        refuse((("flat", c), "the fee is zero: leave the currency out") for c in zero)
        return self

    @model_validator(mode="after")
    def _bounds_are_money(self) -> Self:
        amounts_are_money(self, "minimum", "maximum")
        return self

    @model_validator(mode="after")
    def _percents_are_shares(self) -> Self:
        percents_are_shares(self, "percent", "maximum_percent")
        return self

    @model_validator(mode="after")
    def _law_is_known(self) -> Self:
        if self.compensation and self.compensation not in LAWS:
            raise ValueError(f"compensation is one of {', '.join(LAWS)}")
        return self

    @property
    def kind(self) -> str:
        """Return what a charge of this fee is called in the books."""
        return "compensation" if self.compensation else "late_fee"

    def amount(self, total: Money, base: Money) -> Money | None:
        """Return the fee on an invoice of total with base open, or None where there is none.

        Both are in the invoice's currency. Half a minor unit is rounded to even.
        """
        if self.compensation:
            return LAWS[self.compensation].fixed_sum(base)
        if self.percent:
            return self._share(total, base)
        text = self.flat.get(total.currency)
        if text is None:
            return None
        return self._bounded(parse_money(text, total.currency), total)

    def _share(self, total: Money, base: Money) -> Money | None:
        share = Money(minor=round(share_of(base, self.percent)), currency=base.currency)
        least = amount_in(self.minimum, base.currency)
        if least is not None and base:
            share = max(share, least)
        most = amount_in(self.maximum, base.currency)
        if most is not None:
            share = min(share, most)
        return self._bounded(share, total)

    def _bounded(self, fee: Money, total: Money) -> Money | None:
        if self.maximum_percent:
            most = int(share_of(total, self.maximum_percent))
            fee = min(fee, Money(minor=most, currency=fee.currency))
        return fee or None


def amount_in(amounts: dict[str, str], currency: str) -> Money | None:
    """Return what amounts say for currency, or None where they do not name it."""
    text = amounts.get(currency)
    return None if text is None else parse_money(text, currency)


def share_of(money: Money, percent: str) -> Fraction:
    """Return percent of money in minor units, exactly."""
    return Fraction(money.minor) * Fraction(percent) / 100


def amounts_are_money(model: BaseModel, *names: str) -> None:
    """Raise Faults where a currency is not in use, or an amount has more decimals than it."""
    faults: list[Fault] = []
    for name in names:
        for currency, text in getattr(model, name).items():
            try:
                parse_money(text, currency)
            except InvalidInput as exc:
                faults.append(((name, currency), str(exc.facts.get("reason", "no currency"))))
    refuse(faults)


def percents_are_shares(model: BaseModel, *names: str) -> None:
    """Raise Faults where a named field is a percent of nothing, or of more than the whole."""
    texts = {name: getattr(model, name) for name in names}
    unfit = [name for name, text in texts.items() if text and not 0 < Decimal(text) <= PERCENT_MAX]
    refuse(((), f"{name} is above 0 and at most {PERCENT_MAX}") for name in unfit)
