"""What a customer may see and do in the portal. Values only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.money import Money, total
from shared.errors import Conflict, NotFound, Unauthenticated

SESSION_IDLE = timedelta(minutes=30)
SESSION_MAX = timedelta(hours=12)
FRESH_LINK_PAUSE = timedelta(minutes=10)
SIGN_IN_LASTS = timedelta(minutes=10)
SIGN_IN_PAUSE = timedelta(minutes=2)


class LinkNotValid(NotFound):
    """No such link, not this entity's, ended, or expired: all answer alike."""

    code = "link_not_valid"
    help: ClassVar[str] = "Ask for a fresh link: it is mailed to the address on file."


class SignInNeeded(Unauthenticated):
    """A mailed link alone is not enough for this: the customer confirms it is them."""

    code = "sign_in_needed"


class NothingToPay(Conflict):
    """Everything that was chosen is paid already or being processed by the bank."""

    code = "nothing_to_pay"
    help: ClassVar[str] = "Look at your open invoices again."


class AlreadyPaid(Conflict):
    """The page opened earlier for these documents has taken the money already."""

    code = "already_paid"
    help: ClassVar[str] = "Wait for the confirmation of your payment."


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a portal session stands for: every key of the portal is built from this."""

    entity_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """A known link: whose it is, and the business instant after which it opens nothing.

    ended says that the customer's links up to now were ended before that instant.
    """

    customer_id: str
    expires_at: datetime
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A portal session. csrf goes into every form; the instants are of the wall clock.

    signed_in says that it was opened by a sign-in mailed for it, and not by a link of any mail.
    """

    principal: Principal
    csrf: str
    opened_at: datetime
    expires_at: datetime
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One open item as its customer sees it: item is document itself, or an instalment of it.

    payable may be chosen and paid; processing is with the bank; contested is what the customer
    contests of it. asked says that a question about it waits for an answer, promised_on when it was
    promised to come, planned that its document is paid in parts, taken_on when it is taken by
    itself. promised is what of it will come so, unpromised what nothing speaks for.
    days_late is 0 on the due date and negative before it. off is the early-payment discount that
    is offered today on paying it; zero for a single instalment.
    """

    document: Document
    item: Document
    payable: Money
    processing: Money
    days_late: int
    off: Money
    contested: Money
    asked: bool = False
    promised_on: date | None = None
    promised: Money | None = None
    unpromised: Money | None = None
    planned: bool = False
    taken_on: date | None = None

    @property
    def to_pay(self) -> Money:
        """Return what paying it today takes."""
        return self.payable - self.off

    @property
    def uncontested(self) -> Money:
        """Return what is left to pay without what is contested, zero where that is all of it."""
        left = self.payable - self.contested
        return max(left, Money.zero(left.currency))

    @property
    def overdue(self) -> bool:
        """Return whether money is missing after the due date."""
        return self.days_late > 0 and bool(self.payable)


@dataclass(frozen=True, slots=True)
class CurrencyAccount:
    """Everything open in one currency, overdue first. credit is money not yet put to use.

    off is the early-payment discount that is offered today on paying everything, asked what paying
    all that is not contested takes today.
    """

    currency: str
    rows: tuple[OpenRow, ...]
    credit: Money
    off: Money
    asked: Money

    @property
    def payable(self) -> Money:
        """Return what paying everything takes today."""
        return total((row.payable for row in self.rows), self.currency) - self.off

    @property
    def contested(self) -> Money:
        """Return what can be paid and is contested."""
        return total((row.payable - row.uncontested for row in self.rows), self.currency)

    @property
    def overdue(self) -> Money:
        """Return what is past its due date and not contested."""
        return total((row.uncontested for row in self.rows if row.overdue), self.currency)

    @property
    def ahead(self) -> Money:
        """Return what is due on a later day and not contested, as it is paid today."""
        later = (row for row in self.rows if row.days_late < 0)
        return total(
            (row.uncontested - row.off if not row.contested else row.uncontested for row in later),
            self.currency,
        )

    @property
    def processing(self) -> Money:
        """Return what the bank is working on."""
        return total((row.processing for row in self.rows), self.currency)

    @property
    def choices(self) -> tuple[OpenRow, ...]:
        """Return the rows that can be paid."""
        return tuple(row for row in self.rows if row.payable)


@dataclass(frozen=True, slots=True)
class HomeView:
    """The customer's open account. today is the customer's date."""

    entity: Entity
    customer: Customer
    today: date
    currencies: tuple[CurrencyAccount, ...]

    @property
    def given_no_time(self) -> tuple[Document, ...]:
        """Return the documents that are neither promised nor paid in parts, each once."""
        return self._documents(lambda row: not row.planned and row.promised_on is None)

    @property
    def planned(self) -> tuple[Document, ...]:
        """Return the documents that are paid in parts."""
        return self._documents(lambda row: row.planned)

    @property
    def promised(self) -> tuple[Document, ...]:
        """Return the documents of which a day of payment is promised, and nothing more."""
        return self._documents(lambda row: not row.planned and row.promised_on is not None)

    def _documents(self, wanted: Callable[[OpenRow], bool]) -> tuple[Document, ...]:
        rows = (row for one in self.currencies for row in one.rows if wanted(row))
        return tuple({row.document.document_id: row.document for row in rows}.values())


@dataclass(frozen=True, slots=True)
class Received:
    """A part of a payment that reached a document, or of a credit note for it, named by note_id.

    taken_back says why an amount below zero left it again: returned (by the bank), disputed,
    refunded, or "" where people moved it.
    """

    received_on: date
    amount: Money
    note_id: str = ""
    taken_back: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One open document with its lines and what was paid on it so far.

    parts are its open instalments, none where it has none.
    """

    entity: Entity
    customer: Customer
    today: date
    row: OpenRow
    parts: tuple[OpenRow, ...]
    lines: tuple[Line, ...]
    received: tuple[Received, ...]


@dataclass(frozen=True, slots=True)
class ThanksView:
    """One attempt to pay, and the numbers of what it is for."""

    entity: Entity
    customer: Customer
    checkout: Checkout
    documents: tuple[tuple[str, Money], ...]

    @property
    def paid(self) -> bool:
        """Return whether the money is here."""
        return self.checkout.state is CheckoutState.PAID

    @property
    def ended(self) -> bool:
        """Return whether nothing will come of it."""
        return self.checkout.state in (CheckoutState.FAILED, CheckoutState.EXPIRED)


class Begun(StrEnum):
    """What came of noting a checkout: it is ours, its id was used up, or things have changed."""

    NOTED = "noted"
    USED = "used"
    CHANGED = "changed"
