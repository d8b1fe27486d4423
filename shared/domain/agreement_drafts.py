"""What somebody asks for in an agreement with a customer, before it may be one."""

from dataclasses import dataclass
from datetime import date

from shared.domain.agreement import DisputeReason
from shared.domain.money import Money
from shared.domain.plan import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDraft:
    """A hold that somebody asks for, through ends_on, on documents or on all of a customer.

    amount narrows it to so much of one document, line (1-based, 0 for none) to what that line asks
    for.
    """

    customer_id: str
    reason: str
    ends_on: date
    documents: tuple[str, ...] = ()
    amount: Money | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDraft:
    """What a customer says: amount (None for all that is payable) of documents comes by pays_on."""

    customer_id: str
    documents: tuple[str, ...]
    pays_on: date
    amount: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDraft:
    """What somebody contests of documents: all of them, an amount, or what a line asks for.

    line is 1-based, 0 for none.
    """

    customer_id: str
    documents: tuple[str, ...]
    reason: DisputeReason
    text: str
    amount: Money | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """What a customer wants to pay in parts, and how; consent is what they agreed to, in words."""

    customer_id: str
    documents: tuple[str, ...]
    parts: int
    first_on: date
    pace: Pace
    consent: str = ""
