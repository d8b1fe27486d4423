"""The ladder as data: ordered stages, validated once when a policy is loaded."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.account import Channel, Document
from shared.domain.fee import AmountText, CurrencyCode, Fee
from shared.domain.interest_rule import Charged, Claim, InterestRule
from shared.domain.messages import STAGE_TEMPLATES
from shared.domain.money import exponent
from shared.domain.plan_rule import PlanRule
from shared.domain.promise_rule import PromiseRule

ISSUE_OFFSET_DAYS_MAX = 5
"""Stages after the issue date are found by the new invoice's ticket, read this long."""
_BEFORE_ANY_DUE_STAGE = -100_000


class Anchor(StrEnum):
    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"


class Repeat(BaseModel):
    """A stage is said again every_days after it was reached, times more, while nothing is paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    every_days: int = Field(ge=1, le=365)
    times: int = Field(ge=1, le=50)


class Stage(BaseModel):
    """One rung: when it is reached, how the customer hears of it, what it costs.

    offset_days counts from the anchor; negative is before it. minimum_open is the least chaseable
    total, by currency, that this stage bothers anybody for (decimal text). template names the words
    of an email; the other channels are tasks for a person and have none. fee is charged once per
    invoice; interest says that the policy's interest is charged as this stage speaks. repeat says
    it again, as long as the next stage is not reached. approval says that a named person agrees
    before anything is charged or sent; a hand-over always waits for that. statement says that the
    statement of account goes with an email.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    anchor: Anchor = Anchor.DUE_DATE
    offset_days: int = Field(ge=-365, le=1000)
    channel: Channel
    template: str = ""
    fee: Fee | None = None
    interest: bool = False
    statement: bool = False
    approval: bool = False
    minimum_open: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    repeat: Repeat | None = None

    @model_validator(mode="after")
    def _issue_stages_come_soon(self) -> Self:
        if self.anchor is Anchor.ISSUE_DATE and not 0 <= self.offset_days <= ISSUE_OFFSET_DAYS_MAX:
            raise ValueError(f"offset_days after issue_date is 0 to {ISSUE_OFFSET_DAYS_MAX}")
        return self

    @model_validator(mode="after")
    def _mails_have_words(self) -> Self:
        if self.channel is Channel.EMAIL and self.template not in STAGE_TEMPLATES:
            raise ValueError(f"template of an email is one of {', '.join(STAGE_TEMPLATES)}")
        if self.channel is not Channel.EMAIL and self.template:
            raise ValueError("template is for email only")
        return self

    @model_validator(mode="after")
    def _minimum_is_money(self) -> Self:
        for currency in self.minimum_open:
            exponent(currency)
        return self

    @model_validator(mode="after")
    def _repeats_are_words_only(self) -> Self:
        if self.repeat is None:
            return self
        if self.anchor is Anchor.ISSUE_DATE:
            raise ValueError("repeat is for stages that count from the due date")
        if self.fee is not None:
            raise ValueError("repeat has no fee: it is charged once, so give it a stage of its own")
        if self.channel is Channel.HANDOVER:
            raise ValueError("repeat is not for handover: there a person decides")
        return self

    @property
    def charges(self) -> bool:
        """Return whether this stage charges anything before it speaks."""
        return self.fee is not None or self.interest

    @property
    def position(self) -> int:
        """Return this stage's place on the ladder; stages with a lower or equal one are done.

        It comes from the anchor and offset, not from the list, so that an edited policy never
        repeats what was said already.
        """
        base = _BEFORE_ANY_DUE_STAGE if self.anchor is Anchor.ISSUE_DATE else 0
        return base + self.offset_days

    @property
    def offsets(self) -> tuple[int, ...]:
        """Return the days after the anchor on which this stage is reached and reached again."""
        if self.repeat is None:
            return (self.offset_days,)
        every = self.repeat.every_days
        return tuple(self.offset_days + n * every for n in range(self.repeat.times + 1))

    def reached_on(self, document: Document) -> date:
        """Return the first date on which document has reached this stage."""
        start = document.issued_on if self.anchor is Anchor.ISSUE_DATE else document.due_on
        return start + timedelta(days=self.offset_days)

    def rung(self, document: Document, today: date) -> "Rung | None":
        """Return how far on this stage document is on today, None where it has not reached it."""
        start = document.issued_on if self.anchor is Anchor.ISSUE_DATE else document.due_on
        days = (today - start).days - self.offset_days
        if days < 0:
            return None
        again = 0
        if self.repeat is not None:
            again = min(days // self.repeat.every_days, self.repeat.times) * self.repeat.every_days
        return Rung(self, self.position + again)


@dataclass(frozen=True, slots=True)
class Rung:
    """A stage as a document has reached it: its position grows with each time it is said again."""

    stage: Stage
    position: int


class Policy(BaseModel):
    """A ladder. stages ascend by position; send_on holds ISO weekdays (Monday is 1).

    closed_on are further days on which nothing goes out, such as the holidays of the customers.
    interest is what overdue invoices bear, None where they bear none. promises and plans bound what
    customers may be given time for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,30}$")]
    version: int = Field(default=1, ge=1)
    send_on: tuple[Annotated[int, Field(ge=1, le=7)], ...] = (1, 2, 3, 4, 5)
    closed_on: Annotated[tuple[date, ...], Field(max_length=400)] = ()
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=40)
    interest: InterestRule | None = None
    promises: PromiseRule = PromiseRule()
    plans: PlanRule = PlanRule()

    @model_validator(mode="after")
    def _stages_ascend_and_have_own_names(self) -> Self:
        positions = [stage.position for stage in self.stages]
        if positions != sorted(set(positions)):
            raise ValueError("stages must ascend: issue_date stages first, then by offset_days")
        ids = [stage.id for stage in self.stages]
        if len(set(ids)) != len(ids):
            raise ValueError("two stages have the same id")
        if not self.send_on:
            raise ValueError("send_on must name at least one weekday")
        return self

    @model_validator(mode="after")
    def _stages_end_before_the_next(self) -> Self:
        for stage, after in pairwise(self.stages):
            if stage.channel is Channel.HANDOVER:
                raise ValueError("stages end with handover: from there a person decides")
            if stage.anchor is after.anchor and stage.offsets[-1] >= after.offset_days:
                raise ValueError(f"stages overlap: {stage.id} still repeats at {after.id}")
        return self

    @model_validator(mode="after")
    def _interest_has_its_time(self) -> Self:
        asked = any(stage.interest for stage in self.stages)
        rule = self.interest
        if asked and (rule is None or rule.charged is not Charged.BY_STAGE):
            raise ValueError("interest is charged by_stage where a stage says interest: true")
        if asked and rule is not None and rule.claim is Claim.THREAT:
            raise ValueError("interest that is only a threat is charged by no stage")
        if not asked and rule is not None and rule.charged is Charged.BY_STAGE:
            raise ValueError("interest is by_stage, and no stage says interest: true")
        return self

    def sends_on(self, day: date) -> bool:
        """Return whether messages go out on day."""
        return day.isoweekday() in self.send_on and day not in self.closed_on

    def furthest_reached(self, document: Document, today: date) -> Rung | None:
        """Return the furthest rung that document has reached on today, or None."""
        reached = (stage.rung(document, today) for stage in reversed(self.stages))
        return next((rung for rung in reached if rung is not None), None)

    def reached_by_part(self, part: Document, today: date) -> Rung | None:
        """Return the rung that a part of an instalment plan has reached on today, or None.

        It climbs the stages up to its due date only: after its days of grace the plan is over, and
        the documents are back on their own rungs. A ladder without such stages lends its first mail
        that charges nothing, said on the due date.
        """
        by_due = [stage for stage in self.stages if stage.anchor is Anchor.DUE_DATE]
        early = [stage for stage in by_due if stage.offset_days <= 0]
        rungs = (stage.rung(part, min(today, part.due_on)) for stage in reversed(early))
        if early or today < part.due_on:
            return next((rung for rung in rungs if rung is not None), None)
        mails = (s for s in by_due if s.channel is Channel.EMAIL and not s.charges)
        return next((Rung(stage, stage.position) for stage in mails), None)

    def stage(self, stage_id: str) -> Stage | None:
        """Return the stage of that id, or None."""
        return next((stage for stage in self.stages if stage.id == stage_id), None)
