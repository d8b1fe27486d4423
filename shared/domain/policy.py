"""The ladder as data: ordered stages, validated once when a policy is loaded."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.autopay_rule import AutopayRule
from shared.domain.days import days_after
from shared.domain.document import Document
from shared.domain.faults import Fault, refuse
from shared.domain.interest_rule import Charged, Claim, InterestRule
from shared.domain.ladder_faults import ladder_faults
from shared.domain.notice import Channel
from shared.domain.plan_rule import PlanRule
from shared.domain.promise_rule import PromiseRule
from shared.domain.restraint import AtMost, QuietHours
from shared.domain.stage import Anchor, Rung, Stage

_CLOSED_DAYS_MAX = 400


class Policy(BaseModel):
    """A ladder. stages ascend by position; send_on holds ISO weekdays (Monday is 1).

    closed_on are further days on which nothing goes out; holidays says that those of the customer's
    country are such days as well. at_most and quiet_hours bound how often and when messages go out.
    interest is what overdue invoices bear, None where they bear none. promises and plans bound what
    customers may be given time for. autopay lets them have what is due taken by itself, None where
    that is not offered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,30}$")]
    version: int = Field(default=1, ge=1)
    send_on: Annotated[
        tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)
    ] = (1, 2, 3, 4, 5)
    closed_on: Annotated[tuple[date, ...], Field(max_length=_CLOSED_DAYS_MAX)] = ()
    holidays: bool = False
    quiet_hours: QuietHours | None = None
    at_most: AtMost | None = None
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=40)
    interest: InterestRule | None = None
    promises: PromiseRule = PromiseRule()
    plans: PlanRule = PlanRule()
    autopay: AutopayRule | None = None

    @model_validator(mode="after")
    def _stages_make_a_ladder(self) -> Self:
        refuse(ladder_faults(dict(enumerate(self.stages))))
        return self

    @model_validator(mode="after")
    def _interest_fits_the_stages(self) -> Self:
        refuse(self._interest_faults())
        return self

    def _interest_faults(self) -> Iterator[Fault]:
        asked = any(stage.interest for stage in self.stages)
        rule = self.interest
        if asked and (rule is None or rule.charged is not Charged.BY_STAGE):
            yield (), "interest is charged by_stage where a stage says interest: true"
        if asked and rule is not None and rule.claim is Claim.THREAT:
            yield (), "interest that is only a threat is charged by no stage"
        if not asked and rule is not None and rule.charged is Charged.BY_STAGE:
            yield (), "interest is by_stage, and no stage says interest: true"

    def sends_on(self, day: date) -> bool:
        """Return whether messages go out on day, as far as this policy says."""
        return day.isoweekday() in self.send_on and day not in self.closed_on

    def closed_before(self, day: date) -> int:
        """Return on how many days in a row before day nothing goes out."""
        closed = 0
        while closed < _CLOSED_DAYS_MAX and not self.sends_on(days_after(day, -closed - 1)):
            closed += 1
        return closed

    def reached(self, document: Document, today: date) -> tuple[Rung, ...]:
        """Return the rungs that document has reached on today, the furthest first."""
        reached = (stage.rung(document, today) for stage in reversed(self.stages))
        return tuple(rung for rung in reached if rung is not None)

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
