"""Lines as somebody asks for them, drawn up into those of an invoice. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from shared.domain.document import Line
from shared.domain.invoice_lines import LINES_MAX, amount_of, fits, net_of, tax_groups
from shared.domain.money import Money, shares
from shared.domain.tax import REASON_CODES, TaxCategory, check_tax, rate_text, usual_category
from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line as asked for. A discount is a percentage (decimal text) or an amount, not both.

    tax_category is None where the rate says it all: standard with one, zero-rated without.
    """

    description: str
    quantity: str
    unit_price: Money
    tax_rate_percent: str = "0"
    tax_category: TaxCategory | None = None
    tax_reason_code: str = ""
    tax_reason: str = ""
    discount_percent: str = ""
    discount: Money | None = None


def draw_up(drafts: Sequence[LineDraft], tax_inclusive: bool) -> tuple[Line, ...]:
    """Return the lines of drafts, whose prices all include tax or all do not.

    Where they include it, the net of each line is its part of its group's net, by largest
    remainder, so that lines sum to the group.

    Raises InvalidInput naming the field.
    """
    lines = tuple(_line(draft) for draft in drafts)
    return with_nets(tuple(replace(li, gross=li.net) for li in lines)) if tax_inclusive else lines


def with_nets(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return lines whose prices include tax with the net that each has of its group's."""
    nets: dict[int, Money] = {}
    for group in tax_groups(lines):
        members = [
            i
            for i, line in enumerate(lines)
            if (Decimal(line.tax_rate_percent), line.tax_category)
            == (Decimal(group.rate_percent), group.category)
        ]
        part = 1 / (1 + Fraction(group.rate_percent) / 100)
        exact = [lines[i].amount.minor * part for i in members]
        minors = shares(group.net.minor, exact)
        currency = group.net.currency
        nets |= {
            i: Money(minor=minor, currency=currency)
            for i, minor in zip(members, minors, strict=True)
        }
    return tuple(replace(line, net=nets[i]) for i, line in enumerate(lines))


def check_lines(lines: Sequence[Line]) -> None:
    """Raise InvalidInput where lines are not what draw_up() makes."""
    if not fits(line.description for line in lines):
        raise InvalidInput(field="lines", reason=f"at most {LINES_MAX} lines and 250 KB of text")
    if len({line.gross is None for line in lines}) > 1:
        raise InvalidInput(field="lines", reason="prices include tax in all of them or in none")
    if any(line.amount != amount_of(line) for line in lines):
        raise InvalidInput(field="lines", reason="an amount is not quantity times price")
    if lines and lines[0].gross is not None and with_nets(lines) != tuple(lines):
        raise InvalidInput(field="lines", reason="the nets are not those of the prices with tax")
    for line in lines:
        tax = line.tax_category, line.tax_rate_percent
        check_tax(*tax, line.tax_reason_code, line.tax_reason)
    _check_together(lines)


def _check_together(lines: Sequence[Line]) -> None:
    reasons = {(line.tax_category, line.tax_reason_code, line.tax_reason) for line in lines}
    categories = {line.tax_category for line in lines}
    if len(reasons) > len(categories):
        raise InvalidInput(field="tax_reason", reason="one reason for each category of an invoice")
    if TaxCategory.OUT_OF_SCOPE in categories and len(categories) > 1:
        raise InvalidInput(field="tax_category", reason="out of scope stands alone (category O)")


def _line(draft: LineDraft) -> Line:
    rate = rate_text(draft.tax_rate_percent)
    category = draft.tax_category or usual_category(rate)
    code = draft.tax_reason_code or ("" if draft.tax_reason else REASON_CODES.get(category, ""))
    price = net_of(draft.quantity, draft.unit_price)
    discount = _discount(draft, price)
    return Line(
        description=draft.description,
        quantity=draft.quantity,
        unit_price=draft.unit_price,
        tax_rate_percent=rate,
        net=price - discount if discount else price,
        discount=discount,
        discount_percent=draft.discount_percent,
        tax_category=category,
        tax_reason_code=code,
        tax_reason=draft.tax_reason,
    )


def _discount(draft: LineDraft, price: Money) -> Money | None:
    if draft.discount_percent and draft.discount is not None:
        raise InvalidInput(field="discount", reason="a percentage or an amount, not both")
    if draft.discount_percent:
        if not 0 <= Decimal(draft.discount_percent) <= 100:
            raise InvalidInput(field="discount_percent", reason="from 0 to 100")
        return net_of(str(Decimal(draft.discount_percent) / 100), price)
    if draft.discount is not None and not 0 <= draft.discount.minor <= max(price.minor, 0):
        raise InvalidInput(field="discount", reason="from nothing to quantity times price")
    return draft.discount
