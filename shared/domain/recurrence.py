"""Invoices that come back: a schedule that keeps its anchor day."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.domain.money import Money, exponent
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms
from shared.errors import InvalidInput

_STEPS = (1, 3, 12)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One invoice every every_months (1, 3 or 12), on anchor_day or the month's last day.

    next_on is the scheduled date of the next invoice, which becomes its issue date however late
    it is made. ends_on is the last day on which one may be scheduled. Each is due by terms, as
    text; "" means those that the customer, or else the entity, has when it is issued. amount
    includes the tax of tax_rate_percent (decimal text), "" where none is told.
    """

    recurrence_id: str
    customer_id: str
    description: str
    amount: Money
    every_months: int
    anchor_day: int
    next_on: date
    terms: str = ""
    tax_rate_percent: str = ""
    ends_on: date | None = None
    active: bool = True
    version: int = 1

    def due(self, today: date) -> bool:
        """Return whether an invoice is to be made on today, or was to be before."""
        over = self.ends_on is not None and self.next_on > self.ends_on
        return self.active and not over and self.next_on <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceDraft:
    """A schedule that somebody asks for: its first invoice is of first_on.

    anchor_day is the day of month of the later ones, that of first_on where it is 0: a schedule
    that starts on 28 February may mean the 31st.
    """

    customer_id: str
    description: str
    amount: Money
    every_months: int
    first_on: date
    anchor_day: int = 0
    terms: str = ""
    tax_rate_percent: str = ""
    ends_on: date | None = None


def begun(draft: RecurrenceDraft, recurrence_id: str) -> Recurrence:
    """Return the schedule of draft before its first invoice.

    Raises InvalidInput naming the field, and UnknownTerms.
    """
    exponent(draft.amount.currency)
    first_on, anchor = draft.first_on, draft.anchor_day or draft.first_on.day
    if draft.amount.minor <= 0:
        raise InvalidInput(field="amount", reason="it must be above zero")
    if draft.every_months not in _STEPS:
        raise InvalidInput(field="every_months", reason="use 1, 3 or 12")
    if not 1 <= anchor <= 31 or not _on_anchor(first_on, anchor):
        raise InvalidInput(field="anchor_day", reason="the first day does not fall on it")
    if draft.terms:
        due(parse_terms(draft.terms), first_on, draft.amount)
    if draft.ends_on is not None and draft.ends_on < first_on:
        raise InvalidInput(field="ends_on", reason="it is before the first invoice")
    return Recurrence(
        recurrence_id=recurrence_id,
        customer_id=draft.customer_id,
        description=draft.description,
        amount=draft.amount,
        every_months=draft.every_months,
        anchor_day=anchor,
        next_on=first_on,
        terms=draft.terms,
        tax_rate_percent=draft.tax_rate_percent,
        ends_on=draft.ends_on,
    )


def following(scheduled_on: date, every_months: int, anchor_day: int) -> date:
    """Return the scheduled date after scheduled_on.

    The anchor day comes back after a short month: 31 January, 28 February, 31 March.
    """
    months = scheduled_on.year * 12 + scheduled_on.month - 1 + every_months
    year, month = divmod(months, 12)
    return date(year, month + 1, min(anchor_day, monthrange(year, month + 1)[1]))


def schedule(first_on: date, every_months: int, anchor_day: int) -> Iterator[date]:
    """Yield first_on and every scheduled date after it, for ever."""
    day = first_on
    while True:
        yield day
        day = following(day, every_months, anchor_day)


def _on_anchor(day: date, anchor: int) -> bool:
    """Return whether day is the anchor day of its month, or the last day of a shorter one."""
    month_before = following(day.replace(day=1), -1, 1)
    return following(month_before, 1, anchor) == day
