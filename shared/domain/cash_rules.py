"""What an entity lets happen to money by itself: small differences, and credit on new invoices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from shared.domain.money import Money, exponent
from shared.errors import InvalidInput

PERCENT_MAX = Decimal(5)


class ApplyCredit(StrEnum):
    """What becomes of a customer's unapplied money when an invoice is open."""

    OFFER = "offer"  # the customer is shown it and may use it
    AUTO = "auto"  # it is used, oldest invoice first
    NEVER = "never"  # people decide


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How small a difference is too small to chase: both bounds must hold, none means never.

    minor is by currency, in its minor units; percent is decimal text, of the whole amount.
    """

    minor: Mapping[str, int] = field(default_factory=dict)
    percent: str = "0"

    def covers(self, difference: Money, whole: Money) -> bool:
        """Return whether difference, of an amount of whole, is too small to chase."""
        if not 0 < difference.minor <= self.minor.get(difference.currency, 0):
            return False
        return difference.minor * 100 <= whole.minor * Decimal(self.percent)


def check_tolerance(tolerance: Tolerance) -> None:
    """Raise InvalidInput for a tolerance that cannot be: of no currency, negative, too wide."""
    for currency, minor in tolerance.minor.items():
        exponent(currency)
        if minor < 0:
            raise InvalidInput(field="tolerance", reason="it is not below zero")
    try:
        percent = Decimal(tolerance.percent)
    except InvalidOperation:
        raise InvalidInput(field="tolerance_percent", reason="write a number") from None
    if not percent.is_finite() or not 0 <= percent <= PERCENT_MAX:
        raise InvalidInput(field="tolerance_percent", reason=f"0 to {PERCENT_MAX}")
