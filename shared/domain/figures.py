"""What is owed by age, and what came of a period. Per currency; nothing is ever converted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.domain.account import Credit
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.open_items import all_open_items

BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")
_LAST_DAYS = (0, 30, 60, 90)


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open money of one currency by days past the due date.

    buckets follows BUCKETS and sums to open; overdue is all but the first; counts are of items,
    an instalment being one. unapplied is money that arrived and is allocated to nothing: it stands
    beside the buckets, never inside them.
    """

    currency: str
    buckets: tuple[Money, ...]
    counts: tuple[int, ...]
    unapplied: Money

    @property
    def open(self) -> Money:
        """Return what all open documents sum to."""
        return sum(self.buckets, Money.zero(self.currency))

    @property
    def overdue(self) -> Money:
        """Return what is past its due date. A document due today is not."""
        return sum(self.buckets[1:], Money.zero(self.currency))


def bucket_of(days_late: int) -> int:
    """Return the place in BUCKETS of a document that is days_late days past due."""
    return next((i for i, last in enumerate(_LAST_DAYS) if days_late <= last), len(_LAST_DAYS))


def ageing(
    documents: Iterable[Document], credits: Iterable[Credit], today: date
) -> tuple[Ageing, ...]:
    """Return the ageing of what is open on today, each instalment by its own due date.

    By currency code.
    """
    minors: dict[str, list[int]] = {}
    counts: dict[str, list[int]] = {}
    unapplied: dict[str, int] = {}
    for item in all_open_items(documents):
        place = bucket_of(item.days_late(today))
        currency = item.open.currency
        minors.setdefault(currency, [0] * len(BUCKETS))[place] += item.open.minor
        counts.setdefault(currency, [0] * len(BUCKETS))[place] += 1
    for credit in credits:
        currency = credit.unapplied.currency
        unapplied[currency] = unapplied.get(currency, 0) + credit.unapplied.minor
    empty = [0] * len(BUCKETS)
    return tuple(
        Ageing(
            currency=currency,
            buckets=tuple(
                Money(minor=minor, currency=currency) for minor in minors.get(currency, empty)
            ),
            counts=tuple(counts.get(currency, empty)),
            unapplied=Money(minor=unapplied.get(currency, 0), currency=currency),
        )
        for currency in sorted(minors.keys() | unapplied.keys())
    )


@dataclass(frozen=True, slots=True)
class Turnover:
    """What one currency saw in a period: issued (invoices and charges), and money received."""

    currency: str
    invoiced: Money
    charged: Money
    collected: Money


def turnover(
    documents: Iterable[Document],
    payments: Iterable[tuple[date, Money]],
    first: date,
    last: date,
) -> tuple[Turnover, ...]:
    """Return what was issued and received from first through last, by currency code.

    documents are all heads, open or closed: what is void was never issued. payments are (received
    on, amount).
    """
    sums: dict[str, dict[str, int]] = {}

    def add(kind: str, day: date, amount: Money) -> None:
        if first <= day <= last:
            row = sums.setdefault(amount.currency, {})
            row[kind] = row.get(kind, 0) + amount.minor

    for document in documents:
        if document.voided:
            continue
        add(str(document.kind), document.issued_on, document.total)
    for day, amount in payments:
        add("payment", day, amount)
    return tuple(
        Turnover(
            currency=currency,
            invoiced=_money(row, "invoice", currency),
            charged=_money(row, "charge", currency),
            collected=_money(row, "payment", currency),
        )
        for currency, row in sorted(sums.items())
    )


def days_sales_outstanding(open_at_end: Money, invoiced: Money, days: int) -> Decimal | None:
    """Return the simple DSO, to a tenth of a day: open at the end / invoiced * days.

    None where nothing was invoiced: no sales, no figure. A net credit counts as nothing open.
    Raises CurrencyMismatch.
    """
    if not invoiced.minor or open_at_end < Money.zero(invoiced.currency):
        return None if not invoiced.minor else Decimal("0.0")
    exact = Decimal(open_at_end.minor) * days / Decimal(invoiced.minor)
    return exact.quantize(Decimal("0.1"))


def _money(row: Mapping[str, int], kind: str, currency: str) -> Money:
    return Money(minor=row.get(kind, 0), currency=currency)
