"""Issue every invoice that a recurrence makes due."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from shared.domain.agreed import agreed, terms_for
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.entity import Entity
from shared.domain.first_look import days_to_look
from shared.domain.invoice_lines import tax_minor
from shared.domain.line_drafts import LineDraft, draw_up
from shared.domain.recurrence import Recurrence, following
from shared.ids import derived_id
from shared.usecases.ports.accounts import Customers
from shared.usecases.ports.policies import ReadsPolicy

PERIODS_MAX = 120
"""Missed periods that one pass makes up for; the next pass goes on."""


class Accounts(Customers, Protocol):
    def entities(self) -> Iterator[str]: ...


class Recurrences(Protocol):
    def list(self, entity_id: str) -> tuple[Recurrence, ...]: ...
    def issue(
        self, entity: Entity, customer: Customer, recurrence: Recurrence, unnumbered: Document,
        lines: Sequence[Line], days: Sequence[date], then_on: date, now: Now,
    ) -> Document | None: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that generation touches."""

    accounts: Accounts
    policies: ReadsPolicy
    recurrences: Recurrences


def generate_invoices(
    ports: Ports, now: Now, enough_time: Callable[[], bool], entity_id: str = ""
) -> int:
    """Issue all due invoices, of one entity or of all; return how many.

    An invoice bears its scheduled date, however late it is made; missed periods are made up for
    one by one. Running it twice, or two at once, issues nothing twice.
    """
    made = 0
    for each in [entity_id] if entity_id else ports.accounts.entities():
        entity = ports.accounts.entity(each)
        for recurrence in ports.recurrences.list(each):
            if not enough_time():
                return made
            made += _catch_up(ports, entity, recurrence, now)
    return made


def _catch_up(ports: Ports, entity: Entity, recurrence: Recurrence, now: Now) -> int:
    if not recurrence.due(now.today(entity.time_zone) + timedelta(days=1)):
        return 0  # not even where the day begins before it does at home
    customer = ports.accounts.customer(entity.entity_id, recurrence.customer_id)
    policy = ports.policies.policy(entity.entity_id, customer.policy)
    today = now.today(customer.time_zone)
    for made in range(PERIODS_MAX):
        if not recurrence.due(today):
            return made
        lines = _lines(recurrence)
        document = _document(entity, customer, recurrence, lines)
        then_on = following(recurrence.next_on, recurrence.every_months, recurrence.anchor_day)
        days = days_to_look(document, policy, today)
        if not ports.recurrences.issue(
            entity, customer, recurrence, document, lines, days, then_on, now
        ):
            return made  # another worker is at it, or it was paused just now
        recurrence = replace(recurrence, next_on=then_on, version=recurrence.version + 1)
    return PERIODS_MAX


def _lines(recurrence: Recurrence) -> tuple[Line, ...]:
    """Return the one line of an invoice of which the tax is told, else none."""
    if not recurrence.tax_rate_percent:
        return ()
    rate = recurrence.tax_rate_percent
    draft = LineDraft(recurrence.description, "1", recurrence.amount, rate)
    return draw_up([draft], tax_inclusive=True)


def _document(
    entity: Entity, customer: Customer, recurrence: Recurrence, lines: Sequence[Line]
) -> Document:
    day = recurrence.next_on
    terms = terms_for(entity, customer, recurrence.terms, None)
    taxes = tax_minor(lines)
    made = agreed(terms, None, day, recurrence.amount, taxes)
    name = ("recurrence", entity.entity_id, recurrence.recurrence_id, day.isoformat())
    return Document(
        document_id=derived_id(*name),
        kind=DocumentKind.INVOICE,
        number="",
        issued_on=day,
        due_on=made.due_on,
        total=recurrence.amount,
        open=recurrence.amount,
        description=recurrence.description,
        instalments=made.instalments,
        discount=made.discount,
        tax_minor=taxes,
    )
