"""A policy over a history that is known: what it would have said, day by day. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from shared.domain.account import Account, Credit
from shared.domain.customer import Customer
from shared.domain.decide import Action, Decision, decide
from shared.domain.document import Document, DocumentKind
from shared.domain.escalation import chaseable_late, fee_suffix, late_fee
from shared.domain.money import Money
from shared.domain.notice import Channel
from shared.domain.notices import stage_notice
from shared.domain.open_items import document_ids_of
from shared.domain.policy_book import PolicyBook

_CREDIT = "credit:"


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """An invoice of a history, and what was paid of it, by day. customer is its customer's name."""

    number: str
    customer: str
    issued_on: date
    due_on: date
    total: Money
    payments: tuple[tuple[date, Money], ...] = ()

    @property
    def paid_on(self) -> date | None:
        """Return the day on which all of it was paid, or None where that day never came."""
        paid = 0
        for day, amount in sorted(self.payments, key=lambda p: p[0]):
            paid += amount.minor
            if paid >= self.total.minor:
                return day
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One document that a message asks for: how late it was then, and what was open of it."""

    number: str
    days_late: int
    open: Money


@dataclass(frozen=True, slots=True)
class Said:
    """One message or task that a policy would have made; fees are what it would have charged."""

    on: date
    customer: str
    stage: str
    channel: Channel
    asked: tuple[Asked, ...]
    fees: tuple[tuple[str, Money], ...]


def days_of(history: Iterable[PastInvoice]) -> tuple[date, date]:
    """Return the first and the last day on which something happens in history.

    Raises ValueError for one without invoices.
    """
    days = [
        day
        for invoice in history
        for day in (invoice.issued_on, invoice.due_on, *(day for day, _ in invoice.payments))
    ]
    return min(days), max(days)


def replay(
    customer: Customer,
    invoices: Sequence[PastInvoice],
    book: PolicyBook,
    last: date,
) -> Iterator[Said]:
    """Yield what book would have said to one customer from the first invoice through last.

    Each day is decided by the facts of that day alone: an invoice is there from its issue date, a
    payment from its own. Every message arrives; a fee is paid with its invoice, since no history
    tells of it. Money above what is open waits as a credit.
    """
    if not invoices:
        return
    world = _World(customer, invoices)
    day = min(invoice.issued_on for invoice in invoices)
    while day <= last:
        world.begin(day)
        if world.account.documents:
            yield from world.say(book, day)
        day += timedelta(days=1)


class _World:
    """One customer's account as it moves from day to day."""

    def __init__(self, customer: Customer, invoices: Sequence[PastInvoice]) -> None:
        self.account = Account(customer)
        self._open: dict[str, Document] = {}
        self._fees: defaultdict[str, list[str]] = defaultdict(list)
        self._issued: defaultdict[date, list[PastInvoice]] = defaultdict(list)
        self._paid: defaultdict[date, list[tuple[str, Money]]] = defaultdict(list)
        self._credits: dict[str, Credit] = {}
        for invoice in sorted(invoices, key=lambda i: i.number):
            self._issued[invoice.issued_on].append(invoice)
            for day, amount in invoice.payments:
                self._paid[max(day, invoice.issued_on)].append((invoice.number, amount))

    def begin(self, day: date) -> None:
        """Let the invoices and payments of day come in."""
        issued, paid = self._issued.pop(day, ()), self._paid.pop(day, ())
        if not issued and not paid:
            return
        for invoice in issued:
            self._open[invoice.number] = _document(invoice)
        for number, amount in paid:
            self._pay(number, amount, day)
        self._refresh()

    def say(self, book: PolicyBook, day: date) -> Iterator[Said]:
        """Yield what is said on day, one channel after the other, as a sweep claims it."""
        for _ in Channel:
            verdicts = decide(self.account, book, day)
            send = next((v for v in verdicts if v.action is Action.SEND), None)
            if send is None or send.stage is None:
                return
            fees = tuple(self._charge(send, book, day))
            yield Said(
                on=day,
                customer=self.account.customer.external_id,
                stage=send.stage.id,
                channel=send.stage.channel,
                asked=tuple(self._asked(send, day)),
                fees=tuple((fee.number, fee.total) for fee in fees),
            )
            at = datetime.combine(day, time(6), UTC)
            claimed = stage_notice(self.account.newest_notice, send, day, at)
            self.account = replace(self.account, newest_notice=claimed)
            for fee in fees:
                self._open[fee.document_id] = fee
                self._fees[fee.invoice_id].append(fee.document_id)
            if fees:
                self._refresh()

    def _asked(self, send: Decision, day: date) -> Iterator[Asked]:
        for item in send.items:
            if item.asked:
                yield Asked(item.number, (day - item.due_on).days, item.payable)

    def _charge(self, send: Decision, book: PolicyBook, day: date) -> Iterator[Document]:
        if send.stage is None or send.stage.fee is None:
            return
        for document_id in document_ids_of(send.documents):
            document = self._open[document_id]
            free = chaseable_late(self.account, document, send.stage, day)
            suffix = fee_suffix(book.of(document), send.stage)
            fee = late_fee(document, send.stage, day, free, suffix)
            if fee is not None and fee.document_id not in self._fees[document_id]:
                yield fee

    def _pay(self, number: str, amount: Money, day: date) -> None:
        document = self._open.get(number)
        paid = min(amount.minor, document.open.minor) if document else 0
        if document is not None:
            left = Money(minor=document.open.minor - paid, currency=document.open.currency)
            self._open[number] = replace(document, open=left)
            if not left:
                del self._open[number]
                for fee in self._fees[number]:
                    self._open.pop(fee, None)
        over = amount.minor - paid
        if over:
            source = f"{_CREDIT}{number}"
            known = self._credits.get(source)
            minor = over + (known.unapplied.minor if known else 0)
            unapplied = Money(minor=minor, currency=amount.currency)
            self._credits[source] = Credit(source, unapplied, day)

    def _refresh(self) -> None:
        self.account = replace(
            self.account,
            documents=tuple(self._open.values()),
            credits=tuple(self._credits.values()),
        )


def _document(invoice: PastInvoice) -> Document:
    return Document(
        document_id=invoice.number,
        kind=DocumentKind.INVOICE,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        total=invoice.total,
        open=invoice.total,
    )


def false_alarms(
    said: Said, paid_on: Mapping[str, date | None], within_days: int = 2
) -> tuple[Asked, ...]:
    """Return what a message chased although it was paid within so many days after.

    Only what was past due counts: an invoice that is announced, or due soon, is no alarm.
    """
    found = []
    for asked in said.asked:
        paid = paid_on.get(asked.number)
        if asked.days_late > 0 and paid is not None and (paid - said.on).days <= within_days:
            found.append(asked)
    return tuple(found)
