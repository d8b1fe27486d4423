"""A customer's statement of account: what is open on a day, and what happened up to it.

Per currency, nothing converted. Rebuilt from postings by their value dates, so that any past day's
statement can be told again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.account import Account, Credit
from shared.domain.as_of import as_of
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.figures import BUCKETS, Ageing, ageing
from shared.domain.money import Money, total
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.open_items import all_open_items


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """Something that changed the balance, and the balance after it.

    amount is what it added: positive where the customer owes more. number is the document's, ""
    for money.
    """

    day: date
    kind: MovementKind
    number: str
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class CurrencyStatement:
    """One currency of a statement. items and credits are as of its day, items first due first.

    brought_forward is the balance before the first day of activity. The balance is what is open
    less the credits; it is also brought_forward and all of activity.
    """

    currency: str
    items: tuple[Document, ...]
    credits: tuple[Credit, ...]
    ageing: Ageing
    brought_forward: Money
    activity: tuple[ActivityLine, ...]

    @property
    def balance(self) -> Money:
        """Return what the customer owes in all; less than nothing where money of theirs waits."""
        return self.ageing.open - self.ageing.unapplied


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of account at the end of the day on; its activity begins with first, if any."""

    entity: Entity
    customer: Customer
    on: date
    first: date | None
    currencies: tuple[CurrencyStatement, ...]


def statement(
    entity: Entity,
    customer: Customer,
    documents: Iterable[Document],
    postings: Iterable[Posting],
    on: date,
    first: date | None = None,
) -> Statement:
    """Return the statement of a customer at the end of on.

    documents and postings are all of the customer's. Without first there is no activity.
    Currencies in which nothing is open and nothing happened are left out.
    """
    heads, told = tuple(documents), tuple(postings)
    stood = as_of(heads, told, on)
    ages = {age.currency: age for age in ageing(stood.documents, stood.credits, on)}
    numbers = {d.document_id: d.number or d.document_id for d in heads}
    steps = list(_steps(told, on, numbers)) if first else []
    currencies = ages.keys() | {s.amount.currency for s in steps if first and s.day >= first}
    return Statement(
        entity=entity,
        customer=customer,
        on=on,
        first=first,
        currencies=tuple(
            _currency(
                currency,
                tuple(d for d in all_open_items(stood.documents) if _is_in(d.open, currency)),
                tuple(c for c in stood.credits if _is_in(c.unapplied, currency)),
                ages.get(currency),
                [s for s in steps if s.amount.currency == currency],
                first,
            )
            for currency in sorted(currencies)
        ),
    )


def statement_of_open(entity: Entity, account: Account, today: date) -> Statement:
    """Return the statement of what is open on today, as account says it; it has no activity."""
    documents = [document for document in account.documents if document.open]
    return Statement(
        entity=entity,
        customer=account.customer,
        on=today,
        first=None,
        currencies=tuple(
            _currency(
                age.currency,
                tuple(d for d in all_open_items(documents) if _is_in(d.open, age.currency)),
                tuple(c for c in account.credits if _is_in(c.unapplied, age.currency)),
                age,
                [],
                None,
            )
            for age in ageing(documents, account.credits, today)
        ),
    )


def effect(movement: Movement) -> Money:
    """Return what a movement adds to what its customer owes; money that waits is owed to them."""
    nothing = Money.zero(movement.amount.currency)
    open_ = movement.amount if movement.document_id else nothing
    waits = movement.amount if movement.source_id else nothing
    return open_ - waits


def _is_in(money: Money, currency: str) -> bool:
    return money.currency == currency


def _steps(
    postings: Iterable[Posting], on: date, numbers: Mapping[str, str]
) -> Iterator[ActivityLine]:
    """Yield what changed the balance through on, in order, one for each kind and document."""
    within = (p for p in postings if p.value_date <= on)
    for posting in sorted(within, key=lambda p: (p.value_date, p.recorded_at, p.posting_id)):
        sums: dict[tuple[MovementKind, str, str], Money] = {}
        for movement in posting.movements:
            added = effect(movement)
            key = movement.kind, movement.document_id, added.currency
            known = sums.get(key)
            sums[key] = added if known is None else known + added
        for (kind, document_id, _), amount in sums.items():
            if amount:
                number = numbers.get(document_id, document_id)
                yield ActivityLine(posting.value_date, kind, number, amount, amount)


def _currency(
    currency: str,
    items: tuple[Document, ...],
    credits: tuple[Credit, ...],
    age: Ageing | None,
    steps: list[ActivityLine],
    first: date | None,
) -> CurrencyStatement:
    before = [s.amount for s in steps if first and s.day < first]
    balance = brought_forward = total(before, currency)
    lines = []
    for step in steps[len(before) :]:
        balance += step.amount
        lines.append(replace(step, balance=balance))
    return CurrencyStatement(
        currency=currency,
        items=items,
        credits=tuple(sorted(credits, key=lambda c: (c.received_on, c.source_id))),
        ageing=age or _nothing(currency),
        brought_forward=brought_forward,
        activity=tuple(lines),
    )


def _nothing(currency: str) -> Ageing:
    zero = Money.zero(currency)
    return Ageing(currency, (zero,) * len(BUCKETS), (0,) * len(BUCKETS), zero)
