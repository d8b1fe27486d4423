"""How much of an invoice a credit note takes back: all, lines, or an amount. Pure.

Parts are cumulative: what one note takes is the difference of two roundings, so that notes which
together take all of a line, or all of a tax, sum to it exactly, however many they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from shared.domain.document import Document, Line
from shared.domain.invoice_lines import net_of, stated_taxes
from shared.domain.money import Money, shares
from shared.domain.tax import rate_text, tax_on, tax_within
from shared.errors import Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class CreditAsked:
    """A part of one line (1-based): a quantity of it, an amount as its price is told, or its rest.

    At most one of quantity (decimal text) and amount is given.
    """

    line: int
    quantity: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteDraft:
    """A credit note that somebody asks for: some parts, an amount with tax, or all that is left.

    issued_on is today where it is None.
    """

    invoice_id: str
    reason: str
    parts: tuple[CreditAsked, ...] = ()
    amount: Money | None = None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Credited:
    """What credit notes took back of an invoice: in total, and (quantity, minor) of each line.

    lines is empty where no line was named yet. notes are their document ids, oldest first. version
    counts the writes; 0 is none.
    """

    total: Money
    lines: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """What a credit note says and takes; credited is how the invoice stands after it."""

    lines: tuple[Line, ...]
    total: Money
    tax_minor: Mapping[str, int]
    credited: Credited


def plan_credit(
    invoice: Document,
    lines: Sequence[Line],
    before: Credited,
    adjusted: Money,
    asked: Sequence[CreditAsked] = (),
    amount: Money | None = None,
) -> CreditPlan:
    """Return the credit of the lines asked for, of amount (with tax), or of all that is left.

    lines are those of invoice, none where it has none. adjusted is what discounts, tolerances and
    write-offs took off the invoice: nobody owes or paid that, so it cannot be credited.

    Raises InvalidInput where something else is asked for than the invoice holds, Conflict where
    less is left of it than that.
    """
    room = invoice.total - before.total - adjusted
    stated = stated_taxes(invoice, lines) if lines else None
    if stated is not None and amount is not None:
        raise InvalidInput(field="amount", reason=f"name lines: this invoice has {len(lines)}")
    if stated is not None:
        plan = _of_lines(lines, stated, before, asked)
    elif asked:
        raise InvalidInput(field="lines", reason="this invoice has none: name an amount")
    else:
        plan = _of_amount(invoice, before, room if amount is None else amount)
    if plan.total.minor <= 0:
        raise Conflict(document=invoice.document_id, reason="nothing is left to credit")
    if room < plan.total:
        raise Conflict(
            document=invoice.document_id, reason=f"{room} is left to credit, not {plan.total}"
        )
    total = before.total + plan.total
    return replace(plan, credited=replace(plan.credited, total=total, version=before.version + 1))


def _of_amount(invoice: Document, before: Credited, amount: Money) -> CreditPlan:
    def tax(rate_minor: int, credited_minor: int) -> int:
        return round(Fraction(rate_minor * credited_minor, invoice.total.minor))

    start, end = before.total.minor, before.total.minor + amount.minor
    taxes = {rate: tax(minor, end) - tax(minor, start) for rate, minor in invoice.tax_minor.items()}
    return CreditPlan((), amount, {rate: minor for rate, minor in taxes.items() if minor}, before)


def _of_lines(
    lines: Sequence[Line],
    stated: Mapping[str, int],
    before: Credited,
    asked: Sequence[CreditAsked],
) -> CreditPlan:
    done = before.lines if len(before.lines) == len(lines) else (("0", 0),) * len(lines)
    wanted = asked or [
        CreditAsked(i)
        for i, line in enumerate(lines, start=1)
        if line.amount.minor != done[i - 1][1]
    ]
    if not wanted:
        raise Conflict(reason="nothing is left to credit")
    if len({a.line for a in wanted}) < len(wanted):
        raise InvalidInput(field="lines", reason="each line once")
    after, parts = list(done), []
    for each in wanted:
        if not 1 <= each.line <= len(lines):
            raise InvalidInput(field="lines", reason=f"a line from 1 to {len(lines)}")
        i = each.line - 1
        part, after[i] = _part(each, lines[i], *done[i])
        parts.append((i, part))
    taxes = _taxes(lines, stated, done, after)
    currency = lines[0].net.currency
    credited = replace(before, lines=tuple(after))
    made = _with_nets([part for _, part in parts], taxes)
    total_minor = sum(line.net.minor for line in made) + sum(taxes.values())
    total = Money(minor=total_minor, currency=currency)
    return CreditPlan(made, total, {r: minor for r, minor in taxes.items() if minor}, credited)


def _part(
    asked: CreditAsked, line: Line, quantity_done: str, minor_done: int
) -> tuple[Line, tuple[str, int]]:
    """Return the note's line, and what is credited of the invoice's line with it."""
    rest_minor = line.amount.minor - minor_done
    rest_quantity = Decimal(line.quantity) - Decimal(quantity_done)
    if asked.quantity and asked.amount is not None:
        raise InvalidInput(field="lines", reason="a quantity or an amount, not both")
    if not rest_minor:
        raise Conflict(line=asked.line, reason="nothing is left to credit")
    if asked.amount is not None:
        minor = asked.amount.minor
        if asked.amount.currency != line.net.currency or not 0 < minor <= rest_minor:
            raise Conflict(line=asked.line, reason=f"at most {_money(rest_minor, line)} is left")
        return _line_of_amount(line, minor), (quantity_done, minor_done + minor)
    if not asked.quantity:
        whole = not minor_done and not Decimal(quantity_done)
        made = line if whole else _line_of(line, rest_quantity, rest_minor)
        return made, (line.quantity, line.amount.minor)
    quantity = Decimal(asked.quantity)
    if not 0 < quantity <= rest_quantity or rest_minor < 0:
        raise Conflict(line=asked.line, reason=f"at most {max(rest_quantity, 0)} is left")
    minor = _minor_at(line, Decimal(quantity_done) + quantity) - _minor_at(line, quantity_done)
    minor = min(minor, rest_minor)
    if minor <= 0:
        raise Conflict(line=asked.line, reason="so little of it is worth nothing")
    after = format(Decimal(quantity_done) + quantity, "f"), minor_done + minor
    return _line_of(line, quantity, minor), after


def _minor_at(line: Line, quantity: Decimal | str) -> int:
    """Return what the first quantity of line is worth, rounded half-even."""
    return round(line.amount.minor * Fraction(quantity) / Fraction(line.quantity))


def _line_of(line: Line, quantity: Decimal, minor: int) -> Line:
    """Return the line of a note for a quantity: at the invoice's price, less what is missing."""
    if quantity <= 0:
        return _line_of_amount(line, minor)
    text = format(quantity, "f")
    amount = _money(minor, line)
    discount = net_of(text, line.unit_price) - amount
    if discount.minor < 0:
        return _line_of_amount(line, minor)
    percent = line.discount_percent if discount else ""
    return _worth(
        replace(line, quantity=text, discount=discount or None, discount_percent=percent), amount
    )


def _line_of_amount(line: Line, minor: int) -> Line:
    amount = _money(minor, line)
    one = replace(line, quantity="1", unit_price=amount, discount=None, discount_percent="")
    return _worth(one, amount)


def _worth(line: Line, amount: Money) -> Line:
    return replace(line, net=amount, gross=None if line.gross is None else amount)


def _money(minor: int, line: Line) -> Money:
    return Money(minor=minor, currency=line.net.currency)


def _rate(line: Line) -> str:
    return rate_text(line.tax_rate_percent)


def _taxes(
    lines: Sequence[Line],
    stated: Mapping[str, int],
    done: Sequence[tuple[str, int]],
    after: Sequence[tuple[str, int]],
) -> dict[str, int]:
    """Return the tax of each rate between two states of what is credited of its lines."""
    taxes: dict[str, int] = {}
    for rate in dict.fromkeys(_rate(line) for line in lines):
        members = [i for i, line in enumerate(lines) if _rate(line) == rate]
        whole, start, end = (
            sum(amounts)
            for amounts in (
                [lines[i].amount.minor for i in members],
                [done[i][1] for i in members],
                [after[i][1] for i in members],
            )
        )
        made = _tax_by(rate, whole, stated.get(rate, 0), lines[0].gross is not None)
        taxes[rate] = made(end) - made(start)
    return taxes


def _tax_by(rate: str, whole: int, stated: int, inclusive: bool) -> Callable[[int], int]:
    """Return how much tax is in a part of the amounts of one rate: by rate, or else its share.

    An invoice may state another tax than its rate makes: it rounds ties up, or it counts on a
    discount.
    """
    tax = tax_within if inclusive else tax_on
    if tax(whole, rate) == stated or not whole:
        return lambda part: tax(part, rate)
    return lambda part: round(Fraction(stated * part, whole))


def _with_nets(lines: Sequence[Line], taxes: Mapping[str, int]) -> tuple[Line, ...]:
    """Return lines whose prices include tax with nets that sum to their rate's, less its tax."""
    if lines[0].gross is None:
        return tuple(lines)
    nets: dict[int, int] = {}
    for rate in dict.fromkeys(_rate(line) for line in lines):
        members = [i for i, line in enumerate(lines) if _rate(line) == rate]
        amounts = [lines[i].amount.minor for i in members]
        net, whole = sum(amounts) - taxes[rate], sum(amounts)
        exact = [Fraction(a * net, whole) if whole else Fraction(a) for a in amounts]
        nets |= dict(zip(members, shares(net, exact), strict=True))
    return tuple(replace(line, net=_money(nets[i], line)) for i, line in enumerate(lines))
