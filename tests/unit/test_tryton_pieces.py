"""Which line of an account pays which document in Tryton."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.tryton_pieces import AccountLine, Piece, asking, pieces

ON = date(2026, 9, 1)
INVOICES = frozenset({"1", "2", "3"})


def debt(line_id: int, minor: int, owner: str, group: str = "r", days: int = 0) -> AccountLine:
    return AccountLine(line_id, minor, ON + timedelta(days=days), owner, group=group)


def money(line_id: int, minor: int, linked: str = "", group: str = "r") -> AccountLine:
    return AccountLine(line_id, -minor, ON, linked=linked, group=group)


def test_linked_money_pays_before_anybody_reconciles() -> None:
    lines = [debt(1, 100, "1", ""), money(2, 40, "1", ""), money(3, 40, "", "")]
    assert pieces(lines, INVOICES) == (Piece(2, "1", 40),)


def test_one_payment_of_two_invoices_is_two_pieces() -> None:
    lines = [debt(1, 100, "1"), debt(2, 50, "2"), money(3, 150)]
    assert pieces(lines, INVOICES) == (Piece(3, "1", 100), Piece(3, "2", 50))


def test_linked_money_pays_its_own_invoice_first() -> None:
    lines = [debt(1, 100, "1"), debt(2, 50, "2"), money(3, 50, "2"), money(4, 100)]
    assert pieces(lines, INVOICES) == (Piece(3, "2", 50), Piece(4, "1", 100))


def test_what_is_due_first_is_paid_first() -> None:
    lines = [debt(1, 100, "1", days=30), debt(2, 100, "2"), money(3, 100), money(4, 100)]
    assert pieces(lines, INVOICES) == (Piece(3, "2", 100), Piece(4, "1", 100))


def test_a_payment_that_was_cancelled_pays_nothing() -> None:
    lines = [debt(1, 100, "1", ""), money(2, 100, "1"), AccountLine(3, 100, ON, group="r")]
    assert pieces(lines, INVOICES) == ()


def test_a_credit_note_pays_as_money_does_and_not_itself() -> None:
    lines = [debt(1, 100, "1"), AccountLine(2, -100, ON, "9", group="r")]
    assert pieces(lines, INVOICES) == (Piece(2, "1", 100),)


def test_new_terms_of_payment_pay_nothing_and_ask_anew() -> None:
    lines = [debt(1, 100, "1"), debt(2, -100, "1"), debt(3, 60, "1", ""), debt(4, 40, "1", "")]
    assert pieces(lines, INVOICES) == ()
    assert asking(lines, "1") == (3, 4)


def test_a_paid_invoice_still_says_what_it_asked_for() -> None:
    lines = [debt(1, 100, "1"), money(2, 100)]
    assert asking(lines, "1") == (1,)


@given(
    st.lists(st.tuples(st.sampled_from("123"), st.integers(1, 500)), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(["", "1", "2"]), st.integers(1, 500)), max_size=6),
    st.randoms(),
)
@pytest.mark.rule("R43")
def test_every_cent_of_a_reconciliation_has_one_place(debts, credits, dice) -> None:
    asked = sum(minor for _, minor in debts)
    lines, left = [], asked
    for n, (linked, minor) in enumerate(credits, 100):
        minor = min(minor, left)
        left -= minor
        if minor:
            lines.append(money(n, minor, linked))
    if left:
        lines.append(money(999, left))
    lines += [debt(n, minor, owner, days=n) for n, (owner, minor) in enumerate(debts, 1)]
    found = pieces(lines, INVOICES)
    for owner in INVOICES:
        owed = sum(minor for name, minor in debts if name == owner)
        assert sum(p.minor for p in found if p.document == owner) == owed
    for line in lines:
        if line.minor < 0:
            assert sum(p.minor for p in found if p.line_id == line.line_id) == -line.minor
    dice.shuffle(lines)
    assert pieces(lines, INVOICES) == found
