"""What a text is made from and what comes out of it. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.notice import NoticeItem

STAGE_TEMPLATES = ("invoice", "upcoming", "due_today", "reminder", "late_fee", "final_notice")
REMINDER, LATE_FEE = "reminder", "late_fee"
DISCOUNT = "discount"
"""What is said in place of a template before the end of a discount."""
MAIL_TEMPLATES = frozenset((*STAGE_TEMPLATES, "receipt", "autopay", "answer", "link", "sign_in"))
"""Every mail there is words for; a policy's stages may name those of STAGE_TEMPLATES."""

REMINDERS = frozenset(STAGE_TEMPLATES) - {"invoice"}
"""The mails that a customer may ask not to get any more."""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A payment that arrived: documents pairs a document's number with what was put against it.

    unapplied is what is left over and stays as credit, or None.
    """

    amount: Money
    documents: tuple[tuple[str, Money], ...]
    reference: str
    received_on: date
    unapplied: Money | None = None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """How a dispute ended, for who opened it.

    numbers are those of the documents that they contested on opened_on: wholly, or amount of them.
    outcome is as the seller sees it (shared.domain.agreement.DisputeOutcome); words are those of
    the person who decided, "" for none.
    """

    outcome: str
    numbers: tuple[str, ...]
    opened_on: date
    words: str
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Why amount of an open item is not asked for. part is a part of its coverage, such as disputed
    (shared.domain.coverage.Cover), or says what its autopay did or will do.

    That is on a day, from what account is called; again_on is when it is tried again.
    """

    part: str
    amount: Money
    on: date | None = None
    account: str = ""
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class TakingView:
    """Money that is announced to be taken: the day, and what it is taken from is called."""

    take_on: date
    account: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A discount on a whole invoice that is told by its instalments: rest closes it by last_day."""

    number: str
    rest: Money
    off: Money
    last_day: date


@dataclass(frozen=True, slots=True)
class MailView:
    """Everything a mail says. today is the customer's date; link the portal link, absolute.

    items are all open documents, those that the mail does not ask for included; fees are the
    charges made together with this mail, as pairs of number and amount. interest is what the items
    asked for have borne by now, by currency, where it is named and not charged. asking is how much
    of an item is asked for where that is less than what is payable of it, notes what became of the
    rest, and stages the template of the stage that an item asked for has reached, all by the
    item's id. offers are early-payment discounts that stand beside instalments. statement says that
    the statement of account is attached; stop_link is where reminders can be stopped, or "".
    charges are the ids of the items that are charges for late payment, plans_over those of the
    documents that were to be paid in parts until now. tone is how the stage
    speaks (shared.domain.stage.Tone), "" as its template does. taking
    is what an announcement says.
    """

    entity: Entity
    customer: Customer
    items: tuple[NoticeItem, ...]
    today: date
    link: str
    fees: tuple[tuple[str, Money], ...] = ()
    payment: ReceiptView | None = None
    answer: AnswerView | None = None
    interest: tuple[Money, ...] = ()
    asking: Mapping[str, Money] = field(default_factory=dict)
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    statement: bool = False
    stop_link: str = ""
    tone: str = ""
    charges: frozenset[str] = frozenset()
    plans_over: frozenset[str] = frozenset()
    taking: TakingView | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail in words. subject is one line; html and text say the same."""

    subject: str
    html: str
    text: str
    attachments: tuple[Attachment, ...] = ()
