"""What was agreed with a customer or decided about one, as dated facts: holds, promises, disputes,
plans, hand-overs. Values only."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.domain.days import days_after
from shared.domain.money import Money


@dataclass(frozen=True, slots=True)
class Hold:
    """Chasing is off for the customer, or for documents only, from starts_on through ends_on.

    amount is how much of the one document it is about, None for all of it; line is the 1-based line
    that it comes from, 0 for none. ended_on is the day from which somebody ended it early.
    """

    hold_id: str
    reason: str
    starts_on: date
    ends_on: date
    by: str
    documents: tuple[str, ...] = ()
    amount: Money | None = None
    line: int = 0
    ended_on: date | None = None

    def in_force(self, today: date) -> bool:
        """Return whether this hold stops anything on today."""
        ended = self.ended_on is not None and self.ended_on <= today
        return self.starts_on <= today <= self.ends_on and not ended

    def is_over(self, today: date) -> bool:
        """Return whether this hold stops nothing any more, on today and later."""
        return today > self.ends_on or (self.ended_on is not None and self.ended_on <= today)

    def covers(self, document_id: str, today: date) -> bool:
        """Return whether this hold stops chasing document_id, or some of it, on today."""
        return self.in_force(today) and (not self.documents or document_id in self.documents)


@dataclass(frozen=True, slots=True)
class Promise:
    """The customer said that amount on these documents comes by pays_on (plus grace days).

    made_on is None where nobody noted it; was_open is what was open of the documents then, so that
    what was paid since is known (shared.domain.promise.still_promised). withdrawn_on is the day
    from which it counts no more. Whether it was kept is derived (shared.domain.promise) until it is
    noted for good: outcome is kept, late or broken from decided_on, else "".
    """

    promise_id: str
    documents: tuple[str, ...]
    amount: Money
    pays_on: date
    grace_days: int = 0
    made_on: date | None = None
    by: str = ""
    withdrawn_on: date | None = None
    was_open: Money | None = None
    outcome: str = ""
    decided_on: date | None = None
    version: int = 1

    @property
    def last_day(self) -> date:
        """Return the last day on which what is promised still comes in time."""
        return days_after(self.pays_on, self.grace_days)

    def in_force(self, today: date) -> bool:
        """Return whether what is promised is still waited for on today."""
        made = self.made_on is None or self.made_on <= today
        withdrawn = self.withdrawn_on is not None and self.withdrawn_on <= today
        return made and not withdrawn and today <= self.last_day


class DisputeReason(StrEnum):
    PRICE = "price"
    QUANTITY = "quantity"
    QUALITY = "quality"
    NOT_RECEIVED = "not_received"
    NOT_ORDERED = "not_ordered"
    DUPLICATE = "duplicate"
    ALREADY_PAID = "already_paid"
    OTHER = "other"


class DisputeOutcome(StrEnum):
    """How a dispute ended, as the seller sees it: lost means that the customer was right."""

    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dispute:
    """The customer contests documents: all of them, or amount of them where it is given.

    line is the 1-based line of the one document it is about, 0 for no line. text is what the
    customer said, answer what they are told at the end. While it is open, and through quiet_through
    where that is set, what is contested is not chased; it stays payable.
    """

    dispute_id: str
    documents: tuple[str, ...]
    reason: DisputeReason
    opened_on: date
    by: str
    amount: Money | None = None
    line: int = 0
    text: str = ""
    closed_on: date | None = None
    outcome: DisputeOutcome | None = None
    answer: str = ""
    quiet_through: date | None = None
    version: int = 1

    def in_force(self, today: date) -> bool:
        """Return whether what is contested is left alone on today."""
        if today < self.opened_on:
            return False
        if self.closed_on is None or today < self.closed_on:
            return True
        return self.quiet_through is not None and today <= self.quiet_through


class PlanState(StrEnum):
    """How a plan stands: it runs, a person ended it, all of it was paid, or a part was missed."""

    RUNNING = "running"
    ENDED = "ended"
    KEPT = "kept"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part of a plan: amount is to have come by due_on."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Plan:
    """An agreement to pay documents in parts, which are due one after the other.

    The documents are asked for by its parts while it is kept (shared.domain.plan), and by their
    own due dates from ended_on. The parts ascend by due date and are in one currency. consent is
    the text that the customer agreed to. grace_days are given to each part.
    """

    plan_id: str
    documents: tuple[str, ...]
    parts: tuple[PlanPart, ...]
    agreed_on: date
    by: str
    consent: str = ""
    grace_days: int = 0
    state: PlanState = PlanState.RUNNING
    ended_on: date | None = None
    version: int = 1


class HandoverTier(StrEnum):
    """Who goes on with a case that the hub stops chasing."""

    AGENCY = "agency"
    LAWYER = "lawyer"


@dataclass(frozen=True, slots=True)
class Handover:
    """The case was given to somebody else on starts_on, until it is taken back on ended_on.

    While it is in force the hub says nothing to the customer; everything stays payable. notice is
    the number of the ladder's notice that led to it, approved_by the person who decided.
    """

    handover_id: str
    tier: HandoverTier
    approved_by: str
    starts_on: date
    notice: int
    documents: tuple[str, ...] = ()
    ended_on: date | None = None
    ended_by: str = ""
    reason: str = ""
    version: int = 1

    def in_force(self, today: date) -> bool:
        """Return whether somebody else has the case on today."""
        return self.starts_on <= today and (self.ended_on is None or today < self.ended_on)
