"""The lines of an invoice: their amounts, the tax on them, and whether they add up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from shared.domain import import_cells as cells
from shared.domain.document import Document, Line
from shared.domain.import_cells import BadCell
from shared.domain.imports import LineGroup, Problem
from shared.domain.money import Money, exponent, parse_money, total
from shared.domain.tax import TaxCategory, rate_text, tax_on, tax_within, usual_category

LINES_MAX = 300
_TEXT_BYTES_MAX = 250_000
"""Lines and text of an invoice that the hub issues: all of it is kept in one piece."""

SAID_LINES_MAX = 1000
_SAID_TEXT_BYTES_MAX = 1_000_000
"""Lines and text of an invoice that an ERP says: it is kept in pieces of those above."""


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The lines of one category and rate together: net, the tax on it, and why there is none."""

    category: TaxCategory
    rate_percent: str
    net: Money
    tax: Money
    reason_code: str
    reason: str


def net_of(quantity: str, unit_price: Money) -> Money:
    """Return quantity (decimal text) times unit_price, rounded half-even to the minor unit."""
    exact = Decimal(quantity) * unit_price.minor
    return Money(
        minor=int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), currency=unit_price.currency
    )


def amount_of(line: Line) -> Money:
    """Return what quantity, price and discount of line make."""
    price = net_of(line.quantity, line.unit_price)
    return price - line.discount if line.discount else price


def tax_groups(lines: Sequence[Line]) -> tuple[TaxGroup, ...]:
    """Return net and tax by rate and category, lowest rate first.

    The tax of a group is taken once, on the sum of its lines, and rounded half-even: rounding each
    line would make cents out of nothing. Where prices include tax it is taken out of their sum.
    """
    groups: dict[tuple[Decimal, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((Decimal(line.tax_rate_percent), line.tax_category), []).append(line)
    return tuple(_tax_group(groups[key]) for key in sorted(groups))


def _tax_group(lines: Sequence[Line]) -> TaxGroup:
    first = lines[0]
    amount = total((line.amount for line in lines), first.net.currency)
    rate = first.tax_rate_percent
    if first.gross is None:
        net, tax_minor = amount, tax_on(amount.minor, rate)
        tax = Money(minor=tax_minor, currency=amount.currency)
    else:
        tax = Money(minor=tax_within(amount.minor, rate), currency=amount.currency)
        net = amount - tax
    reason = first.tax_reason_code, first.tax_reason
    return TaxGroup(first.tax_category, rate, net, tax, *reason)


def stated_taxes(document: Document, lines: Sequence[Line]) -> Mapping[str, int] | None:
    """Return the tax by rate text with which lines make up the total of document, in minor units.

    It is what document says of itself, else what its lines make. Whoever issued it may have rounded
    a tie to even or up. None where lines do not make up the total.
    """
    if not document.tax_minor:
        return rounded_to(lines, document.total)
    rest = document.total.minor - sum(line.net.minor for line in lines)
    return document.tax_minor if sum(document.tax_minor.values()) == rest else None


def rounded_to(lines: Sequence[Line], asked: Money) -> Mapping[str, int] | None:
    """Return the tax of lines by rate text, ties rounded so that all sums to asked.

    None where no way to round a tie makes it so.
    """
    rest = asked.minor - sum(line.net.minor for line in lines)
    return next((taxes for taxes in _roundings(lines) if sum(taxes.values()) == rest), None)


def taxes_of(document: Document, lines: Sequence[Line]) -> tuple[TaxGroup, ...]:
    """Return the tax groups of a document, with the tax that document states.

    A credit note takes its part of the invoice's tax, which is not always what its own lines make.
    """
    groups = tax_groups(lines)
    stated = stated_taxes(document, lines)
    if stated is None:
        return groups
    return tuple(_as_stated(group, stated, lines) for group in groups)


def _as_stated(group: TaxGroup, stated: Mapping[str, int], lines: Sequence[Line]) -> TaxGroup:
    if group.category is not TaxCategory.STANDARD:
        return group
    currency = group.net.currency
    nets = (
        line.net
        for line in lines
        if line.tax_category is group.category
        and Decimal(line.tax_rate_percent) == Decimal(group.rate_percent)
    )
    tax = Money(minor=stated.get(rate_text(group.rate_percent), 0), currency=currency)
    return replace(group, net=total(nets, currency), tax=tax)


def _roundings(lines: Sequence[Line]) -> list[Mapping[str, int]]:
    """Return the tax of lines by rate as each way to round a tie makes it."""
    usual = tax_minor(lines)
    if not lines or lines[0].gross is not None:
        return [usual]
    up = {
        rate_text(rate): tax_on(net.minor, rate, ROUND_HALF_UP)
        for rate, net, _ in tax_by_rate(lines)
    }
    return [usual, {rate: minor for rate, minor in up.items() if minor}]


def tax_by_rate(lines: Sequence[Line]) -> tuple[tuple[str, Money, Money], ...]:
    """Return (rate, net, tax) by tax rate, lowest rate first, whatever the category."""
    rates: dict[Decimal, tuple[str, Money, Money]] = {}
    for group in tax_groups(lines):
        nothing = (group.rate_percent, group.net - group.net, group.tax - group.tax)
        text, net, tax = rates.get(Decimal(group.rate_percent), nothing)
        rates[Decimal(group.rate_percent)] = (text, net + group.net, tax + group.tax)
    return tuple(rates.values())


def tax_minor(lines: Sequence[Line]) -> Mapping[str, int]:
    """Return the tax on all lines in minor units by rate text; rates without tax are left out."""
    return {rate_text(rate): tax.minor for rate, _, tax in tax_by_rate(lines) if tax}


def gross_of(lines: Sequence[Line], currency: str) -> Money:
    """Return net and tax of all lines together."""
    return total((group.net + group.tax for group in tax_groups(lines)), currency)


def fits(descriptions: Iterable[str]) -> bool:
    """Return whether an invoice of the hub may have lines of these descriptions."""
    sizes = [len(description.encode()) for description in descriptions]
    return len(sizes) <= LINES_MAX and sum(sizes) <= _TEXT_BYTES_MAX


def too_many(group: LineGroup) -> Problem | None:
    """Return what is wrong with an invoice of more lines than the hub keeps, or None."""
    sizes = [len(row.description.encode()) for row in group.rows]
    if len(sizes) <= SAID_LINES_MAX and sum(sizes) <= _SAID_TEXT_BYTES_MAX:
        return None
    message = f"An invoice has at most {SAID_LINES_MAX} lines and 1 MB of text in them."
    return Problem(group.line, "invoice_external_id", "too_many_lines", message)


def pieces(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Yield lines in their order, in pieces that each may be kept as one. One at least."""
    piece: list[Line] = []
    room = _TEXT_BYTES_MAX
    for line in lines:
        size = len(line.description.encode())
        if piece and (len(piece) == LINES_MAX or size > room):
            yield piece
            piece, room = [], _TEXT_BYTES_MAX
        piece.append(line)
        room -= size
    yield piece


def lines_of(group: LineGroup, invoice_total: Money) -> tuple[tuple[Line, ...], list[Problem]]:
    """Return the lines of an invoice, and what is wrong with them.

    Their net and tax must sum to invoice_total exactly, ties rounded to even or up. A sum that does
    not is reported at the first of them.
    """
    problems = list(_bad_prices(group, invoice_total.currency))
    beyond = too_many(group)
    if beyond is not None:
        problems.append(beyond)
    if problems:
        return (), problems
    lines = []
    for row in group.rows:
        price = parse_money(row.unit_price, invoice_total.currency)
        net = net_of(row.quantity, price)
        category = usual_category(row.tax_rate)
        lines.append(
            Line(row.description, row.quantity, price, row.tax_rate, net, tax_category=category)
        )
    if rounded_to(lines, invoice_total) is None:
        gross = gross_of(lines, invoice_total.currency)
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
