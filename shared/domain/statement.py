"""What is open, told per currency: the rows, their sums, how late they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.domain.account import NoticeItem
from shared.domain.money import Money, total


@dataclass(frozen=True, slots=True)
class CurrencyRows:
    """One currency's open documents, oldest due date first. Amounts are in that currency."""

    currency: str
    asked: tuple[NoticeItem, ...]
    listed: tuple[NoticeItem, ...]

    @property
    def asked_total(self) -> Money:
        """Return the sum of what is asked for."""
        return total((item.payable for item in self.asked), self.currency)

    @property
    def open_total(self) -> Money:
        """Return the sum of everything listed, asked for or not."""
        return self.asked_total + total((item.payable for item in self.listed), self.currency)


def by_currency(items: Iterable[NoticeItem]) -> tuple[CurrencyRows, ...]:
    """Return the items grouped by currency, never mixed.

    Within a currency the rows go by due date, then number. Currencies with something asked for
    precede those that are only listed; otherwise they go by code.
    """
    rows: dict[str, list[NoticeItem]] = {}
    for item in sorted(items, key=lambda i: (i.due_on, i.number)):
        rows.setdefault(item.payable.currency, []).append(item)
    groups = [
        CurrencyRows(
            currency,
            tuple(i for i in of_currency if i.asked),
            tuple(i for i in of_currency if not i.asked),
        )
        for currency, of_currency in rows.items()
    ]
    return tuple(sorted(groups, key=lambda g: (not g.asked, g.currency)))


def days_late(item: NoticeItem, today: date) -> int:
    """Return the days past due on today: 0 on the due date, negative before it."""
    return (today - item.due_on).days
