"""What a text is made from and what comes out of it. Values only."""

from dataclasses import dataclass
from datetime import date

from shared.domain.account import Customer, Entity, NoticeItem
from shared.domain.money import Money

STAGE_TEMPLATES = ("invoice", "upcoming", "due_today", "reminder", "late_fee", "final_notice")
MAIL_TEMPLATES = frozenset((*STAGE_TEMPLATES, "receipt", "link"))
"""Every mail there is words for; a policy's stages may name those of STAGE_TEMPLATES."""


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
class MailView:
    """Everything a mail says. today is the customer's date; link the portal link, absolute.

    items are all open documents, those that the mail does not ask for included; fees are the
    charges made together with this mail, as pairs of number and amount. interest is what the items
    asked for have borne by now, by currency, where it is named and not charged.
    """

    entity: Entity
    customer: Customer
    items: tuple[NoticeItem, ...]
    today: date
    link: str
    fees: tuple[tuple[str, Money], ...] = ()
    payment: ReceiptView | None = None
    interest: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail in words. subject is one line; html and text say the same."""

    subject: str
    html: str
    text: str
