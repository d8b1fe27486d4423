"""Records that come again, late, or as an echo: what is written is decided by content and key."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.entry_keys import EntryKey, parse_entry_key
from shared.domain.import_verdicts import InvoiceFact, Verdict, judge_invoice, judge_payment
from shared.domain.imports import InvoiceRow, PaymentRow, Problem
from tests.support.samples import eur

DAY = date(2026, 2, 4)
STAMPS = st.integers(0, 10**6).map(lambda n: f"2026-03-01T00:00:00.{n:06d}")


def row(total: int = 10_000, revision: str = "") -> InvoiceRow:
    return InvoiceRow(0, "I-1", "C-1", "N-1", DAY, DAY, eur(total), revision)


def fact(known: InvoiceRow, **changes: object) -> InvoiceFact:
    first = InvoiceFact("c1", "d1", known.content_hash, known.revision, known.total)
    return replace(first, **changes)


def judged(given_row: InvoiceRow, known: InvoiceFact | None) -> str:
    verdict = judge_invoice(given_row, known, "c1", set())
    return verdict.code if isinstance(verdict, Problem) else str(verdict)


@pytest.mark.rule("R43")
@given(STAMPS, STAMPS, st.integers(1, 3), st.integers(1, 3))
def test_content_decides_and_nothing_goes_backwards(known_at, came_at, known, came) -> None:
    found = judged(row(came, came_at), fact(row(known, known_at)))
    if known == came:
        assert found == "same"
    elif came_at == known_at:
        assert found == "revision_conflict"
    else:
        assert found == ("changed" if came_at > known_at else "same")


@pytest.mark.rule("R43")
@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.data())
def test_reading_on_after_any_repeats_leads_to_what_the_erp_says_now(history, data) -> None:
    """Every change has a new stamp; pages overlap, so that changes before come again."""
    known: InvoiceFact | None = None
    seen: list[InvoiceRow] = []
    for n, total in enumerate(history):
        current = row(total, f"{n:04d}")
        repeats = data.draw(st.lists(st.sampled_from(seen), max_size=2)) if seen else []
        seen.append(current)
        for each in (*repeats, current):
            if judged(each, known) in ("new", "changed"):
                known = fact(each)
        # a repeat is of what was read before: whatever it did is undone by what is read now
        assert known is not None and known.content_hash == current.content_hash


def test_an_invoice_that_the_erp_gave_up_does_not_come_back_by_itself() -> None:
    gone = fact(row(), gone="voided")
    assert judged(row(), gone) == "came_back"
    assert judged(row(5), gone) == "came_back"


def paid(**changes: object) -> PaymentRow:
    return replace(PaymentRow(0, "9", "I-1", DAY, eur(100), "bank"), **changes)


@pytest.mark.rule("i25")
@given(st.integers(-(10**6), 10**6), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_an_echo_is_known_by_its_key_whatever_it_says(minor, day) -> None:
    echo = paid(amount=eur(minor), paid_on=day, our_key="P.D.0")
    assert judge_payment(echo, None, fact(row()), True, DAY) is Verdict.SAME


def test_money_without_our_key_is_new_however_much_it_looks_like_ours() -> None:
    assert judge_payment(paid(), None, fact(row()), False, DAY) is Verdict.NEW


ids = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)


@pytest.mark.rule("i25")
@given(ids, ids, st.integers(0, 999_999_999))
def test_a_key_is_read_as_it_was_written_and_fits_where_erps_keep_it(payment, document, step):
    key = EntryKey(payment, document, step)
    assert parse_entry_key(str(key)) == key
    assert len(str(key)) <= 64 and str(key).isascii()


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "a.b.01", "a.b.1 ", "a.b.-1", "a b.c.1"])
def test_what_is_no_key_of_ours_is_none(text: str) -> None:
    assert parse_entry_key(text) is None
