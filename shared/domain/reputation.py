"""When sending pauses by itself: too many mails came back, or were called spam. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

WINDOW_DAYS = 7
SENT_MIN = 50
BOUNCES_MIN = 5
COMPLAINTS_MIN = 2
_BOUNCES_PER_10_000 = 400
_COMPLAINTS_PER_10_000 = 8
"""The mail service looks at a sender from 5 % bounces and 0.1 % complaints: this is before that."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The mails of a window of days: how many went out, came back for good, were called spam."""

    sent: int = 0
    bounced: int = 0
    complained: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.sent + other.sent,
            self.bounced + other.bounced,
            self.complained + other.complained,
        )


def first_day(today: date) -> date:
    """Return the first day of the window that ends with today."""
    return today - timedelta(days=WINDOW_DAYS - 1)


def pause_reason(tally: Tally) -> str:
    """Return why sending should pause, as a stable code: bounces, complaints, or "" for no reason.

    A few mails say nothing: below SENT_MIN mails, and below BOUNCES_MIN or COMPLAINTS_MIN of
    them, nothing pauses.
    """
    if tally.sent < SENT_MIN:
        return ""
    if tally.bounced >= BOUNCES_MIN and _per_10_000(tally.bounced, tally) >= _BOUNCES_PER_10_000:
        return "bounces"
    many = tally.complained >= COMPLAINTS_MIN
    if many and _per_10_000(tally.complained, tally) >= _COMPLAINTS_PER_10_000:
        return "complaints"
    return ""


def percent(count: int, tally: Tally) -> str:
    """Return count as per cent of the mails that went out, with two digits; "0" for none sent."""
    return f"{count * 100 / tally.sent:.2f}" if tally.sent else "0"


def _per_10_000(count: int, tally: Tally) -> float:
    return count * 10_000 / tally.sent
