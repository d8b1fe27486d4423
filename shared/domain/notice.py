"""One numbered message or task to a customer, and how far it got. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.domain.money import Money

AUTOPAY = "autopay"
"""The kind of a notice that announces what is taken by itself."""


class DeliveryState(StrEnum):
    """How a notice stands. APPROVAL waits for a named person; DONE is settled by people."""

    CLAIMED = "claimed"
    APPROVAL = "approval"
    CALLING = "calling"
    SENT = "sent"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    BOUNCED = "bounced"
    DONE = "done"


class Channel(StrEnum):
    """How a customer hears of a stage, in the order in which one day's notices are claimed."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"
    CALL = "call"
    HANDOVER = "handover"

    @property
    def is_message(self) -> bool:
        """Return whether the customer hears by this channel without a person's doing."""
        return self in (Channel.EMAIL, Channel.SMS, Channel.LETTER)


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One open item as a notice lists it. asked says whether this notice chases it.

    document_id names the item: a document, or one instalment of it (shared.domain.open_items). off
    is the early-payment discount while it is offered, through off_until.
    """

    document_id: str
    number: str
    due_on: date
    payable: Money
    asked: bool
    off: Money | None = None
    off_until: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One numbered message (or task) to a customer about all its open documents.

    kind is "stage" (the ladder), "receipt" (of payment_id), "answer" (to dispute_id), AUTOPAY (of
    the collection payment_id), "link" or "sign_in". done_before and done_after map the ids of open
    items to the ladder position done before and after it (shared.domain.stage.Stage). fee says
    that the stage charges one before it speaks, approval that a person has to agree before anything
    is charged or sent: approved_by is who did (approved_subject their id), tier to whom a case then
    goes.
    by_hand is who sent it by hand, with_fee that they want its charge with the first word, too.
    said_on are the days of the messages so far that a cap counts (those of the ladder and
    announcements of what is taken by itself), this one's included, for some months.
    ladders are the versions of the policies by which positions are told, by name; plans_over the
    documents of a plan that was over since the message before.
    """

    n: int
    kind: str
    stage: str
    channel: Channel
    policy: str
    policy_version: int
    as_of: date
    claimed_at: datetime
    items: tuple[NoticeItem, ...] = ()
    done_before: Mapping[str, int] = field(default_factory=dict)
    done_after: Mapping[str, int] = field(default_factory=dict)
    delivery: DeliveryState = DeliveryState.CLAIMED
    payment_id: str = ""
    dispute_id: str = ""
    fee: bool = False
    approval: bool = False
    approved_by: str = ""
    approved_subject: str = ""
    tier: str = ""
    said_on: tuple[date, ...] = ()
    ladders: Mapping[str, int] = field(default_factory=dict)
    by_hand: str = ""
    with_fee: bool = False
    plans_over: tuple[str, ...] = ()

    @property
    def waits_for_approval(self) -> bool:
        """Return whether nothing may be charged or sent yet, since nobody has agreed."""
        return self.approval and not self.approved_by

    @property
    def done(self) -> Mapping[str, int]:
        """Return the positions that count as done now: before, where it never went out."""
        if self.delivery in (DeliveryState.WITHDRAWN, DeliveryState.FAILED):
            return self.done_before
        return self.done_after

    @property
    def said_before(self) -> tuple[date, ...]:
        """Return the days of the messages before this one."""
        return self.said_on[:-1] if is_counted(self.kind, self.channel) else self.said_on

    @property
    def said(self) -> tuple[date, ...]:
        """Return the days of the messages so far, less this one's where it never went out."""
        if self.delivery in (DeliveryState.WITHDRAWN, DeliveryState.FAILED):
            return self.said_before
        return self.said_on


def is_counted(kind: str, channel: Channel) -> bool:
    """Return whether a cap on messages counts a notice: what comes unasked, and speaks of money."""
    return kind in ("stage", AUTOPAY) and channel.is_message
