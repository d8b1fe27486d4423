"""The books of an entity as a whole: entries in order, and what balances elsewhere say of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.domain.account import Credit
from shared.domain.chart import Role
from shared.domain.document import Document
from shared.domain.journal import (
    JournalEntry,
    erp_invoiced_of,
    receivables_of,
    unapplied_of,
)
from shared.domain.money import Money

STORED_HEADS = "stored heads"
STORED_CREDITS = "stored credits"
ERP_TOTALS = "totals of the ERP"
TOLD = "told with the export"


@dataclass(frozen=True, slots=True)
class Asserted:
    """What an account must come to, as somebody says who did not add the entries up."""

    account: str
    balance: Money
    origin: str


@dataclass(frozen=True, slots=True)
class CustomerEntries:
    """The entries of one customer."""

    customer_id: str
    name: str
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True, slots=True)
class JournalBook:
    """What an export holds. notes say, in sentences, what is asserted and what is not."""

    entity_id: str
    customers: tuple[CustomerEntries, ...]
    asserted: tuple[Asserted, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    def entries(self) -> tuple[tuple[CustomerEntries, JournalEntry], ...]:
        """Return every entry with whose it is, by value date, then by when it was written."""
        pairs = ((customer, entry) for customer in self.customers for entry in customer.entries)
        return tuple(
            sorted(pairs, key=lambda p: (p[1].value_date, p[1].recorded_at, p[1].posting_id))
        )

    def accounts(self) -> dict[str, str]:
        """Return every account by name, sorted, with the customer that it is of ("" for none)."""
        found = {asserted.account: "" for asserted in self.asserted}
        found |= {line.account: "" for _, entry in self.entries() for line in entry.lines}
        owners = {customer.customer_id: customer.name for customer in self.customers}
        return {a: owners.get(a.rpartition(":")[2], "") for a in sorted(found)}

    def currencies(self) -> tuple[str, ...]:
        """Return the codes of all currencies, sorted."""
        codes = {asserted.balance.currency for asserted in self.asserted}
        for _, entry in self.entries():
            for line in entry.lines:
                codes |= {line.amount.currency, line.weight.currency}
        return tuple(sorted(codes))

    def last_day(self, at_least: date) -> date:
        """Return the day of the last entry, at_least where that is later."""
        return max((entry.value_date for _, entry in self.entries()), default=at_least)


def day_after(day: date) -> date:
    """Return the next day."""
    return day + timedelta(days=1)


def asserted_of(
    chart: Mapping[Role, str],
    customer_id: str,
    documents: Iterable[Document],
    credits: Iterable[Credit],
    erp_totals: Iterable[Money] | None,
    currencies: Iterable[str],
) -> tuple[Asserted, ...]:
    """Return what a customer's accounts must come to: heads, credits, the ERP's totals.

    erp_totals are what the ERP says its invoices come to, None where it issued none. currencies
    are those of the entries: a balance of zero is asserted of one in which nothing is stored.
    """
    told: list[tuple[str, str, list[Money]]] = [
        (receivables_of(chart, customer_id), STORED_HEADS, [d.open for d in documents]),
        (unapplied_of(chart, customer_id), STORED_CREDITS, [-c.unapplied for c in credits]),
    ]
    if erp_totals is not None:
        told.append((erp_invoiced_of(chart, customer_id), ERP_TOTALS, list(erp_totals)))
    used = tuple(currencies)
    return tuple(
        Asserted(account, balance, origin)
        for account, origin, amounts in told
        for balance in _by_currency(amounts, used)
    )


def _by_currency(amounts: Iterable[Money], currencies: Iterable[str]) -> list[Money]:
    sums = dict.fromkeys(currencies, 0)
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return [Money(minor=minor, currency=currency) for currency, minor in sorted(sums.items())]
