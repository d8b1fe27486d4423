"""Interest by day: published figures, and laws that hold for any history."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.interest import Debt, interest, percent_text, rounded, sheet
from shared.domain.laws.contract import Contract
from shared.domain.laws.law import RateNotKnown
from shared.domain.laws.packs import LAWS
from shared.domain.money import Money
from tests.support.samples import eur

UK, DE, IE, BE = LAWS["uk"], LAWS["de"], LAWS["ie"], LAWS["be"]
DAY = timedelta(days=1)


def debt(minor: int, due_on: date, *paid: tuple[date, int]) -> Debt:
    return Debt(due_on, ((due_on - 30 * DAY, minor), *((on, -part) for on, part in paid)))


def days_late(law, minor: int, due_on: date, days: int) -> int:
    return rounded(interest([debt(minor, due_on)], law, None, due_on + days * DAY))


# --- published figures ---


@pytest.mark.rule("R32")
def test_the_government_s_example_of_a_thousand_pounds_at_8_5_percent():
    """GOV.UK, "Late commercial payments": 1,000 at 8 % + 0.5 % is 85 a year, 23p a day.

    Its 50 days for 11.50 are 50 times the rounded 23p; by the day, rounded once, it is 11.64.
    """
    due_on = date(2015, 1, 31)
    assert days_late(UK, 1_000_00, due_on, 365) == 85_00
    assert days_late(UK, 1_000_00, due_on, 1) == 23
    assert days_late(UK, 1_000_00, due_on, 50) == 11_64


def test_the_example_of_5000_pounds_for_101_days_at_12_25_percent():
    """support.paidnice.com, May 2025: 1.68 a day; their 169.68 is 101 times the rounded day."""
    due_on = date(2025, 7, 31)
    assert UK.percent(due_on, due_on) == Fraction("12.25")
    assert days_late(UK, 5_000_00, due_on, 1) == 1_68
    assert days_late(UK, 5_000_00, due_on, 101) == 169_49


def test_the_example_of_10000_pounds_at_11_75_percent():
    """usewolfx.com, June 2026: about 3.22 a day."""
    assert days_late(UK, 10_000_00, date(2026, 2, 28), 1) == 3_22


@pytest.mark.rule("R21")
def test_days_are_counted_as_the_revenue_counts_them():
    """HMRC CH141140: due 31 January, paid 5 March 2023 is 33 days, the day of payment included.

    In parts: 2,000 paid on 1 May bore 90 days, 3,000 paid on 24 May bore 113.
    """
    due_on = date(2023, 1, 31)
    (whole,) = interest(
        [debt(10_000_00, due_on, (date(2023, 3, 5), 10_000_00))], UK, None, due_on + 365 * DAY
    )
    assert whole.days == 33
    paid = ((due_on, 5_000_00), (date(2023, 5, 1), 2_000_00), (date(2023, 5, 24), 3_000_00))
    spans = interest([debt(10_000_00, due_on, *paid)], UK, None, due_on + 365 * DAY)
    assert [(s.days, s.balance_minor) for s in spans] == [(90, 5_000_00), (23, 3_000_00)]
    assert sum(s.days * s.balance_minor for s in spans) == 90 * 2_000_00 + 113 * 3_000_00


def test_a_german_example_at_5_12_percent():
    """anleiter.de: 1,000 at 5.12 % for 25 days of 365 is 3.51."""
    rate = Contract(Fraction("5.12"))
    assert (
        rounded(interest([debt(1_000_00, date(2013, 3, 1))], rate, None, date(2013, 3, 26))) == 3_51
    )


def test_one_and_a_half_percent_a_month_is_18_a_year():
    rate = Contract(Fraction("1.5") * 12)
    due_on = date(2025, 1, 31)
    assert rounded(interest([debt(1_000_00, due_on)], rate, None, due_on + 365 * DAY)) == 180_00
    assert rounded(interest([debt(1_000_00, due_on)], rate, None, due_on + 30 * DAY)) == 14_79


@pytest.mark.rule("R32")
@pytest.mark.parametrize(
    ("law", "day", "percent"),
    [
        ("uk", date(2020, 3, 1), "8.75"),  # payontime.co.uk, reference rates
        ("uk", date(2020, 9, 1), "8.1"),
        ("uk", date(2022, 9, 1), "9.25"),
        ("uk", date(2023, 9, 1), "13"),
        ("uk", date(2024, 3, 1), "13.25"),
        ("ie", date(2014, 8, 1), "8.15"),  # enterprise.gov.ie
        ("ie", date(2024, 8, 1), "12.25"),
        ("nl", date(2024, 8, 1), "12.25"),  # metaalunie.nl
        ("be", date(2024, 3, 1), "12.5"),  # Moniteur belge: rounded up to the half point
        ("be", date(2024, 8, 1), "12.5"),
        ("be", date(2026, 3, 1), "10.5"),
        ("de", date(2009, 3, 1), "9.62"),  # Bundesbank: 1.62 on 1 January 2009
        ("de", date(2017, 3, 1), "8.12"),  # -0.88 on 1 January 2017
        ("at", date(2013, 4, 1), "9.58"),
        ("at", date(2024, 3, 1), "13.08"),  # oenb.at: 3.88 on 1 January 2024
        ("fr", date(2025, 3, 1), "13.15"),
    ],
)
def test_rates_are_those_that_were_published(law, day, percent):
    assert LAWS[law].percent(day - DAY, day) == Fraction(percent)


@pytest.mark.rule("R32")
def test_the_uk_keeps_the_rate_of_the_half_year_of_default_and_germany_follows_each_half_year():
    due_on = date(2024, 11, 30)
    uk, de = (interest([debt(1_000_00, due_on)], law, None, date(2025, 3, 31)) for law in (UK, DE))
    assert [(percent_text(s.percent), s.days) for s in uk] == [("13.25", 121)]
    assert [(percent_text(s.percent), s.first) for s in de] == [
        ("12.37", date(2024, 12, 1)),
        ("11.27", date(2025, 1, 1)),
    ]


@pytest.mark.rule("R32")
def test_a_debt_due_on_the_last_day_of_a_half_year_is_late_in_the_next():
    assert UK.percent(date(2023, 12, 31), date(2024, 1, 1)) == Fraction("13.25")
    assert UK.percent(date(2023, 12, 30), date(2024, 1, 1)) == Fraction("13")


@pytest.mark.rule("R32")
def test_a_day_after_the_table_is_an_error_and_never_a_guess():
    with pytest.raises(RateNotKnown) as caught:
        days_late(UK, 1_000_00, date(2026, 6, 30), 1)
    assert caught.value.facts["known_through"] == "2026-06-30"
    assert days_late(UK, 1_000_00, date(2026, 6, 29), 400) > 0
    with pytest.raises(RateNotKnown):
        days_late(DE, 1_000_00, date(2026, 6, 29), 2)
    later = UK.with_rates({date(2026, 7, 1): "3.75"})
    assert days_late(later, 10_000_00, date(2026, 6, 30), 1) == 3_22
    with pytest.raises(ValueError, match="2026-07-01"):
        UK.with_rates({date(2027, 1, 1): "3.75"})


def test_every_law_names_its_sources_and_its_table_has_no_gap():
    for law in LAWS.values():
        assert law.sources
        starts = [start for start, _ in law.reference]
        assert all(start.day == 1 and start.month in (1, 7) for start in starts)
        assert len(starts) == len(set(starts)) == (starts[-1].year - starts[0].year) * 2 + 1
        assert law.known_through == date(2026, 6, 30)


@pytest.mark.rule("R32")
def test_the_base_rates_of_germany_and_austria_follow_the_european_one_as_their_laws_say():
    """BGB section 247: by each change of the ECB's rate; Austria: by changes of 0.5 and more."""
    german, austrian = dict(DE.reference), dict(LAWS["at"].reference)
    for start, ecb in LAWS["eu"].reference:
        assert Fraction(german[start]) == Fraction(ecb) - Fraction("0.88")
        assert abs(Fraction(austrian[start]) - Fraction(ecb) + Fraction("0.62")) < Fraction("0.5")


@pytest.mark.parametrize(
    ("law", "principal", "expected"),
    [
        ("uk", Money(minor=999_99, currency="GBP"), 40_00),
        ("uk", Money(minor=1_000_00, currency="GBP"), 70_00),
        ("uk", Money(minor=9_999_99, currency="GBP"), 70_00),
        ("uk", Money(minor=10_000_00, currency="GBP"), 100_00),
        ("ie", eur(1_000_00), 40_00),
        ("ie", eur(1_000_01), 70_00),
        ("de", eur(9), 40_00),
    ],
)
def test_the_fixed_sum_grows_with_the_debt_where_the_law_says_so(law, principal, expected):
    found = LAWS[law].fixed_sum(principal)
    assert found is not None and found.minor == expected


def test_a_fixed_sum_in_another_currency_than_the_law_s_is_none():
    assert UK.fixed_sum(eur(100)) is None
    assert DE.fixed_sum(eur(0)) is None


# --- laws ---

DUE = date(2023, 11, 20)
PAYMENTS = st.lists(
    st.tuples(st.integers(-40, 500).map(lambda d: DUE + d * DAY), st.integers(1, 60_000)),
    max_size=6,
)
LAW = st.sampled_from([UK, DE, IE, BE, Contract(Fraction(18))])
DAYS = st.integers(0, 700)
GRACE = st.integers(0, 40)


def exact(debts, law, first, through, grace=0) -> Fraction:
    return sum((s.exact for s in interest(debts, law, first, through, grace)), Fraction(0))


@pytest.mark.rule("R21")
@given(LAW, st.integers(1, 10**9), PAYMENTS, DAYS, GRACE)
def test_it_is_the_sum_of_each_day_s_balance(law, minor, paid, days, grace):
    one = debt(minor, DUE, *paid)
    through = DUE + days * DAY
    by_day = Fraction(0)
    for n in range(1 + grace, days + 1):
        day = DUE + n * DAY
        owed = max(0, minor - sum(part for on, part in paid if on < day))
        ((_, _, percent),) = law.spans(DUE, day, day)
        year = law.year_days or (366 if day.year % 4 == 0 else 365)
        by_day += owed * percent / 100 / year
    assert exact([one], law, None, through, grace) == by_day
    assert rounded(interest([one], law, None, through, grace)) == round(by_day)


@pytest.mark.rule("R21")
@given(LAW, st.integers(1, 10**9), PAYMENTS, DAYS, DAYS, GRACE)
def test_splitting_the_days_anywhere_gives_the_same_sum(law, minor, paid, a, b, grace):
    one, through, cut = debt(minor, DUE, *paid), DUE + max(a, b) * DAY, DUE + min(a, b) * DAY
    whole = exact([one], law, None, through, grace)
    parts = (exact([one], law, None, cut, grace), exact([one], law, cut + DAY, through, grace))
    assert sum(parts) == whole
    assert abs(round(whole) - sum(map(round, parts))) <= 1


@given(LAW, st.integers(1, 10**6), st.integers(0, 10**6), PAYMENTS, DAYS)
def test_more_owed_is_never_less_interest(law, minor, more, paid, days):
    through = DUE + days * DAY
    less, most = debt(minor, DUE, *paid), debt(minor + more, DUE, *paid)
    assert exact([less], law, None, through) <= exact([most], law, None, through)


@pytest.mark.rule("R21")
@given(LAW, PAYMENTS, DAYS)
def test_nothing_owed_bears_nothing(law, paid, days):
    assert interest([debt(0, DUE, *paid)], law, None, DUE + days * DAY) == ()


@given(LAW, st.integers(1, 10**6), st.integers(1, 10**6), DAYS, st.integers(0, 90))
def test_paying_earlier_never_costs_more(law, minor, part, days, sooner):
    through, on = DUE + 700 * DAY, DUE + days * DAY
    late, early = debt(minor, DUE, (on, part)), debt(minor, DUE, (on - sooner * DAY, part))
    assert exact([early], law, None, through) <= exact([late], law, None, through)


@given(LAW, st.integers(1, 10**8), PAYMENTS, DAYS, st.integers(0, 10**7))
def test_a_sheet_s_lines_sum_to_what_is_charged(law, minor, paid, days, total):
    spans = interest([debt(minor, DUE, *paid)], law, None, DUE + days * DAY)
    for amount in (rounded(spans), total):
        lines = sheet(spans, eur(amount))
        assert sum(line.amount.minor for line in lines) == (amount if lines else 0)
        assert [line.days for line in lines] == [span.days for span in spans][: len(lines)]


def test_each_instalment_bears_interest_from_its_own_due_date():
    first, second = debt(500_00, date(2024, 1, 31)), debt(500_00, date(2024, 3, 31))
    spans = interest([first, second], UK, None, date(2024, 4, 1))
    assert [(s.first, s.days) for s in spans] == [(date(2024, 2, 1), 61), (date(2024, 4, 1), 1)]


@pytest.mark.parametrize(
    ("percent", "text"),
    [("8.5", "8.50"), ("11.75", "11.75"), ("-0.88", "-0.88"), ("9.6225", "9.6225"), ("0", "0.00")],
)
def test_a_percent_reads_as_people_write_it(percent, text):
    assert percent_text(Fraction(percent)) == text
