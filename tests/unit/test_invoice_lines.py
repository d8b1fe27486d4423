"""Lines must add up to their invoice, to the cent."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.document import Document, DocumentKind, Line
from shared.domain.imports import LineGroup, LineRow
from shared.domain.invoice_lines import (
    LINES_MAX,
    SAID_LINES_MAX,
    gross_of,
    lines_of,
    pieces,
    tax_by_rate,
    taxes_of,
    too_many,
)
from shared.domain.money import Money
from tests.support.samples import eur

DAY = date(2026, 3, 1)


def group(*rows: tuple[str, str, str]) -> LineGroup:
    return LineGroup(
        2, "I-1", tuple(LineRow(2 + i, "I-1", "x", *row) for i, row in enumerate(rows))
    )


def test_net_and_tax_add_up_by_rate() -> None:
    lines, problems = lines_of(group(("2", "40.00", "19"), ("1", "10", "7")), eur(10590))
    assert problems == []
    assert [(rate, net.minor, tax.minor) for rate, net, tax in tax_by_rate(lines)] == [
        ("7", 1000, 70),
        ("19", 8000, 1520),
    ]


def test_tax_is_taken_once_per_rate_so_three_thirds_make_no_cent() -> None:
    lines, problems = lines_of(group(*[("1", "0.33", "19")] * 3), eur(118))
    assert (problems, gross_of(lines, "EUR")) == ([], eur(118))


def test_a_sum_that_is_a_cent_off_is_reported_at_the_first_line() -> None:
    lines, problems = lines_of(group(("1", "10.00", "19")), eur(1191))
    assert lines == ()
    assert [(p.line, p.code) for p in problems] == [(2, "lines_do_not_add_up")]
    assert "11.90 EUR" in problems[0].message


def test_who_rounds_a_tie_up_is_taken_at_his_word() -> None:
    """25 % of 0.10 is 0.025: with that rate every fourth sum of cents is such a tie."""
    for total in (eur(12), eur(13)):
        lines, problems = lines_of(group(("1", "0.10", "25")), total)
        assert problems == []
        invoice = Document("i", DocumentKind.INVOICE, "1", DAY, DAY, total, total)
        assert [g.tax.minor for g in taxes_of(invoice, lines)] == [total.minor - 10]
    assert lines_of(group(("1", "0.10", "25")), eur(14))[1] != []


def test_a_rebate_is_a_negative_line() -> None:
    _, problems = lines_of(group(("1", "10.00", "0"), ("-1", "2.50", "0")), eur(750))
    assert problems == []


def test_yen_have_no_decimals() -> None:
    total = Money(minor=110, currency="JPY")
    assert lines_of(group(("1", "100", "10")), total)[1] == []
    assert [p.code for p in lines_of(group(("1", "100.5", "10")), total)[1]] == ["bad_amount"]


def test_an_invoice_has_a_limit_of_lines() -> None:
    rows = [("1", "0.01", "0")] * (SAID_LINES_MAX + 1)
    assert lines_of(group(*rows[1:]), eur(SAID_LINES_MAX))[1] == []
    beyond = lines_of(group(*rows), eur(SAID_LINES_MAX + 1))[1]
    assert [p.code for p in beyond] == ["too_many_lines"]
    wide = [replace(row, description="x" * 5_000) for row in group(*rows[:201]).rows]
    assert too_many(LineGroup(2, "I-1", tuple(wide[1:]))) is None
    assert too_many(LineGroup(2, "I-1", tuple(wide))) is not None


@pytest.mark.parametrize(
    ("count", "length", "expected"),
    [
        (0, 1, [0]),
        (LINES_MAX, 1, [300]),
        (LINES_MAX + 1, 1, [300, 1]),
        (SAID_LINES_MAX, 1, [300, 300, 300, 100]),
        (100, 2_500, [100]),
        (101, 2_500, [100, 1]),
    ],
)
def test_many_lines_are_kept_in_pieces_that_each_fit(
    count: int, length: int, expected: list[int]
) -> None:
    net = eur(1)
    made = [Line(f"{n}".rjust(length), "1", net, "0", net) for n in range(count)]
    found = list(pieces(made))
    assert [len(piece) for piece in found] == expected
    assert [line for piece in found for line in piece] == made


@given(
    st.lists(
        st.tuples(
            st.integers(1, 50), st.integers(1, 10**6), st.sampled_from(["0", "7", "19", "19.0"])
        ),
        min_size=1,
        max_size=20,
    )
)
def test_the_order_of_lines_does_not_matter(rows: list[tuple[int, int, str]]) -> None:
    texts = [
        (str(quantity), f"{price // 100}.{price % 100:02}", rate) for quantity, price, rate in rows
    ]
    huge = eur(10**12)
    one, other = (lines_of(group(*t), huge)[1][0].message for t in (texts, texts[::-1]))
    assert one == other
