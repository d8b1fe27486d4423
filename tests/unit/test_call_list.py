"""The call list: more money first, less chance later, currencies apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.call_list import CallCase, CallOutcome, call_list, chance, follow_up
from shared.domain.money import Money
from tests.support.samples import eur

LATE = st.integers(-10, 5_000)
BROKEN = st.integers(0, 9)


@given(LATE, BROKEN)
def test_a_chance_is_a_share_and_falls_with_age_and_broken_promises(days, broken):
    assert 0 < chance(days, broken) <= Fraction(9, 10)
    assert chance(days + 1, broken) <= chance(days, broken)
    assert chance(days, broken + 1) <= chance(days, broken)


def test_the_chance_halves_in_ninety_days_and_three_broken_promises_are_the_most():
    assert chance(0, 0) == Fraction(9, 10)
    assert chance(90, 0) == Fraction(9, 20)
    assert chance(180, 1) == Fraction(9, 40) * Fraction(3, 4)
    assert chance(10, 3) == chance(10, 8)


def test_what_is_expected_to_bring_most_is_called_first_within_its_currency():
    cases = [
        CallCase("small", eur(100_00), 5),
        CallCase("old", eur(300_00), 360),
        CallCase("broken", eur(100_00), 5, promises_broken=1),
        CallCase("big", eur(900_00), 40),
        CallCase("yen", Money(minor=9_999_999, currency="JPY"), 1),
    ]
    ordered = {currency: [c.customer_id for c in found] for currency, found in call_list(cases)}
    assert ordered == {"EUR": ["big", "small", "broken", "old"], "JPY": ["yen"]}
    assert call_list(reversed(cases)) == call_list(cases)


def test_every_outcome_leads_to_something():
    assert [str(follow_up(outcome)) for outcome in CallOutcome] == [
        "promise",
        "dispute",
        "call_again",
        "find_number",
        "call_again",
        "decide",
    ]
