"""The call list: whom to call first, and what came of a call.

What a call is expected to bring is what can be chased, times the chance that it still comes. The
chance starts at nine in ten, halves with every ninety days of lateness, and is taken down by a
quarter for each promise that was broken (at most three count). It is a rank, not a forecast.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from shared.domain.money import Money

_START = Fraction(9, 10)
_HALVES_IN_DAYS = 90
_BROKEN_KEEPS = Fraction(3, 4)
_BROKEN_MAX = 3
_HALVINGS_MAX = 40


class CallOutcome(StrEnum):
    """What came of a call: it says what has to follow."""

    REACHED_PROMISE = "reached_promise"
    REACHED_DISPUTE = "reached_dispute"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CALLBACK = "callback"
    REFUSED = "refused"


class CallFollowUp(StrEnum):
    """What an outcome leads to: a promise or dispute is noted, or a task is left."""

    PROMISE = "promise"
    DISPUTE = "dispute"
    CALL_AGAIN = "call_again"
    FIND_NUMBER = "find_number"
    DECIDE = "decide"


_FOLLOWS = {
    CallOutcome.REACHED_PROMISE: CallFollowUp.PROMISE,
    CallOutcome.REACHED_DISPUTE: CallFollowUp.DISPUTE,
    CallOutcome.NO_ANSWER: CallFollowUp.CALL_AGAIN,
    CallOutcome.CALLBACK: CallFollowUp.CALL_AGAIN,
    CallOutcome.WRONG_NUMBER: CallFollowUp.FIND_NUMBER,
    CallOutcome.REFUSED: CallFollowUp.DECIDE,
}


@dataclass(frozen=True, slots=True)
class CallCase:
    """What a call to a customer can chase in one currency, and how late the oldest of it is."""

    customer_id: str
    chaseable: Money
    days_late: int
    promises_broken: int = 0

    @property
    def expected_minor(self) -> Fraction:
        """Return what the call is expected to bring, in minor units."""
        return self.chaseable.minor * chance(self.days_late, self.promises_broken)


def chance(days_late: int, promises_broken: int) -> Fraction:
    """Return the chance, 0 to 1, that what is so late still comes.

    Between two halvings it falls in a straight line, so that it is an exact fraction.
    """
    counted = min(max(days_late, 0), _HALVINGS_MAX * _HALVES_IN_DAYS)
    halvings, rest = divmod(counted, _HALVES_IN_DAYS)
    aged = Fraction(1, 2**halvings) * (1 - Fraction(rest, 2 * _HALVES_IN_DAYS))
    return _START * aged * _BROKEN_KEEPS ** min(promises_broken, _BROKEN_MAX)


def call_list(cases: Iterable[CallCase]) -> tuple[tuple[str, tuple[CallCase, ...]], ...]:
    """Return the cases by currency, in each the one first that is expected to bring most.

    Amounts of two currencies are never compared. Of equals the later comes first, then by id.
    """
    by_currency: dict[str, list[CallCase]] = {}
    for case in cases:
        by_currency.setdefault(case.chaseable.currency, []).append(case)
    return tuple(
        (currency, tuple(sorted(found, key=_rank)))
        for currency, found in sorted(by_currency.items())
    )


def follow_up(outcome: CallOutcome) -> CallFollowUp:
    """Return what outcome leads to."""
    return _FOLLOWS[outcome]


def _rank(case: CallCase) -> tuple[Fraction, int, str]:
    return -case.expected_minor, -case.days_late, case.customer_id
