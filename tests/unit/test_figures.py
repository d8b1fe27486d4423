"""Ageing sums to what is open; DSO is the simple one; currencies never mix."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.document import Document, DocumentKind
from shared.domain.figures import (
    BUCKETS,
    ageing,
    bucket_of,
    days_sales_outstanding,
    turnover,
)
from shared.domain.money import Money
from shared.errors import CurrencyMismatch

TODAY = date(2026, 3, 2)


def document(minor: int, currency: str = "EUR", late: int = 0, open_minor: int | None = None):
    total = Money(minor=minor, currency=currency)
    return Document(
        document_id="d",
        kind=DocumentKind.INVOICE,
        number="d",
        issued_on=TODAY - timedelta(days=late + 30),
        due_on=TODAY - timedelta(days=late),
        total=total,
        open=total if open_minor is None else Money(minor=open_minor, currency=currency),
    )


@pytest.mark.parametrize(
    ("late", "bucket"),
    [
        (-400, "not_due"),
        (0, "not_due"),
        (1, "1_30"),
        (30, "1_30"),
        (31, "31_60"),
        (60, "31_60"),
        (61, "61_90"),
        (90, "61_90"),
        (91, "over_90"),
        (4000, "over_90"),
    ],
)
def test_the_age_counts_from_the_due_date_and_due_today_is_not_overdue(late, bucket):
    assert BUCKETS[bucket_of(late)] == bucket


documents = st.lists(
    st.builds(
        document,
        st.integers(1, 10**9),
        st.sampled_from(["EUR", "USD", "JPY"]),
        st.integers(-100, 400),
    ),
    max_size=40,
)


@given(documents)
def test_buckets_sum_to_what_is_open_per_currency_in_any_order(found):
    ages = ageing(found, (), TODAY)
    assert ages == ageing(reversed(found), (), TODAY)
    for age in ages:
        mine = [d for d in found if d.open.currency == age.currency]
        assert age.open.minor == sum(d.open.minor for d in mine)
        assert sum(age.counts) == len(mine)
        assert age.overdue.minor == sum(d.open.minor for d in mine if d.due_on < TODAY)


def test_unapplied_money_stands_beside_the_buckets_even_where_nothing_is_open():
    credit = Credit("p", Money(minor=500, currency="GBP"), TODAY)
    (age,) = ageing((), (credit,), TODAY)
    assert (age.currency, age.open.minor, age.unapplied.minor) == ("GBP", 0, 500)


def test_a_paid_document_is_in_no_bucket_and_a_part_paid_one_with_its_rest():
    (age,) = ageing([document(900, open_minor=0), document(900, open_minor=400)], (), TODAY)
    assert (age.open.minor, sum(age.counts)) == (400, 1)


def test_turnover_counts_only_the_days_of_the_period():
    first, last = TODAY - timedelta(days=40), TODAY
    paid = [(TODAY, Money(minor=70, currency="EUR")), (first - timedelta(1), document(9).total)]
    (flow,) = turnover([document(100, late=5), document(900, late=60)], paid, first, last)
    assert (flow.invoiced.minor, flow.collected.minor, flow.charged.minor) == (100, 70, 0)


@pytest.mark.parametrize(
    ("open_minor", "invoiced_minor", "days", "answer"),
    [
        (10_869, 17_674, 90, Decimal("55.3")),
        (0, 17_674, 90, Decimal("0.0")),
        (-5, 17_674, 90, Decimal("0.0")),
        (10_869, 0, 90, None),
    ],
)
def test_dso_is_open_over_invoiced_times_days(open_minor, invoiced_minor, days, answer):
    still_open = Money(minor=open_minor, currency="EUR")
    invoiced = Money(minor=invoiced_minor, currency="EUR")
    assert days_sales_outstanding(still_open, invoiced, days) == answer


def test_dso_never_mixes_currencies():
    with pytest.raises(CurrencyMismatch):
        days_sales_outstanding(Money(minor=1, currency="EUR"), Money(minor=1, currency="USD"), 30)
