"""A new schedule of invoices that come back."""

from dataclasses import replace
from datetime import date
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.recurrence import Recurrence, RecurrenceDraft, begun
from shared.errors import RequestReused
from shared.ids import requested_id
from shared.usecases.ports.accounts import ReadsCustomer


class Recurrences(Protocol):
    def add(self, entity_id: str, recurrence: Recurrence) -> bool: ...
    def get(self, entity_id: str, recurrence_id: str) -> Recurrence: ...


def create_recurrence(
    accounts: ReadsCustomer,
    recurrences: Recurrences,
    entity_id: str,
    draft: RecurrenceDraft,
    now: Now,
    *,
    request_id: str = "",
) -> Recurrence:
    """Write the schedule of draft and return it. A repeated request_id returns the first one.

    Raises NotFound for an unknown customer, InvalidInput naming the field, UnknownTerms, and
    RequestReused where request_id named another schedule.
    """
    accounts.customer(entity_id, draft.customer_id)
    whose = (entity_id, draft.customer_id)
    recurrence = begun(draft, requested_id(request_id, now.wall, "recurrence", *whose))
    if recurrences.add(entity_id, recurrence):
        return recurrence
    first_on = draft.first_on
    before = recurrences.get(entity_id, recurrence.recurrence_id)
    if before.next_on < first_on or _as_begun(before, first_on) != recurrence:
        raise RequestReused(field="idempotency-key", reason="it named another schedule")
    return before


def _as_begun(recurrence: Recurrence, first_on: date) -> Recurrence:
    """Return the schedule as it stood before it issued anything or was stopped."""
    return replace(recurrence, next_on=first_on, active=True, version=1)
