"""Parts that the ERP names: they are the invoice's, and what was settled of them stays settled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.clock import Now
from shared.domain.document_posting import document_posting, revision_posting
from shared.domain.import_verdicts import Verdict, document_of, judge_invoice
from shared.domain.imports import InvoiceRow, Problem
from shared.domain.money import Money
from shared.domain.movement import Posting, fold
from shared.domain.revision import revised
from shared.domain.settle import allocated
from tests.support.samples import eur

ISSUED, DUE = date(2026, 1, 5), date(2026, 2, 4)
AT = datetime(2026, 3, 1, tzinfo=UTC)
NOW = Now(AT, AT)
parts = st.lists(
    st.tuples(st.integers(0, 90).map(lambda n: DUE + timedelta(days=n)), st.integers(1, 900)),
    min_size=1,
    max_size=4,
).map(lambda found: tuple((day, eur(minor)) for day, minor in found))


def row(named=None, **changes: object) -> InvoiceRow:
    total = sum(part.minor for _, part in named) if named else 10_000
    first = InvoiceRow(2, "I-1", "C-1", "N-1", ISSUED, DUE, eur(total), parts=named)
    return replace(first, **changes)


def paid_in(head, minor: int):
    """Return head after minor units of a payment went to it, and their movements."""
    movements = allocated("p", head, eur(min(minor, head.open.minor)))
    by_part = {m.instalment: m.amount.minor for m in movements}
    instalments = tuple(
        replace(i, open=eur(i.open.minor + by_part.get(i.number, 0))) for i in head.instalments
    )
    opened = eur(head.open.minor + sum(by_part.values()))
    return replace(head, open=opened, instalments=instalments), movements


@pytest.mark.rule("R18", "R25")
@given(parts)
def test_an_invoice_is_due_part_by_part(named) -> None:
    made = document_of(row(named), "d1")
    assert made.due_on == min(day for day, _ in named)
    assert made.open == made.total
    assert [i.due_on for i in made.instalments] == (
        sorted(day for day, _ in named) if len(named) > 1 else []
    )
    if made.instalments:
        assert sum(i.total.minor for i in made.instalments) == made.total.minor
    assert row(named).content_hash == row(tuple(reversed(named))).content_hash


@pytest.mark.law("2")
@pytest.mark.rule("R25")
@given(parts, st.integers(0, 2_000), st.lists(st.one_of(st.none(), parts), min_size=1, max_size=3))
def test_the_postings_of_parts_that_change_sum_to_the_head(first, paid, later) -> None:
    head = document_of(row(first), "d1")
    postings = [document_posting(head, NOW)]
    head, movements = paid_in(head, paid)
    postings.append(Posting("payment:p", DUE, AT, movements))
    settled = head.total.minor - head.open.minor
    for named in later:
        before, (head, surplus) = head, revised(row(named), head)
        postings.append(revision_posting(before, head, "s", DUE, NOW))
        settled -= surplus.minor
        assert head.total.minor - head.open.minor == settled
        sums = fold(postings)
        assert sums.open.get(("d1", "EUR"), 0) == head.open.minor
        if head.instalments:
            opened = {i.number: i.open.minor for i in head.instalments if i.open}
            told = {n: minor for (_, n), minor in sums.parts.items() if minor}
            assert told == opened
            assert all(eur(0) <= i.open <= i.total for i in head.instalments)
            assert sum(i.total.minor for i in head.instalments) == head.total.minor


@pytest.mark.rule("R18")
@given(parts, st.integers(1, 900), st.integers(1, 60))
def test_parts_that_are_put_off_keep_what_was_paid_of_each(named, paid, days) -> None:
    assume(len(named) > 1)
    head, _ = paid_in(document_of(row(named), "d1"), paid)
    later = tuple((day + timedelta(days=days), amount) for day, amount in named)
    after, surplus = revised(row(later), head)
    assert surplus == eur(0)
    assert [i.open for i in after.instalments] == [i.open for i in head.instalments]
    assert [i.due_on for i in after.instalments] == [
        i.due_on + timedelta(days=days) for i in head.instalments
    ]


def test_parts_without_room_for_what_was_paid_of_them_stay_as_agreed() -> None:
    agreed = ((DUE, eur(50)), (DUE + timedelta(days=30), eur(50)))
    head, _ = paid_in(document_of(row(agreed), "d1"), 50)
    smaller = ((DUE, eur(30)), (DUE + timedelta(days=30), eur(80)))
    after, surplus = revised(row(smaller), head)
    assert (after.total, after.open, surplus) == (eur(110), eur(60), eur(0))
    assert [(i.total, i.open) for i in after.instalments] == [(eur(50), eur(0)), (eur(60), eur(60))]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": eur(99)}, "parts_differ"),
        ({"total": eur(101)}, "parts_differ"),
        ({"total": eur(0)}, "not_positive"),
        ({"total": eur(-100)}, "not_positive"),
        ({"parts": ((DUE, eur(101)), (DUE, eur(-1)))}, "not_positive"),
        ({"parts": ((DUE, eur(50)), (DUE, Money(minor=50, currency="USD")))}, "mixed_currencies"),
        ({"parts": tuple((DUE, eur(1)) for _ in range(100))}, "too_many"),
    ],
)
def test_parts_that_are_not_the_invoice_are_refused(changes, code) -> None:
    good = row(((DUE, eur(60)), (DUE, eur(40))))
    assert judge_invoice(good, None, "c1", set()) is Verdict.NEW
    verdict = judge_invoice(replace(good, **changes), None, "c1", set())
    assert isinstance(verdict, Problem) and verdict.code == code
