"""Charges over time: whatever money comes when, they end at what the days bear."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.books import Books
from shared.domain.charge_postings import correction_posting, holders, waived
from shared.domain.charges import ChargeKind, InvoiceCharges, Made, fee_excess, net_charged
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.document_posting import document_posting
from shared.domain.interest import Debt, debts_of
from shared.domain.interest_charges import (
    interest_charge,
    interest_due,
    interest_excess,
    interest_owed,
    interest_to_date,
    month_over,
)
from shared.domain.interest_rule import InterestRule
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.waiting import lowered, waiting_for
from shared.errors import InvalidInput
from tests.support.samples import eur

DUE = date(2024, 1, 20)
DAY = timedelta(days=1)
AT = datetime(2024, 1, 1, tzinfo=UTC)
NOW = Now(AT, AT)
INVOICE = Document(
    document_id="d1",
    kind=DocumentKind.INVOICE,
    number="INV-1",
    issued_on=DUE - 30 * DAY,
    due_on=DUE,
    total=eur(1_000_000),
    open=eur(1_000_000),
)


class Story:
    """One invoice's year in memory: money comes, months end, charges are made and corrected."""

    def __init__(self, rule: InterestRule) -> None:
        self.rule = rule
        self.postings = [document_posting(INVOICE, NOW)]
        self.charges = InvoiceCharges("d1")
        self.made: dict[str, Document] = {}
        self.seen = 0

    def money(self, minor: int, value_date: date) -> None:
        """Allocate money, or take some back where minor is negative, within what is open."""
        paid = -sum(
            m.amount.minor for p in self.postings[1:] for m in p.movements if m.document_id == "d1"
        )
        part = min(minor, INVOICE.total.minor - paid) if minor > 0 else max(minor, -paid)
        if part:
            kind = MovementKind.ALLOCATION if part > 0 else MovementKind.DEALLOCATION
            move = Movement(kind, eur(-part), document_id="d1", source_id="p")
            self.postings.append(Posting(f"m{len(self.postings)}", value_date, AT, (move,)))

    def look(self, today: date) -> int:
        """Do what the daily look does; return how many postings it made."""
        before = len(self.postings)
        debts = debts_of(INVOICE, self.postings)
        rules = {("standard", 1): self.rule}
        owed = interest_owed(debts, self.charges, rules)
        self.seen += 1
        for excess in tuple(interest_excess(self.charges, self.nets(), owed, "EUR")):
            charge = self.made[excess.charge_id]
            books = Books("c1", (charge,))
            cause = str(self.seen)
            posting = correction_posting(charge, books, excess.amount, (), cause, today, NOW)
            if posting is not None:
                self.postings.append(posting)
                self.made[excess.charge_id] = replace(charge, open=charge.open - excess.amount)
        through = month_over(today)
        net = sum(self.nets().values())
        due = interest_due(INVOICE, debts, self.charges, self.rule, through, owed, net)
        if due is not None:
            charge = interest_charge(INVOICE, self.rule, f"{through:%Y-%m}", due, "", today)
            assert charge.document_id not in self.made
            kind = ChargeKind.INTEREST
            one = Made(charge.document_id, kind, "m", "standard", 1, due.first, due.last)
            self.charges = self.charges.with_charge(one)
            self.made[charge.document_id] = charge
            self.postings.append(document_posting(charge, NOW))
            lines = sum(line.amount.minor for line in due.sheet.lines)
            assert lines + due.sheet.carried.minor == due.sheet.total.minor
        return len(self.postings) - before

    def nets(self) -> dict[str, int]:
        return dict(net_charged(self.charges.made, self.postings))

    def borne(self, through: date) -> Fraction:
        """Return the interest of each day's balance, reckoned without any code under test."""
        moves = [
            (p.value_date, m.amount.minor)
            for p in self.postings
            for m in p.movements
            if m.document_id == "d1"
        ]
        days = [DUE + n * DAY for n in range(1, (through - DUE).days + 1)]
        return sum(max(0, sum(a for on, a in moves if on < d)) * Fraction(18, 36_500) for d in days)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("money"), st.integers(-500_000, 700_000), st.integers(-60, 20)),
        st.tuples(st.just("look"), st.integers(1, 45), st.just(0)),
    ),
    max_size=14,
)


@pytest.mark.rule("R2", "R21")
@pytest.mark.law("17", "18")
@given(STEPS)
def test_charges_end_at_what_the_days_bear_whatever_came_when(steps):
    story, today = Story(InterestRule(percent_a_month="1.5")), DUE
    for what, n, shift in steps:
        if what == "look":
            today += n * DAY
            story.look(today)
            assert story.look(today) == 0
        else:
            story.money(n, max(today + shift * DAY, INVOICE.issued_on))
    today += 31 * DAY
    story.look(today)
    made = story.charges.of(ChargeKind.INTEREST)
    through = made[-1].last if made else month_over(today)
    assert abs(sum(story.nets().values()) - story.borne(through)) <= len(made) / 2 + 1
    assert all(net >= 0 for net in story.nets().values())
    assert all(a.last + DAY == b.first for a, b in pairwise(made))


@pytest.mark.rule("R21")
@given(STEPS, st.integers(1, 30), st.integers(0, 50_000))
def test_no_charge_goes_over_the_cap_or_below_the_minimum(steps, percent, least):
    minimum = {"EUR": f"{least // 100}.{least % 100:02}"}
    rule = InterestRule(percent_a_year="18", maximum_percent=str(percent), minimum=minimum)
    story, today = Story(rule), DUE
    for what, n, shift in steps:
        if what == "look":
            today += n * DAY
            story.look(today)
            assert sum(story.nets().values()) <= percent * 10_000
            assert all(charge.total.minor >= max(1, least) for charge in story.made.values())
        else:
            story.money(n, max(today + shift * DAY, INVOICE.issued_on))


@pytest.mark.rule("R21")
def test_an_earlier_payment_corrects_to_exactly_what_would_have_been_charged():
    late, early = Story(InterestRule(law="uk")), Story(InterestRule(law="uk"))
    early.money(400_000, DUE + 5 * DAY)
    for story in (late, early):
        story.look(date(2024, 3, 1))
    late.money(400_000, DUE + 5 * DAY)
    assert late.look(date(2024, 3, 2)) == 1
    assert late.nets() == early.nets()


@pytest.mark.law("17")
def test_a_fee_falls_with_the_day_s_principal_only():
    made = Made(
        "f1", ChargeKind.LATE_FEE, "late_fee", "standard", 1, DUE + 14 * DAY, DUE + 14 * DAY
    )
    charges, nets = InvoiceCharges("d1", (made,)), {"f1": 4_000}
    for value_day, minor, taken_back in [(14, 100, True), (15, 100, False), (14, 99, False)]:
        debt = Debt(DUE, ((DUE - DAY, 100), (DUE + value_day * DAY, -minor)))
        assert bool(list(fee_excess(charges, nets, [debt], "EUR"))) is taken_back


def test_money_that_waits_is_spread_over_the_oldest_debts_and_no_further():
    later = replace(INVOICE, document_id="d2", due_on=DUE + 30 * DAY, open=eur(500))
    credits = [Credit("p1", eur(1_000_300), DUE), Credit("p2", eur(100), DUE + DAY)]
    waiting = waiting_for([later, INVOICE], credits)
    assert waiting == {"d1": ((DUE, -1_000_000),), "d2": ((DUE, -300), (DUE + DAY, -100))}
    (debt,) = lowered([Debt(DUE, ((DUE - DAY, 250),))], waiting["d2"])
    assert [minor for _, minor in debt.changes] == [250, -250]


def test_what_was_paid_of_a_corrected_charge_is_freed_under_its_own_payments_newest_first():
    charge = replace(
        INVOICE, document_id="x", kind=DocumentKind.CHARGE, total=eur(100), open=eur(10)
    )
    put = [("p1", -40, 1), ("p2", -60, 2), ("p1", -10, 3), ("p2", 20, 4)]
    kinds = {True: MovementKind.DEALLOCATION, False: MovementKind.ALLOCATION}
    postings = [
        Posting(f"a{n}", DUE, AT + n * DAY, (Movement(kinds[a > 0], eur(a), "x", source_id=s),))
        for s, a, n in put
    ]
    held = holders("x", postings)
    assert held == (("p2", 40), ("p1", 50))
    posting = correction_posting(charge, Books("c1", (charge,)), eur(60), held, "2", DUE, NOW)
    assert posting is not None
    freed = [(m.source_id, m.amount.minor) for m in posting.movements if m.source_id]
    assert freed == [("p2", 40), ("p1", 10)]
    assert posting.movements[-1].amount == eur(-60)
    waived = correction_posting(charge, Books("c1", (charge,)), eur(60), (), "2", DUE, NOW)
    assert waived is not None and waived.movements[-1].amount == eur(-10)


@pytest.mark.rule("R20")
def test_interest_to_date_is_named_though_nothing_is_charged():
    rule = InterestRule(percent_a_year="18", claim="threat", maximum={"EUR": "60.00"})
    debts = debts_of(INVOICE, [document_posting(INVOICE, NOW)])
    assert interest_to_date(INVOICE, debts, rule, DUE + 10 * DAY).total == eur(4_932)
    assert interest_to_date(INVOICE, debts, rule, DUE + 100 * DAY).total == eur(6_000)
    assert interest_due(INVOICE, debts, InvoiceCharges("d1"), rule, DUE + 40 * DAY, 0, 0) is None


@pytest.mark.parametrize("minor", [0, -1, 4_001])
def test_a_waiver_is_within_what_is_open(minor):
    charge = replace(INVOICE, kind=DocumentKind.CHARGE, total=eur(4_000), open=eur(4_000))
    with pytest.raises(InvalidInput):
        waived(charge, eur(minor), "other")
    with pytest.raises(InvalidInput):
        waived(INVOICE, None, "other")
