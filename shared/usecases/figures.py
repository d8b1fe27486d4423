"""Figures of an entity: what is owed by age now, and what a period brought."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from shared.domain.account import Credit
from shared.domain.as_of import as_of
from shared.domain.collection_metrics import (
    collection_effectiveness_percent,
    countback_days,
    sales_outstanding_days,
)
from shared.domain.document import Document, DocumentKind
from shared.domain.figures import Ageing, Turnover, ageing, days_sales_outstanding, turnover
from shared.domain.money import Money
from shared.domain.movement import MovementKind, Posting

_MONTHS_BACK_MAX = 60


class Customer(Protocol):
    @property
    def customer_id(self) -> str: ...


class Activity(Protocol):
    """All that is stored of one customer, as values."""

    @property
    def documents(self) -> tuple[Document, ...]: ...
    @property
    def postings(self) -> tuple[Posting, ...]: ...
    @property
    def notices(self) -> tuple[tuple[date, str], ...]: ...


class Receivables(Protocol):
    def customers(self, entity_id: str) -> Iterator[Any]: ...
    def open_documents(
        self, entity_id: str, shards: int
    ) -> Iterator[tuple[str, str, Document]]: ...
    def activity(self, entity_id: str, customer_id: str) -> Activity: ...


@dataclass(frozen=True, slots=True)
class Collection:
    """How well a currency's money was collected in a period; None where a figure means nothing.

    Sales are invoices and charges issued. best_dso counts what was not due yet, countback whole
    months back from the last day, cei per cent.
    """

    best_dso: Decimal | None
    countback: Decimal | None
    cei: Decimal | None


@dataclass(frozen=True, slots=True)
class Period:
    """What came of an entity from first through last.

    ageing is that of the last day's end. notices counts what was claimed and not withdrawn, by
    stage ("receipt" and "link" for the others); charges are late fees issued; dso maps a currency
    to days, None where nothing was invoiced; collection has the trade's other figures.
    """

    first: date
    last: date
    ageing: tuple[Ageing, ...]
    turnover: tuple[Turnover, ...]
    dso: Mapping[str, Decimal | None]
    collection: Mapping[str, Collection]
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


def ageing_as_of(receivables: Receivables, entity_id: str, day: date) -> tuple[Ageing, ...]:
    """Return what was owed by age at the end of a past day, rebuilt customer by customer."""
    documents: list[Document] = []
    credits: list[Credit] = []
    for customer in receivables.customers(entity_id):
        activity = receivables.activity(entity_id, customer.customer_id)
        stood = as_of(activity.documents, activity.postings, day)
        documents += stood.documents
        credits += stood.credits
    return ageing(documents, credits, day)


def period(receivables: Receivables, entity_id: str, first: date, last: date) -> Period:
    """Return what the days from first through last brought, folded customer by customer.

    Ageing and open amounts are those of the end of last, rebuilt from postings.
    """
    documents: list[Document] = []
    payments: list[tuple[date, Money]] = []
    stages: Counter[str] = Counter()
    before, after = _Stood(), _Stood()
    for customer in receivables.customers(entity_id):
        activity = receivables.activity(entity_id, customer.customer_id)
        documents += activity.documents
        payments += _received(activity.postings)
        before.add(activity, first - timedelta(days=1))
        after.add(activity, last)
        stages.update(stage for day, stage in activity.notices if first <= day <= last)
    ages = ageing(after.documents, after.credits, last)
    began = {age.currency: age.open for age in ageing(before.documents, (), first)}
    flows = turnover(documents, payments, first, last)
    by_currency = {age.currency: age for age in ages}
    days = (last - first).days + 1
    issued = [d for d in documents if first <= d.issued_on <= last and not d.voided]
    return Period(
        first=first,
        last=last,
        ageing=ages,
        turnover=flows,
        dso={
            flow.currency: days_sales_outstanding(
                _open(by_currency.get(flow.currency), flow.currency),
                flow.invoiced + flow.charged,
                days,
            )
            for flow in flows
        },
        collection={
            flow.currency: _collection(
                flow, began, by_currency.get(flow.currency), _months(documents, last, flow), days
            )
            for flow in flows
        },
        notices=dict(sorted(stages.items())),
        payments=sum(first <= day <= last for day, _ in payments),
        charges=sum(d.kind is DocumentKind.CHARGE for d in issued),
        invoices=sum(d.kind is DocumentKind.INVOICE for d in issued),
    )


@dataclass(slots=True)
class _Stood:
    documents: list[Document] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)

    def add(self, activity: Activity, day: date) -> None:
        stood = as_of(activity.documents, activity.postings, day)
        self.documents += stood.documents
        self.credits += stood.credits


def _received(postings: tuple[Posting, ...]) -> Iterator[tuple[date, Money]]:
    for posting in postings:
        for movement in posting.movements:
            if movement.kind is MovementKind.PAYMENT:
                yield posting.value_date, movement.amount


def _open(age: Ageing | None, currency: str) -> Money:
    return age.open if age else Money.zero(currency)


def _collection(
    flow: Turnover,
    began: Mapping[str, Money],
    age: Ageing | None,
    months: list[tuple[Money, int]],
    days: int,
) -> Collection:
    sales, ended = flow.invoiced + flow.charged, _open(age, flow.currency)
    not_due = age.buckets[0] if age else Money.zero(flow.currency)
    begin = began.get(flow.currency, Money.zero(flow.currency))
    return Collection(
        best_dso=sales_outstanding_days(not_due, sales, days),
        countback=countback_days(ended, months),
        cei=collection_effectiveness_percent(begin, sales, ended, not_due),
    )


def _months(documents: list[Document], last: date, flow: Turnover) -> list[tuple[Money, int]]:
    """Return sales and days of whole months up to last, newest first, in the flow's currency."""
    sums: Counter[tuple[int, int]] = Counter()
    for document in documents:
        if document.total.currency == flow.currency and document.issued_on <= last:
            sums[document.issued_on.year, document.issued_on.month] += document.total.minor
    found, end = [], last
    for _ in range(_MONTHS_BACK_MAX):
        sales = Money(minor=sums[end.year, end.month], currency=flow.currency)
        found.append((sales, end.day))
        end = end.replace(day=1) - timedelta(days=1)
    return found
