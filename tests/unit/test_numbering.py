"""Numbers of a series: as their pattern says, and never one of another series."""

from datetime import date

import pytest

from shared.domain.numbering import check_series, counter_name, number_text, pattern_of
from shared.errors import InvalidInput

DAY = date(2026, 3, 1)


def test_a_pattern_gives_the_number_with_year_and_leading_zeros() -> None:
    assert number_text("INV-{n:6}", 12, DAY) == "INV-000012"
    assert number_text("{year}/{n:4}", 12, DAY) == "2026/0012"
    assert number_text("RE{n:1}", 1_234_567, DAY) == "RE1234567"


def test_a_series_with_a_year_begins_again_with_it() -> None:
    assert counter_name("INV", "INV-{n:6}", DAY) == "INV"
    assert counter_name("INV", "{year}/{n:4}", DAY) == "INV#2026"


def test_an_entity_has_its_own_patterns_before_the_standard_ones() -> None:
    assert pattern_of({}, "INV") == "INV-{n:6}"
    assert pattern_of({"INV": "R{n:4}"}, "INV") == "R{n:4}"
    with pytest.raises(InvalidInput):
        pattern_of({}, "EXPORT")


@pytest.mark.parametrize(
    "series",
    [
        {"inv": "A{n:6}"},
        {"A": "A"},
        {"A": "{n:6}{n:6}"},
        {"A": "{n:0}"},
        {"A": "{year}{year}{n:3}"},
        {"A": "<b>{n:3}"},
        {"A": "{month}{n:3}"},
        {"A": "INV-{n:4}"},
        {"A": "X{n:4}", "B": "X{n:6}"},
        {f"S{i}": f"S{i}-{{n:4}}" for i in range(21)},
    ],
)
def test_patterns_that_give_no_number_or_that_of_another_series_are_refused(
    series: dict[str, str],
) -> None:
    with pytest.raises(InvalidInput):
        check_series(series)


def test_good_series_pass() -> None:
    check_series({})
    check_series({"INV": "{year}-{n:5}", "CN": "G{year}-{n:5}", "EXP": "EXP/{n:4}"})
