"""The ladder as data: ordered stages, validated once when a policy is loaded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.autopay_rule import AutopayRule
from shared.domain.conditions import Conditions, Word
from shared.domain.days import days_after
from shared.domain.discount import offered
from shared.domain.document import Document
from shared.domain.faults import Fault, refuse
from shared.domain.fee import AmountText, CurrencyCode, Fee, amounts_are_money
from shared.domain.interest_rule import Charged, Claim, InterestRule
from shared.domain.messages import STAGE_TEMPLATES
from shared.domain.notice import Channel
from shared.domain.plan_rule import PlanRule
from shared.domain.promise_rule import PromiseRule
from shared.domain.restraint import AtMost, QuietHours

ISSUE_OFFSET_DAYS_MAX = 5
DISCOUNT_OFFSET_DAYS_MAX = 60
_CONDITIONS_OF_A_HANDOVER = 2
_CLOSED_DAYS_MAX = 400


class Anchor(StrEnum):
    """What a stage's days count from. discount_end is the last day of a discount still offered."""

    ISSUE_DATE = "issue_date"
    DISCOUNT_END = "discount_end"
    DUE_DATE = "due_date"


_BASE = {Anchor.ISSUE_DATE: -100_000, Anchor.DISCOUNT_END: -50_000, Anchor.DUE_DATE: 0}


class Tone(StrEnum):
    """How a message speaks; the words are those of the texts."""

    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"


class Repeat(BaseModel):
    """A stage is said again every_days after it was reached, times more, while nothing is paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    every_days: int = Field(ge=1, le=365)
    times: int = Field(ge=1, le=50)


class Stage(BaseModel):
    """One rung: when it is reached, how the customer hears of it, what it costs.

    offset_days counts from the anchor; negative is before it. minimum_open is the least chaseable
    total, by currency, that this stage bothers anybody for (decimal text): of what it would ask for
    now. when says for whom it is at all; where that does not hold, the stage is passed over.
    template names the words of an email; the other channels have none. to and cc name roles of the
    customer's contacts; without to it goes to the customer's own address. tone is how it closes
    where something is late, None as its template does. fee is charged once per invoice; interest
    says that the policy's interest is charged as this stage speaks. repeat says it again, as long
    as the next stage is not reached. approval says that a named person agrees before anything is
    charged or sent; a hand-over always waits for that. statement says that the statement of account
    goes with an email.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    anchor: Anchor = Anchor.DUE_DATE
    offset_days: int = Field(ge=-365, le=1000)
    channel: Channel
    template: str = ""
    tone: Tone | None = None
    to: Annotated[tuple[Word, ...], Field(max_length=10)] = ()
    cc: Annotated[tuple[Word, ...], Field(max_length=10)] = ()
    when: Conditions = Conditions()
    fee: Fee | None = None
    interest: bool = False
    statement: bool = False
    approval: bool = False
    minimum_open: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    repeat: Repeat | None = None

    @property
    def words(self) -> str:
        """Return the stage's name as people say it, such as final notice."""
        return self.id.replace("_", " ")

    @model_validator(mode="after")
    def _minimum_is_money(self) -> Self:
        amounts_are_money(self, "minimum_open")
        return self

    @model_validator(mode="after")
    def _days_fit_the_anchor(self) -> Self:
        late = self.offset_days > 0 or self.offset_days < -DISCOUNT_OFFSET_DAYS_MAX
        if self.anchor is Anchor.ISSUE_DATE and not 0 <= self.offset_days <= ISSUE_OFFSET_DAYS_MAX:
            raise ValueError(f"offset_days after issue_date is 0 to {ISSUE_OFFSET_DAYS_MAX}")
        if self.anchor is Anchor.DISCOUNT_END and late:
            raise ValueError(f"offset_days before discount_end is -{DISCOUNT_OFFSET_DAYS_MAX} to 0")
        return self

    @model_validator(mode="after")
    def _emails_have_a_template(self) -> Self:
        if self.channel is Channel.EMAIL and self.template not in STAGE_TEMPLATES:
            raise ValueError(f"template of an email is one of {', '.join(STAGE_TEMPLATES)}")
        if self.channel is not Channel.EMAIL and self.template:
            raise ValueError("template is for email only")
        return self

    @model_validator(mode="after")
    def _what_only_emails_have(self) -> Self:
        if self.channel is not Channel.EMAIL:
            unfit = [name for name in ("to", "cc", "statement") if getattr(self, name)]
            refuse(((), f"{name} is for email only") for name in unfit)
        return self

    @model_validator(mode="after")
    def _tone_is_of_late_emails(self) -> Self:
        if self.tone is None:
            return self
        is_late = self.anchor is Anchor.DUE_DATE and self.offset_days > 0
        if not is_late or self.channel is not Channel.EMAIL:
            raise ValueError("tone is for emails after the due date")
        return self

    @model_validator(mode="after")
    def _repeats_count_from_the_due_date(self) -> Self:
        if self.repeat is not None and self.anchor is not Anchor.DUE_DATE:
            raise ValueError("repeat is for stages that count from the due date")
        return self

    @model_validator(mode="after")
    def _repeats_have_no_fee(self) -> Self:
        if self.repeat is not None and self.fee is not None:
            raise ValueError("repeat has no fee: it is charged once, so give it a stage of its own")
        return self

    @model_validator(mode="after")
    def _handovers_are_not_repeated(self) -> Self:
        if self.repeat is not None and self.channel is Channel.HANDOVER:
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
        return _BASE[self.anchor] + self.offset_days

    @property
    def offsets(self) -> tuple[int, ...]:
        """Return the days after the anchor on which this stage is reached and reached again."""
        if self.repeat is None:
            return (self.offset_days,)
        every = self.repeat.every_days
        return tuple(self.offset_days + n * every for n in range(self.repeat.times + 1))

    @property
    def repeats(self) -> int:
        """Return how often this stage is said again."""
        return self.repeat.times if self.repeat else 0

    def position_after(self, again: int) -> int:
        """Return the ladder position once this stage was sent and repeated so many times."""
        every = self.repeat.every_days if self.repeat else 0
        return self.position + min(again, self.repeats) * every

    def times_said(self, position: int) -> int:
        """Return how often this stage was said again by the time position was reached."""
        return (position - self.position) // self.repeat.every_days if self.repeat else 0

    def reached_on(self, document: Document) -> date:
        """Return the first date on which document has reached this stage.

        One that has no discount never reaches a stage before the discount's end: date.max.
        """
        start = self._start(document)
        return date.max if start is None else days_after(start, self.offset_days)

    def _start(self, document: Document) -> date | None:
        if self.anchor is Anchor.DISCOUNT_END:
            return document.discount.last_day if document.discount else None
        return document.issued_on if self.anchor is Anchor.ISSUE_DATE else document.due_on

    def rung(self, document: Document, today: date) -> "Rung | None":
        """Return how far on this stage document is on today, None where it has not reached it.

        A stage before a discount's end is over once the discount is no longer to be had.
        """
        start = self._start(document)
        days = -1 if start is None else (today - start).days - self.offset_days
        if days < 0 or (self.anchor is Anchor.DISCOUNT_END and not offered(document, today)):
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

    def reached_on(self, document: Document) -> date:
        """Return the day on which document came to this rung."""
        again = self.position - self.stage.position
        return days_after(self.stage.reached_on(document), again)


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


def ladder_faults(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    """Yield what is wrong with stages beside each other; they are by their place in the policy.

    A stage may lack fields, since a file can be wrong elsewhere too: each rule is asked of those
    that have what it reads.
    """
    yield from _shared_ids(_having(stages, "id"))
    yield from _descents(_having(stages, "anchor", "offset_days"))
    yield from _overlaps(_having(stages, "id", "anchor", "offset_days", "repeat"))
    yield from _rungs_after_a_handover(_having(stages, "channel"))


def handover_faults(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    """Yield which of stages hand a customer over too easily; a stage may lack fields."""
    handovers = {
        place: stage
        for place, stage in _having(stages, "channel").items()
        if stage.channel is Channel.HANDOVER
    }
    for place, stage in _having(handovers, "when").items():
        is_read = _has(stage.when, *Conditions.model_fields)
        if is_read and stage.when.stated < _CONDITIONS_OF_A_HANDOVER:
            yield (
                ("stages", place),
                f"when of a handover states at least {_CONDITIONS_OF_A_HANDOVER} conditions",
            )
    for place, stage in _having(handovers, "approval").items():
        if not stage.approval:
            yield ("stages", place), "approval is needed for a handover: say approval: true"


def _having(stages: Mapping[int, Stage], *fields: str) -> dict[int, Stage]:
    return {place: stage for place, stage in stages.items() if _has(stage, *fields)}


def _has(model: BaseModel, *fields: str) -> bool:
    return all(hasattr(model, field) for field in fields)


def _shared_ids(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, stage in stages.items():
        if stage.id in seen:
            yield ("stages", place), f"id {stage.id} is that of an earlier stage: give it its own"
        seen.add(stage.id)


def _descents(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    for (_, stage), (place, after) in pairwise(stages.items()):
        if after.position <= stage.position:
            yield (
                ("stages", place),
                "offset_days must ascend: issue_date first, then discount_end, then due_date",
            )


def _overlaps(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    for (_, stage), (place, after) in pairwise(stages.items()):
        reaches = stage.anchor is after.anchor and stage.offsets[-1] >= after.offset_days
        if reaches and after.position > stage.position:
            yield ("stages", place), f"offset_days: stages overlap, {stage.id} still repeats then"


def _rungs_after_a_handover(stages: Mapping[int, Stage]) -> Iterator[Fault]:
    for (_, stage), (place, _) in pairwise(stages.items()):
        if stage.channel is Channel.HANDOVER:
            yield (
                ("stages", place),
                "id: nothing comes after a handover, since from there a person decides",
            )
