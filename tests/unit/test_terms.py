"""Terms: the dates and amounts that they make of an invoice, and what they refuse to be."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.document import DiscountTax
from shared.domain.money import Money
from shared.domain.terms import DAYS_MAX, Offer, Part, Terms, When, due, net
from shared.domain.terms_text import UnknownTerms, known_terms, parse_terms, terms_text
from shared.errors import InvalidInput
from tests.support.samples import eur

DAY = date(2026, 1, 31)

days = st.integers(0, 120)
on_days = st.integers(1, 31)
whens = st.one_of(
    st.builds(When, days=days),
    st.builds(When, months=st.integers(1, 12)),
    st.builds(When, days=days, end_of_month=st.just(True)),
    st.builds(When, on_day=on_days, days=days),
    st.builds(When, on_day=on_days, end_of_month=st.just(True)),
)
percents = st.sampled_from(["0.5", "2", "3", "12.25", "33.333"])


@st.composite
def all_terms(draw) -> Terms:
    """Draw terms of one to six parts, with or without a discount that they can have."""
    shares = draw(st.lists(percents, max_size=3))
    parts = [Part(when=draw(whens), percent=share) for share in shares]
    parts += [Part(when=draw(whens)) for _ in range(draw(st.integers(1, 3)))]
    terms = Terms(
        parts=tuple(parts),
        tax=draw(st.sampled_from(DiscountTax)),
        tolerance_days=draw(st.integers(0, 3)),
        tolerance_minor=draw(st.integers(0, 9)),
    )
    offer = Offer(percent=draw(percents), when=draw(whens))
    try:
        return Terms(**{**dict(terms), "offer": offer})
    except ValidationError:
        return terms


dates = st.dates(date(2024, 1, 1), date(2030, 12, 31))
currencies = st.sampled_from(["EUR", "JPY", "KWD"])
totals = st.builds(Money, minor=st.integers(1, 10**9), currency=currencies)


@pytest.mark.rule("R25")
@pytest.mark.law("15")
@given(all_terms(), dates, totals)
def test_instalments_sum_to_the_total_and_come_in_order(terms, issued_on, total):
    made = due(terms, issued_on, total)
    if made.instalments:
        assert sum(i.total.minor for i in made.instalments) == total.minor
        assert all(i.open == i.total and i.total.minor > 0 for i in made.instalments)
        assert [i.number for i in made.instalments] == [*range(1, len(made.instalments) + 1)]
        assert all(a.due_on <= b.due_on for a, b in pairwise(made.instalments))
        assert made.due_on == made.instalments[0].due_on
    assert made.due_on >= issued_on


@given(all_terms(), dates, totals)
def test_a_discount_is_above_nothing_below_all_and_ends_before_the_last_part(
    terms, issued_on, total
):
    made = due(terms, issued_on, total)
    if made.discount:
        last = made.instalments[-1].due_on if made.instalments else made.due_on
        assert issued_on <= made.discount.last_day <= last
        assert 0 < made.discount.amount.minor < total.minor


@given(all_terms())
def test_the_text_of_terms_reads_back_as_the_same_terms(terms):
    assert parse_terms(terms_text(terms)) == terms


@pytest.mark.parametrize(
    ("text", "due_on"),
    [
        ("net 30", date(2026, 3, 2)),
        ("Net 30 days", date(2026, 3, 2)),
        ("n/30", date(2026, 3, 2)),
        ("30 Tage netto", date(2026, 3, 2)),
        ("due on receipt", DAY),
        ("EOM", DAY),
        ("30 EOM", date(2026, 3, 2)),
        ("net 10 EOM", date(2026, 2, 10)),
        ("EOM + 15 days", date(2026, 2, 15)),
        ("10th of next month", date(2026, 2, 10)),
        ("10 prox", date(2026, 2, 10)),
        ("31st of next month", date(2026, 2, 28)),
        ("15th after 20 days", date(2026, 3, 15)),
        ("20th after 20 days", date(2026, 2, 20)),
        ("1 month", date(2026, 2, 28)),
        ("2 months", date(2026, 3, 31)),
    ],
)
def test_due_dates_of_the_usual_terms(text, due_on):
    assert due(parse_terms(text), DAY, eur(100)).due_on == due_on


@pytest.mark.rule("R29")
def test_monthly_instalments_keep_their_day_over_a_short_month():
    made = due(parse_terms("4 x 1 month"), DAY, eur(100_00))
    assert [i.due_on.isoformat() for i in made.instalments] == [
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_the_day_of_the_month_is_the_next_one_that_is_not_too_early():
    when = When(on_day=31, days=30)
    assert when.after(date(2026, 1, 1)) == date(2026, 1, 31)
    assert when.after(date(2026, 1, 2)) == date(2026, 2, 28)


def test_the_odd_cent_of_instalments_goes_to_the_first_part():
    made = due(parse_terms("3 x 30 days"), DAY, eur(100))
    assert [i.total.minor for i in made.instalments] == [34, 33, 33]


def test_amounts_come_first_and_the_rest_is_shared():
    made = due(parse_terms("100.00 now, 25 % in 10 days, rest in 20 days"), DAY, eur(400_00))
    assert [i.total.minor for i in made.instalments] == [100_00, 100_00, 200_00]


def test_amounts_above_the_total_are_refused():
    with pytest.raises(InvalidInput, match="more than the total"):
        due(parse_terms("100.00 now, rest in 30 days"), DAY, eur(99_99))


def test_parts_that_are_nothing_are_left_out():
    assert [i.total.minor for i in due(parse_terms("3 x 30 days"), DAY, eur(2)).instalments] == [
        1,
        1,
    ]
    assert due(parse_terms("3 x 30 days"), DAY, eur(1)).instalments == ()


def test_a_discount_ends_with_the_last_part_that_is_something():
    terms = parse_terms("12.25/20 0.5 % in 20 days, rest now")
    assert due(terms, DAY, eur(5)).discount.last_day == DAY


@pytest.mark.rule("R23")
@pytest.mark.parametrize(
    "text",
    [
        "60 % now, 50 % in 30 days",
        "100 % now, rest in 30 days",
        "60 % now",
        "100/10 net 30",
        "0/10 net 30",
        "2/40 net 30",
        "2 % by 10th of next month, net 30",
        "2/10",
        "2 % 10 days",
        "-3 days",
        "net 731",
        "61 x 10 days",
        "net 30; tax maybe",
        "45 days after delivery",
        "",
        "x" * 201,
    ],
)
def test_terms_that_cannot_be_or_that_nobody_knows_are_refused(text):
    with pytest.raises(UnknownTerms) as refused:
        parse_terms(text)
    assert refused.value.facts["field"] == "terms"
    assert known_terms(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    known_terms(text)


@given(st.integers(0, DAYS_MAX), dates)
def test_net_days_are_days(count, issued_on):
    assert due(net(count), issued_on, eur(1)).due_on == issued_on + timedelta(days=count)
    assert terms_text(net(count)) in (f"net {count}", "due on receipt")


@pytest.mark.parametrize(
    "fields",
    [
        {"days": -1},
        {"months": 1, "days": 1},
        {"months": 1, "end_of_month": True},
        {"end_of_month": True, "on_day": 3, "days": 2},
        {"on_day": 32},
    ],
)
def test_a_day_has_one_form(fields):
    with pytest.raises(ValidationError):
        When(**fields)
