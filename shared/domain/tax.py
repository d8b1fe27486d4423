"""Tax on an invoice line: its category and rate, and what an amount holds of it. Pure.

Categories and what each of them asks for are those of EN 16931 (UNTDID 5305, rules BR-S to BR-O).
"""

from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from shared.errors import InvalidInput


class TaxCategory(StrEnum):
    """Why a line is taxed as it is."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"


REASON_CODES = {
    TaxCategory.REVERSE_CHARGE: "VATEX-EU-AE",
    TaxCategory.INTRA_COMMUNITY: "VATEX-EU-IC",
    TaxCategory.EXPORT: "VATEX-EU-G",
    TaxCategory.OUT_OF_SCOPE: "VATEX-EU-O",
}
"""The reason that a category is by itself. An exempt line has to say its own."""


def rate_text(percent: str) -> str:
    """Return a rate (decimal text) without needless zeros: 19.00 and 19 are one rate."""
    return format(Decimal(percent).normalize(), "f") if Decimal(percent) else "0"


def usual_category(percent: str) -> TaxCategory:
    """Return the category of a line that names none: standard with a rate, else zero-rated."""
    return TaxCategory.STANDARD if Decimal(percent) else TaxCategory.ZERO


def check_tax(category: TaxCategory, percent: str, reason_code: str, reason: str) -> None:
    """Raise InvalidInput where category, rate and reason do not belong together.

    A standard line has a rate; no other has one. Standard and zero-rated lines give no reason, all
    others give a code or a text.
    """
    if bool(Decimal(percent)) is not (category is TaxCategory.STANDARD):
        raise InvalidInput(field="tax_rate_percent", reason=f"not a rate of category {category}")
    explained = bool(reason_code or reason)
    if explained and category in (TaxCategory.STANDARD, TaxCategory.ZERO):
        raise InvalidInput(field="tax_reason", reason=f"category {category} takes no reason")
    if not explained and category not in (TaxCategory.STANDARD, TaxCategory.ZERO):
        raise InvalidInput(field="tax_reason", reason=f"category {category} needs a reason")


def tax_on(net_minor: int, percent: str, rounding: str = ROUND_HALF_EVEN) -> int:
    """Return the tax to be added to net_minor, in minor units."""
    return _rounded(net_minor * Decimal(percent) / 100, rounding)


def tax_within(gross_minor: int, percent: str, rounding: str = ROUND_HALF_EVEN) -> int:
    """Return the tax that gross_minor contains, in minor units."""
    rate = Decimal(percent)
    return _rounded(gross_minor * rate / (100 + rate), rounding)


def _rounded(exact: Decimal, rounding: str) -> int:
    return int(exact.quantize(Decimal(1), rounding))
