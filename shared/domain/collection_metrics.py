"""How well money is collected, by the formulas of the credit trade. Amounts are of one currency.

Where a figure has no meaning (nothing was sold, nothing could be collected) it is None.
"""

from collections.abc import Sequence
from decimal import Decimal

from shared.domain.money import Money

_HUNDREDTH = Decimal("0.01")


def sales_outstanding_days(open_at_end: Money, sales: Money, days: int) -> Decimal | None:
    """Return the DSO: open at the end / sales * days. With what is not due yet, the best DSO.

    Raises CurrencyMismatch.
    """
    if sales <= Money.zero(sales.currency) or open_at_end < Money.zero(sales.currency):
        return None
    return _rounded(Decimal(open_at_end.minor) * days / Decimal(sales.minor))


def countback_days(open_at_end: Money, newest_first: Sequence[tuple[Money, int]]) -> Decimal | None:
    """Return the DSO by countback: how many days of the newest sales are still open.

    newest_first are (sales, days) of whole months. A month that is open in part counts pro rata.
    None where more is open than was ever sold.
    """
    left, days = open_at_end.minor, Decimal(0)
    for sales, length in newest_first:
        if left <= 0:
            break
        if sales.minor > left:
            return _rounded(days + Decimal(left) * length / Decimal(sales.minor))
        left -= sales.minor
        days += length
    return _rounded(days) if left <= 0 else None


def collection_effectiveness_percent(
    open_at_begin: Money, sales: Money, open_at_end: Money, not_due_at_end: Money
) -> Decimal | None:
    """Return the CEI: what was collected of what could have been, in per cent.

    (begin + sales - end) / (begin + sales - end that is not due) * 100. Raises CurrencyMismatch.
    """
    asked = open_at_begin + sales
    collectable = asked - not_due_at_end
    if collectable.minor <= 0:
        return None
    return _rounded(Decimal((asked - open_at_end).minor) * 100 / Decimal(collectable.minor))


def _rounded(exact: Decimal) -> Decimal:
    return exact.quantize(_HUNDREDTH)
