"""What keeps messages from being a nuisance: how many in how many days, and at which hours."""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.days import days_after

SAID_DAYS_KEPT = 90
"""A notice carries the days of earlier messages this far back, and no cap looks further."""

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class AtMost(BaseModel):
    """At most messages (mail, SMS, letter) to a customer in any per_days days that end today."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    messages: int = Field(ge=1, le=50)
    per_days: int = Field(ge=1, le=SAID_DAYS_KEPT)

    def free_on(self, said_on: Sequence[date], today: date) -> date:
        """Return the first day from today on which one message more is within the cap."""
        counted = sorted(day for day in said_on if (today - day).days < self.per_days)
        if len(counted) < self.messages:
            return today
        return days_after(counted[-self.messages], self.per_days)


class QuietHours(BaseModel):
    """From begins up to ends, in the customer's time, no mail and no SMS goes out.

    Both are 24-hour clock text, such as "20:00"; begins after ends goes over midnight.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    begins: Clock
    ends: Clock

    @model_validator(mode="after")
    def _leaves_time(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("begins and ends are the same: no time would be left to send")
        return self

    def covers(self, at: time) -> bool:
        """Return whether at is within the quiet hours."""
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        if begins < ends:
            return begins <= at < ends
        return at >= begins or at < ends

    def over_on(self, today: date, at: time) -> date:
        """Return the day on which the quiet hours end that cover at on today."""
        return today if at < time.fromisoformat(self.ends) else days_after(today, 1)
