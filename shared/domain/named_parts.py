"""The parts of an invoice that the ERP names one by one, and what was settled of them. Pure."""

from collections.abc import Sequence
from datetime import date

from shared.domain.currencies import EXPONENTS
from shared.domain.document import Document, Instalment
from shared.domain.imports import InvoiceRow, Problem
from shared.domain.money import Money
from shared.domain.terms import PARTS_MAX

Parts = Sequence[tuple[date, Money]]


def parts_problem(row: InvoiceRow) -> Problem | None:
    """Return what is wrong with the amounts of row: its total, or parts that are not its total."""
    if row.total.currency not in EXPONENTS:
        message = "No currency in legal use has this code."
        return Problem(row.line, "currency", "unknown_currency", message)
    if row.total.minor <= 0:
        message = "The total is not above zero."
        return Problem(row.line, "total", "not_positive", message)
    if row.parts is None:
        return None
    if any(part.currency != row.total.currency for _, part in row.parts):
        message = "A part has another currency than the invoice."
        return Problem(row.line, "parts", "mixed_currencies", message)
    if any(part.minor <= 0 for _, part in row.parts):
        return Problem(row.line, "parts", "not_positive", "A part is not above zero.")
    if sum(part.minor for _, part in row.parts) != row.total.minor:
        message = "The parts do not add up to the total."
        return Problem(row.line, "parts", "parts_differ", message)
    if len(row.parts) > PARTS_MAX:
        return Problem(row.line, "parts", "too_many", f"At most {PARTS_MAX} parts.")
    return None


def first_due(parts: Parts) -> date:
    """Return the day of the first of parts."""
    return min(day for day, _ in parts)


def instalments_of(parts: Parts) -> tuple[Instalment, ...]:
    """Return parts as instalments, all open, first due first; none where it is one part only."""
    if len(parts) < 2:
        return ()
    inorder = sorted(parts, key=lambda part: (part[0], part[1].minor))
    return tuple(Instalment(n, day, amount, amount) for n, (day, amount) in enumerate(inorder, 1))


def refitted(document: Document, parts: Parts) -> tuple[Instalment, ...] | None:
    """Return parts with what was settled of each instalment of document, or None.

    None: something was settled of what is a smaller part now, or no part, and whose money that is
    cannot be told without moving it. An invoice of which nothing is settled takes any parts.
    """
    named = instalments_of(parts)
    if document.open == document.total:
        return named
    settled = {i.number: i.total.minor - i.open.minor for i in document.instalments}
    totals = {i.number: i.total.minor for i in named}
    if not settled or any(minor > totals.get(n, 0) for n, minor in settled.items()):
        return None
    return tuple(
        Instalment(i.number, i.due_on, i.total, _less(i.total, settled.get(i.number, 0)))
        for i in named
    )


def _less(amount: Money, minor: int) -> Money:
    return Money(minor=amount.minor - minor, currency=amount.currency)
