"""One rung of the ladder: when a document reaches it, and how the customer hears of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.conditions import Conditions, Word
from shared.domain.days import days_after
from shared.domain.discount import offered
from shared.domain.document import Document
from shared.domain.faults import refuse
from shared.domain.fee import AmountText, CurrencyCode, Fee, amounts_are_money
from shared.domain.messages import STAGE_TEMPLATES
from shared.domain.notice import Channel

ISSUE_OFFSET_DAYS_MAX = 5
DISCOUNT_OFFSET_DAYS_MAX = 60


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
