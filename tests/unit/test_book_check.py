"""What the nightly check adds up of postings alone."""

from datetime import UTC, date, datetime

import pytest

from shared.domain.book_check import differences, posted_figures
from shared.domain.movement import Movement, MovementKind, Posting
from tests.support.samples import eur


@pytest.mark.law("2")
@pytest.mark.rule("R24")
def test_what_the_exchange_made_of_a_surplus_is_taken_off_no_document() -> None:
    """20,699 came for 19,999: the difference is the payment's, and no head keeps it."""
    came = Posting(
        "payment:p",
        date(2026, 3, 2),
        datetime(2026, 3, 2, 12, tzinfo=UTC),
        (
            Movement(MovementKind.PAYMENT, eur(20_699), source_id="p"),
            Movement(MovementKind.ALLOCATION, eur(-19_999), "a", source_id="p"),
            Movement(MovementKind.FX_DIFFERENCE, eur(-700), source_id="p"),
        ),
    )
    posted = posted_figures([came])
    stored = {
        figure: minor for figure, minor in posted.items() if minor and figure.kind != "adjusted"
    }
    assert differences(stored, posted) == ()
