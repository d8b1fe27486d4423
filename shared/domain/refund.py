"""Money that goes back to a customer because a person wants it to. Values only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.errors import Conflict


class NotRefundable(Conflict):
    """More is wanted back than waits unused."""

    code = "not_refundable"
    help = "Ask for less, or let the refund take money back from what it paid."


class RefundState(StrEnum):
    """How a refund stands. The money is out of the books from the start."""

    REQUESTED = "requested"  # reserved; the gateway is to be asked
    PENDING = "pending"  # the gateway is at it
    UNKNOWN = "unknown"  # the gateway did not answer: asked again, under the same id
    DONE = "done"
    FAILED = "failed"  # it came back to the customer's unapplied money


_RANK = {
    RefundState.REQUESTED: 0,
    RefundState.UNKNOWN: 1,
    RefundState.PENDING: 2,
    RefundState.DONE: 3,
    RefundState.FAILED: 4,
}
OPEN = frozenset({RefundState.REQUESTED, RefundState.UNKNOWN, RefundState.PENDING})
"""States in which the gateway has not said its last word."""
ASK_PENDING_AGAIN = timedelta(hours=6)
KEY_REMEMBERED = timedelta(hours=1)
"""For so long, and far longer, the gateway carries out the same key once."""


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """Money of a payment or credit note that somebody wants given back, and why.

    release lets what a payment was used for be taken back as far as needed.
    """

    source_id: str
    amount: Money
    reason: str
    release: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund of source_id's money. via is "gateway", or "bank" where a person transfers it.

    payment_reference is what the gateway calls the payment, reference what it calls the refund.
    """

    refund_id: str
    customer_id: str
    source_id: str
    amount: Money
    via: str
    reason: str
    by: str
    created_at: datetime
    state: RefundState = RefundState.REQUESTED
    payment_reference: str = ""
    reference: str = ""
    version: int = 1

    @property
    def posting_id(self) -> str:
        """Return the id of the posting that takes it out of the books."""
        return f"refund:{self.refund_id}"


def refund_state(status: str) -> RefundState:
    """Return where a refund stands by the gateway's word for it."""
    if status in ("failed", "canceled"):
        return RefundState.FAILED
    return RefundState.DONE if status == "succeeded" else RefundState.PENDING


def moves(before: RefundState, after: RefundState) -> bool:
    """Return whether a refund may go from before to after: never back."""
    return _RANK[after] > _RANK[before]


def failed_refund_id(posting: Posting) -> str:
    """Return the id of the refund that posting gives back, "" where it gives back none."""
    name, _, refund_id = posting.posting_id.partition(":")
    return refund_id if name == "refund_failed" else ""


def failed_posting(refund: Refund, at: datetime) -> Posting:
    """Return the posting that gives the money of a refund that failed back, once."""
    back = Movement(
        MovementKind.REFUND_FAILED, refund.amount, source_id=refund.source_id, via=refund.via
    )
    return Posting(f"refund_failed:{refund.refund_id}", at.date(), at, (back,))
