"""The lines of an invoice: their net amounts, the tax on them, and whether they add up."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from shared.domain import import_cells as cells
from shared.domain.account import Line
from shared.domain.import_cells import BadCell
from shared.domain.imports import LineGroup, Problem
from shared.domain.money import Money, exponent, parse_money, total

LINES_MAX = 300
_TEXT_BYTES_MAX = 250_000
"""Lines and text of one invoice: all of it fits one item of the table."""


def net_of(quantity: str, unit_price: Money) -> Money:
    """Return quantity (decimal text) times unit_price, rounded half-even to the minor unit."""
    exact = Decimal(quantity) * unit_price.minor
    return Money(
        minor=int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), currency=unit_price.currency
    )


def tax_by_rate(lines: Sequence[Line]) -> tuple[tuple[str, Money, Money], ...]:
    """Return (rate, net, tax) by tax rate, lowest rate first.

    The tax of a rate is taken once, on the sum of its lines, and rounded half-even: rounding each
    line would make cents out of nothing.
    """
    nets: dict[Decimal, tuple[str, int]] = {}
    for line in lines:
        rate = Decimal(line.tax_rate_percent)
        text, minor = nets.get(rate, (line.tax_rate_percent, 0))
        nets[rate] = (text, minor + line.net.minor)
    currency = lines[0].net.currency if lines else ""
    found = []
    for rate, (text, minor) in sorted(nets.items()):
        tax = int((Decimal(minor) * rate / 100).quantize(Decimal(1), ROUND_HALF_EVEN))
        found.append(
            (text, Money(minor=minor, currency=currency), Money(minor=tax, currency=currency))
        )
    return tuple(found)


def gross_of(lines: Sequence[Line], currency: str) -> Money:
    """Return net and tax of all lines together."""
    by_rate = tax_by_rate(lines)
    return total((net + tax for _, net, tax in by_rate), currency)


def fits(descriptions: Iterable[str]) -> bool:
    """Return whether an invoice may have lines of these descriptions."""
    sizes = [len(description.encode()) for description in descriptions]
    return len(sizes) <= LINES_MAX and sum(sizes) <= _TEXT_BYTES_MAX


def lines_of(group: LineGroup, invoice_total: Money) -> tuple[tuple[Line, ...], list[Problem]]:
    """Return the lines of an invoice, and what is wrong with them.

    Their net and tax must sum to invoice_total exactly. A sum that does not is reported at the
    first of them.
    """
    problems = list(_bad_prices(group, invoice_total.currency))
    if not fits(row.description for row in group.rows):
        message = f"An invoice has at most {LINES_MAX} lines and 250 KB of text in them."
        problems.append(Problem(group.line, "invoice_external_id", "too_many_lines", message))
    if problems:
        return (), problems
    lines = []
    for row in group.rows:
        price = parse_money(row.unit_price, invoice_total.currency)
        net = net_of(row.quantity, price)
        lines.append(Line(row.description, row.quantity, price, row.tax_rate, net))
    gross = gross_of(lines, invoice_total.currency)
    if gross != invoice_total:
        what = f"The {len(lines)} lines of this invoice and their tax add up to {gross}"
        message = f"{what}, the invoice says {invoice_total}."
        return (), [Problem(group.line, "unit_price", "lines_do_not_add_up", message)]
    return tuple(lines), []


def _bad_prices(group: LineGroup, currency: str) -> Iterable[Problem]:
    digits = exponent(currency)
    for row in group.rows:
        try:
            cells.amount(row.unit_price, currency)
        except BadCell:
            message = f"A price in {currency} has at most {digits} decimals."
            yield Problem(row.line, "unit_price", "bad_amount", message)
