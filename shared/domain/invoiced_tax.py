"""The tax that an invoice states: as its lines make it, or as if its discount were taken."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from shared.domain.document import DiscountTax, Line
from shared.domain.invoice_lines import tax_by_rate, tax_minor
from shared.domain.money import Money, total
from shared.domain.tax import rate_text
from shared.domain.terms import Terms
from shared.errors import InvalidInput


def invoiced_tax(lines: Sequence[Line], terms: Terms | None) -> Mapping[str, int]:
    """Return the tax of lines in minor units by rate text; rates without tax are left out.

    Where terms offer a discount of mixed treatment it is the tax on the discounted net, rounded
    half-even by rate. Raises InvalidInput where prices include a tax that is then another one.
    """
    if terms is None or terms.offer is None or terms.tax is not DiscountTax.MIXED:
        return tax_minor(lines)
    if any(line.gross is not None for line in lines):
        raise InvalidInput(field="terms", reason="tax mixed needs prices without tax")
    left = 100 - Decimal(terms.offer.percent)
    taxes = {
        rate_text(rate): _half_even(net.minor * left * Decimal(rate) / 10_000)
        for rate, net, _ in tax_by_rate(lines)
    }
    return {rate: minor for rate, minor in taxes.items() if minor}


def invoiced_total(lines: Sequence[Line], taxes: Mapping[str, int]) -> Money:
    """Return what lines and taxes sum to. lines are at least one."""
    currency = lines[0].net.currency
    nets = total((net for _, net, _ in tax_by_rate(lines)), currency)
    return nets + Money(minor=sum(taxes.values()), currency=currency)


def _half_even(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))
