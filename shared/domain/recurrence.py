"""Invoices that come back: a schedule that keeps its anchor day."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.domain.money import Money


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
