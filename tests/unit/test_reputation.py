"""When mails pause: the limits, and the few mails that say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.reputation import SENT_MIN, Tally, pause_reason, percent

COUNT = st.integers(0, 100_000)


@pytest.mark.parametrize(
    ("tally", "reason"),
    [
        (Tally(250, 10, 0), "bounces"),
        (Tally(251, 10, 0), ""),
        (Tally(2_500, 0, 2), "complaints"),
        (Tally(2_501, 0, 2), ""),
        (Tally(49, 49, 49), ""),
        (Tally(50, 4, 1), ""),
        (Tally(50, 5, 0), "bounces"),
        (Tally(50, 0, 2), "complaints"),
        (Tally(), ""),
    ],
)
def test_mails_pause_at_four_per_cent_back_or_eight_hundredths_spam(tally, reason):
    assert pause_reason(tally) == reason


@given(COUNT, COUNT, COUNT)
def test_what_went_back_is_exactly_the_limit_or_more(sent, bounced, complained):
    reason = pause_reason(Tally(sent, bounced, complained))
    if reason:
        assert sent >= SENT_MIN
        assert bounced * 100 >= 4 * sent or complained * 10_000 >= 8 * sent


def test_figures_are_told_with_two_digits():
    assert (percent(1, Tally(sent=3)), percent(1, Tally())) == ("33.33", "0")
