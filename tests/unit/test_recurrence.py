"""Schedules keep their anchor day, whatever the months between."""

from datetime import date
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.recurrence import Recurrence, following, schedule
from tests.support.samples import eur

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
STEPS = st.sampled_from([1, 3, 12])


def test_the_last_of_january_comes_back_in_march() -> None:
    days = list(islice(schedule(date(2026, 1, 31), 1, 31), 4))
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_the_29th_of_february_comes_back_in_a_leap_year() -> None:
    days = list(islice(schedule(date(2024, 2, 29), 12, 29), 5))
    assert [day.day for day in days] == [29, 28, 28, 28, 29]


@given(DAYS, STEPS, st.integers(1, 24))
def test_every_scheduled_day_is_the_anchor_or_the_last_day_of_its_month(
    first: date, months: int, times: int
) -> None:
    day = first
    for n in range(times):
        assert (day.year * 12 + day.month) - (first.year * 12 + first.month) == n * months
        after = following(day, months, first.day)
        assert after > day
        last_day = (following(after.replace(day=1), 1, 1) - after.replace(day=1)).days
        assert after.day == min(first.day, last_day)
        day = after


@given(DAYS, STEPS)
def test_walking_gives_what_jumping_gives(first: date, months: int) -> None:
    walked = list(islice(schedule(first, months, first.day), 13))[-1]
    assert walked == following(first, months * 12, first.day)


def test_nothing_is_due_after_the_end_or_while_paused() -> None:
    def at(**changes: object) -> Recurrence:
        values = {"every_months": 1, "anchor_day": 31, "next_on": date(2026, 2, 28),
                  "terms": "net 14"}  # fmt: skip
        return Recurrence("r", "c", "Rent", eur(100), **(values | changes))

    today = date(2026, 2, 28)
    assert at().due(today)
    assert not at(next_on=date(2026, 3, 1)).due(today)
    assert not at(active=False).due(today)
    assert at(ends_on=today).due(today)
    assert not at(ends_on=date(2026, 2, 27)).due(today)
