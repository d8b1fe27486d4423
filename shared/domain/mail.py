"""A mail to the mail service and back: envelope, answer, later events."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.recipients import Recipients


class MailEventKind(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One event about notice n of a customer. detail is SES's own word, without addresses.

    recipients are the addresses that a bounce or complaint is about, in lower case; a mail with
    copies has an event for each.
    """

    entity_id: str
    customer_id: str
    n: int
    kind: MailEventKind
    message_id: str
    detail: str = ""
    recipients: tuple[str, ...] = ()


class SendState(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class SendResult:
    """What the mail service said: it took it (message_id), refused it for now or for good, or
    nobody knows.
    """

    state: SendState
    message_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom a mail goes, for whom it speaks, and which notice its events belong to.

    reply_to is where answers go and stop_url where reminders can be stopped, "" for nowhere.
    """

    entity: Entity
    customer: Customer
    notice_n: int
    recipients: Recipients
    reply_to: str = ""
    stop_url: str = ""
