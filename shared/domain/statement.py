"""What is open, told per currency: the rows, their sums, how late they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.money import Money, total
from shared.domain.notice import NoticeItem


@dataclass(frozen=True, slots=True)
class CurrencyRows:
    """One currency's open documents, oldest due date first. Amounts are in that currency.

    asking is how much is asked for of an item, by its id, where that is not all that is payable.
    """

    currency: str
    asked: tuple[NoticeItem, ...]
    listed: tuple[NoticeItem, ...]
    asking: Mapping[str, Money] = field(default_factory=dict)

    def amount(self, item: NoticeItem) -> Money:
        """Return what is asked for of item, or what is open of one that is only listed."""
        return self.asking.get(item.document_id, item.payable) if item.asked else item.payable

    @property
    def asked_total(self) -> Money:
        """Return the sum of what is asked for."""
        return self.sum_of(self.asked)

    @property
    def open_total(self) -> Money:
        """Return the sum of all that is open of everything told, asked for or not."""
        return total((item.payable for item in (*self.asked, *self.listed)), self.currency)

    def sum_of(self, items: Iterable[NoticeItem]) -> Money:
        """Return the sum of the amounts of some of the items."""
        return total((self.amount(item) for item in items), self.currency)


def by_currency(
    items: Iterable[NoticeItem], asking: Mapping[str, Money] | None = None
) -> tuple[CurrencyRows, ...]:
    """Return the items grouped by currency, never mixed; asking as in CurrencyRows.

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
            asking or {},
        )
        for currency, of_currency in rows.items()
    ]
    return tuple(sorted(groups, key=lambda g: (not g.asked, g.currency)))


def days_late(item: NoticeItem, today: date) -> int:
    """Return the days past due on today: 0 on the due date, negative before it."""
    return (today - item.due_on).days
