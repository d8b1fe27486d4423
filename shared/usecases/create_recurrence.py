"""A new schedule of invoices that come back."""

from dataclasses import replace
from datetime import date
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.money import Money, exponent
from shared.domain.recurrence import Recurrence, following
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms
from shared.errors import InvalidInput, RequestReused
from shared.ids import requested_id

_STEPS = (1, 3, 12)


class Accounts(Protocol):
    def customer(self, entity_id: str, customer_id: str) -> Customer: ...


class Recurrences(Protocol):
    def add(self, entity_id: str, recurrence: Recurrence) -> bool: ...
    def get(self, entity_id: str, recurrence_id: str) -> Recurrence: ...


def create_recurrence(
    accounts: Accounts,
    recurrences: Recurrences,
    entity_id: str,
    customer_id: str,
    description: str,
    amount: Money,
    every_months: int,
    first_on: date,
    now: Now,
    *,
    terms: str = "",
    tax_rate_percent: str = "",
    anchor_day: int = 0,
    ends_on: date | None = None,
    request_id: str = "",
) -> Recurrence:
    """Write a schedule whose first invoice is of first_on, and return it.

    anchor_day is the day of month of the later ones, that of first_on where it is 0: a schedule
    that starts on 28 February may mean the 31st. A repeated request_id returns the first one.

    Raises NotFound for an unknown customer, InvalidInput naming the field, UnknownTerms, and
    RequestReused where request_id named another schedule.
    """
    accounts.customer(entity_id, customer_id)
    exponent(amount.currency)
    anchor = anchor_day or first_on.day
    if amount.minor <= 0:
        raise InvalidInput(field="amount", reason="it must be above zero")
    if every_months not in _STEPS:
        raise InvalidInput(field="every_months", reason="use 1, 3 or 12")
    if not 1 <= anchor <= 31 or not _on_anchor(first_on, anchor):
        raise InvalidInput(field="anchor_day", reason="the first day does not fall on it")
    if terms:
        due(parse_terms(terms), first_on, amount)
    if ends_on is not None and ends_on < first_on:
        raise InvalidInput(field="ends_on", reason="it is before the first invoice")
    recurrence = Recurrence(
        recurrence_id=requested_id(request_id, now.wall, "recurrence", entity_id, customer_id),
        customer_id=customer_id,
        description=description,
        amount=amount,
        every_months=every_months,
        anchor_day=anchor,
        next_on=first_on,
        terms=terms,
        tax_rate_percent=tax_rate_percent,
        ends_on=ends_on,
    )
    if recurrences.add(entity_id, recurrence):
        return recurrence
    before = recurrences.get(entity_id, recurrence.recurrence_id)
    if before.next_on < first_on or _as_begun(before, first_on) != recurrence:
        raise RequestReused(field="idempotency-key", reason="it named another schedule")
    return before


def _as_begun(recurrence: Recurrence, first_on: date) -> Recurrence:
    """Return the schedule as it stood before it issued anything or was stopped."""
    return replace(recurrence, next_on=first_on, active=True, version=1)


def _on_anchor(day: date, anchor: int) -> bool:
    """Return whether day is the anchor day of its month, or the last day of a shorter one."""
    month_before = following(day.replace(day=1), -1, 1)
    return following(month_before, 1, anchor) == day
