"""When a stage speaks at all: conditions on the customer and on what is late. Pure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.fee import AmountText, CurrencyCode, amounts_are_money
from shared.domain.money import Money, parse_money

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,30}$")]


@dataclass(frozen=True, slots=True)
class Standing:
    """What conditions are asked of: one customer, and what is late of it at one stage.

    late is what is chaseable in one currency of all items that have reached the stage, said or not;
    days_late is that of the item in question. days_since_message is None where none went out, or
    long ago: there is nothing to wait for then.
    """

    segment: str
    risk: str
    late: Money
    days_late: int
    broken_promises: int
    days_since_message: int | None


class Conditions(BaseModel):
    """All that are stated must hold, else the stage is passed over as if it were not there.

    segments and risks name those that the stage is for. amount_over is by currency: more than this
    is late of the customer; a currency that is not named never passes it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    segments: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    risks: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    amount_over: dict[CurrencyCode, AmountText] = Field(default_factory=dict)
    days_late_at_least: Annotated[int, Field(ge=1, le=2000)] | None = None
    broken_promises_at_least: Annotated[int, Field(ge=1, le=100)] | None = None
    days_since_message_at_least: Annotated[int, Field(ge=1, le=90)] | None = None

    @model_validator(mode="after")
    def _amounts_fit_their_currency(self) -> Self:
        amounts_are_money(self, "amount_over")
        return self

    @cached_property
    def stated(self) -> int:
        """Return how many conditions there are."""
        return sum(bool(getattr(self, name)) for name in type(self).model_fields)

    def unmet(self, standing: Standing) -> str:
        """Return which condition does not hold, in words; "" where all hold."""
        if self.segments and standing.segment not in self.segments:
            return f"it is for segment {_either(self.segments)}"
        if self.risks and standing.risk not in self.risks:
            return f"it is for risk {_either(self.risks)}"
        if self.amount_over:
            least = self.amount_over.get(standing.late.currency)
            if least is None:
                return f"it names no amount in {standing.late.currency}"
            if standing.late <= parse_money(least, standing.late.currency):
                return f"it takes more than {least} {standing.late.currency} that is late"
        if self.days_late_at_least is not None and standing.days_late < self.days_late_at_least:
            return f"it takes {self.days_late_at_least} days past the due date"
        promises = self.broken_promises_at_least
        if promises is not None and standing.broken_promises < promises:
            return f"it takes {promises} broken promises"
        wait, since = self.days_since_message_at_least, standing.days_since_message
        if wait is not None and since is not None and since < wait:
            return f"it takes {wait} days since the last message"
        return ""


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(words)
