"""Exact amounts of money."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.currencies import EXPONENTS
from shared.errors import CurrencyMismatch, InvalidInput

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")
MINOR_MAX = 10**15


class Money(BaseModel):
    """An exact amount in one currency. minor counts its smallest unit (cents, yen, fils)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    minor: int
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing of currency."""
        return cls(minor=0, currency=currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(minor=self.minor + self._same(other), currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(minor=self.minor - self._same(other), currency=self.currency)

    def __neg__(self) -> "Money":
        return Money(minor=-self.minor, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{to_decimal_text(self)} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other.minor


def exponent(currency: str) -> int:
    """Return the digits after the decimal point of currency.

    Raises InvalidInput for a code that is not in legal use: a guess of 2 would be wrong money.
    """
    try:
        return EXPONENTS[currency]
    except KeyError:
        reason = f"{currency[:8]} is no currency in legal use"
        raise InvalidInput(field="currency", reason=reason) from None


def parse_money(text: str, currency: str) -> Money:
    """Return the amount that text says in currency.

    text is ASCII digits with an optional leading minus and a dot: no grouping, no exponent, no
    other script's digits, and no more decimals than the currency has (trailing zeros aside).

    Raises InvalidInput for anything else, without repeating the value.
    """
    digits = exponent(currency)
    if not _DECIMAL.fullmatch(text):
        raise InvalidInput(field="amount", reason="write digits with a dot, such as 1234.50")
    scaled = Decimal(text).scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise InvalidInput(field="amount", reason=f"{currency} has {digits} decimals")
    return Money(minor=int(scaled), currency=currency)


def to_decimal_text(money: Money) -> str:
    """Return the amount as plain decimal text, such as 12.50 for 1250 cents."""
    digits = exponent(money.currency)
    return str(Decimal(money.minor).scaleb(-digits).quantize(Decimal(1).scaleb(-digits)))


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts, all in currency; zero of it where there are none."""
    return sum(amounts, Money.zero(currency))


def split(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return parts of amount_minor in proportion to weights that sum to it exactly.

    Largest remainder: each part is rounded towards zero, the units left over go to the largest
    remainders, earlier parts first on a tie. Weights are not negative and not all zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if amount_minor < 0 else 1
    exact = [divmod(abs(amount_minor) * w, whole) for w in weights]
    parts = [q for q, _ in exact]
    order = sorted(range(len(weights)), key=lambda i: (-exact[i][1], i))
    for i in order[: abs(amount_minor) - sum(parts)]:
        parts[i] += 1
    return tuple(sign * p for p in parts)


def shares(amount_minor: int, exact: Sequence[Fraction]) -> tuple[int, ...]:
    """Return whole parts next to exact ones, of either sign, that sum to amount_minor.

    Largest remainder: each part is rounded down, the units left over go to the largest remainders,
    earlier parts first on a tie. Raises ValueError where amount_minor is not a rounding of the
    exact sum: whole parts next to them cannot reach it.
    """
    parts = [floor(part) for part in exact]
    left = amount_minor - sum(parts)
    if not 0 <= left <= len(parts):
        raise ValueError(f"{amount_minor} is no rounding of {float(sum(exact))}")
    order = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += 1
    return tuple(parts)
