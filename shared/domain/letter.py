"""A formal letter: what it claims, its own date, and the fresh deadline that it sets."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from shared.domain.account import Account
from shared.domain.coverage import item_coverage
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind
from shared.domain.entity import Entity
from shared.domain.money import Money, total
from shared.domain.notice import NoticeItem
from shared.domain.open_items import document_id_of, open_items

_POST_DAYS = 3
_CLOSED_DAYS_MAX = 30
_BUSINESS_DAYS = frozenset((1, 2, 3, 4, 5))


class LetterLaw(StrEnum):
    """Whose law the wording follows: a country's, the directive's, or the contract's alone."""

    AT = "at"
    DE = "de"
    ES = "es"
    EU = "eu"
    FR = "fr"
    NO = "no"
    OTHER = "other"
    UK = "uk"
    US = "us"


class Sheet(StrEnum):
    """The paper and its envelope: A4 as DIN 5008 form B, or US Letter for a number 10 envelope."""

    A4 = "din_5008"
    US = "us_10"


# fmt: off
_IN_THE_EU = frozenset((
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI",
    "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU",
    "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
))
# fmt: on
_LEAST_DAYS: Mapping[LetterLaw, int] = {
    # section 9 of the Norwegian debt collection act: at least 14 days from sending
    LetterLaw.NO: 14,
    # Practice Direction on Pre-Action Conduct: 14 days in a straightforward case
    LetterLaw.UK: 14,
}
_LEAST_DAYS_ELSEWHERE = 7


@dataclass(frozen=True, slots=True)
class Claimed:
    """One open item that a letter asks for. charge is its kind where it is a charge, else ""."""

    number: str
    issued_on: date
    due_on: date
    total: Money
    payable: Money
    charge: str = ""


@dataclass(frozen=True, slots=True)
class CurrencyClaim:
    """One currency of a letter: each invoice, and right after it the charges that it bears."""

    currency: str
    rows: tuple[Claimed, ...]

    @property
    def total(self) -> Money:
        """Return what is asked for in this currency."""
        return total((row.payable for row in self.rows), self.currency)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed. dated_on is its own date, pay_by the last day to pay.

    as_of is the day of the books that the figures are of. link is where to pay online, or "".
    interest is what has been borne by now, by currency, where it is named and not charged.
    """

    letter_id: str
    entity: Entity
    customer: Customer
    law: LetterLaw
    dated_on: date
    as_of: date
    pay_by: date
    claims: tuple[CurrencyClaim, ...]
    link: str = ""
    interest: tuple[Money, ...] = ()

    @property
    def sheet(self) -> Sheet:
        """Return the paper that the letter is laid out for."""
        return Sheet.US if self.law is LetterLaw.US else Sheet.A4


def law_of_country(country: str) -> LetterLaw:
    """Return the law that a letter to a country (ISO 3166 alpha-2) speaks of.

    The directive's speaks for a country of the EU without a wording of its own; elsewhere, and
    where nobody told the country, a letter claims no more than the contract.
    """
    code = "UK" if country == "GB" else country
    if code in LetterLaw.__members__ and code not in ("EU", "OTHER"):
        return LetterLaw[code]
    return LetterLaw.EU if country in _IN_THE_EU else LetterLaw.OTHER


def claimed_items(
    account: Account, items: Iterable[NoticeItem], asked: Iterable[str], today: date
) -> tuple[NoticeItem, ...]:
    """Return what a letter claims of items: what is asked for, with the charges it bears.

    Of each only what nothing else speaks for: what is contested or promised is not claimed. A fee
    that is charged with the letter stands in it.
    """
    covers, roots = item_coverage(account, today), frozenset(asked)
    charges = {
        d.document_id
        for d in account.documents
        if d.kind is DocumentKind.CHARGE and d.invoice_id in roots
    }
    return tuple(
        replace(item, payable=covers[item.document_id].chaseable, asked=True)
        for item in items
        if (item.asked or document_id_of(item.document_id) in charges)
        and covers[item.document_id].chaseable
    )


def fresh_deadline(
    dated_on: date,
    law: LetterLaw,
    asked_days: int = 0,
    closed_on: Container[date] = frozenset(),
) -> date:
    """Return the last day to pay that a letter of dated_on sets, whatever was set before.

    It leaves asked_days, or what the law asks for where that is more, and three days of post; it
    falls on a working day: from Monday to Friday, and none of closed_on, the customer's holidays.
    """
    least = _LEAST_DAYS.get(law, _LEAST_DAYS_ELSEWHERE)
    day = dated_on + timedelta(days=_POST_DAYS + max(asked_days, least))
    last = day + timedelta(days=_CLOSED_DAYS_MAX)
    while (day.isoweekday() not in _BUSINESS_DAYS or day in closed_on) and day < last:
        day += timedelta(days=1)
    return day


def letter_claims(
    documents: Iterable[Document], items: Iterable[NoticeItem]
) -> tuple[CurrencyClaim, ...]:
    """Return what a letter claims by currency: those of items that are asked for.

    documents are the customer's open ones: they say when an item was issued and whose charge it
    is. Raises ValueError where nothing is asked for, or an item is of no document.
    """
    heads = {d.document_id: d for d in documents}
    asked = [item for item in items if item.asked and item.payable]
    if not asked:
        raise ValueError("a letter asks for something")
    if any(document_id_of(item.document_id) not in heads for item in asked):
        raise ValueError("an item of a letter is of an open document")
    return tuple(
        CurrencyClaim(
            currency,
            tuple(
                _claimed(heads[document_id_of(item.document_id)], item)
                for item in sorted(asked, key=lambda item: _place(item, heads))
                if item.payable.currency == currency
            ),
        )
        for currency in sorted({item.payable.currency for item in asked})
    )


def _place(item: NoticeItem, heads: Mapping[str, Document]) -> tuple[date, str, bool, date, str]:
    """Return where an item stands: by its invoice, first due first, charges after the invoice."""
    head = heads[document_id_of(item.document_id)]
    is_charge = head.kind is DocumentKind.CHARGE
    root = heads.get(head.invoice_id, head) if is_charge else head
    return root.due_on, root.document_id, is_charge, item.due_on, item.number


def _claimed(head: Document, item: NoticeItem) -> Claimed:
    part = next((p for p in open_items(head) if p.document_id == item.document_id), head)
    return Claimed(
        number=item.number,
        issued_on=head.issued_on,
        due_on=item.due_on,
        total=part.total,
        payable=item.payable,
        charge=head.charge,
    )
