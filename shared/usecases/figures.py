"""Figures of an entity: what is owed by age now, and what a period brought."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from shared.domain.account import Credit, Document, DocumentKind
from shared.domain.figures import Ageing, Turnover, ageing, days_sales_outstanding, turnover
from shared.domain.money import Money


class Customer(Protocol):
    @property
    def customer_id(self) -> str: ...


class Activity(Protocol):
    """All that is stored of one customer, as values."""

    @property
    def documents(self) -> tuple[Document, ...]: ...
    @property
    def credits(self) -> tuple[Credit, ...]: ...
    @property
    def payments(self) -> tuple[tuple[date, Money], ...]: ...
    @property
    def notices(self) -> tuple[tuple[date, str], ...]: ...


class Receivables(Protocol):
    def customers(self, entity_id: str) -> Iterator[Any]: ...
    def open_documents(
        self, entity_id: str, shards: int
    ) -> Iterator[tuple[str, str, Document]]: ...
    def activity(self, entity_id: str, customer_id: str) -> Activity: ...


@dataclass(frozen=True, slots=True)
class Period:
    """What came of an entity from first through last.

    notices counts what was claimed and not withdrawn, by stage ("receipt" and "link" for the
    others); charges are late fees issued; dso maps a currency to days, None where nothing was
    invoiced.
    """

    first: date
    last: date
    ageing: tuple[Ageing, ...]
    turnover: tuple[Turnover, ...]
    dso: Mapping[str, Decimal | None]
    notices: Mapping[str, int]
    payments: int
    charges: int
    invoices: int


def ageing_now(
    receivables: Receivables, entity_id: str, shards: int, today: date
) -> tuple[Ageing, ...]:
    """Return what is owed by age, from the due index and the heads it names.

    Unapplied money is not looked for: it is zero here, and told by period().
    """
    found = (document for _, _, document in receivables.open_documents(entity_id, shards))
    return ageing(found, (), today)


def period(receivables: Receivables, entity_id: str, first: date, last: date) -> Period:
    """Return what the days from first through last brought, folded customer by customer.

    Ageing and open amounts are as they stand now, aged on last.
    """
    documents: list[Document] = []
    credits: list[Credit] = []
    payments: list[tuple[date, Money]] = []
    stages: Counter[str] = Counter()
    for customer in receivables.customers(entity_id):
        activity = receivables.activity(entity_id, customer.customer_id)
        documents += activity.documents
        credits += activity.credits
        payments += activity.payments
        stages.update(stage for day, stage in activity.notices if first <= day <= last)
    ages = ageing(documents, credits, last)
    flows = turnover(documents, payments, first, last)
    open_by_currency = {age.currency: age.open for age in ages}
    days = (last - first).days + 1
    issued = [d for d in documents if first <= d.issued_on <= last]
    return Period(
        first=first,
        last=last,
        ageing=ages,
        turnover=flows,
        dso={
            flow.currency: days_sales_outstanding(
                open_by_currency.get(flow.currency, Money.zero(flow.currency)),
                flow.invoiced + flow.charged,
                days,
            )
            for flow in flows
        },
        notices=dict(sorted(stages.items())),
        payments=sum(first <= day <= last for day, _ in payments),
        charges=sum(d.kind is DocumentKind.CHARGE for d in issued),
        invoices=sum(d.kind is DocumentKind.INVOICE for d in issued),
    )
