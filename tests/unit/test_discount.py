"""Early-payment discounts: earned by value date, once, for the whole; gone with the money."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.books import Books, changed
from shared.domain.discount import offered, refolded, to_pay, with_discounts
from shared.domain.document import Document, DocumentKind
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.settle import allocated, settle
from shared.domain.terms import due
from shared.domain.terms_text import parse_terms
from tests.support.samples import eur

ISSUED = date(2026, 3, 2)
HEARD = datetime(2026, 3, 2, tzinfo=UTC)
LAST = date(2026, 3, 12)


def invoice(terms: str, gross: int, tax: dict[str, int] | None = None) -> Document:
    made = due(parse_terms(terms), ISSUED, eur(gross), tax)
    return Document(
        document_id="d",
        kind=DocumentKind.INVOICE,
        number="INV-1",
        issued_on=ISSUED,
        due_on=made.due_on,
        total=eur(gross),
        open=eur(gross),
        instalments=made.instalments,
        discount=made.discount,
        tax_minor=tax or {},
    )


def paid(document: Document, minor: int, day: date) -> tuple[Document, tuple[Movement, ...]]:
    """Return document after minor of value date day, and the movements that this made."""
    done = settle("p", eur(minor), [("d", document.open)], [document])
    movements = with_discounts([document], done.movements, day)
    return after(document, movements, day), movements


def _money(source: str, minor: int) -> tuple[Movement, ...]:
    return (Movement(MovementKind.ALLOCATION, eur(-minor), "d", source_id=source),)


def _payment(_: str, minor: int) -> tuple[Movement, ...]:
    return _money("p", minor)


def _note(source: str, minor: int) -> tuple[Movement, ...]:
    written = Movement(MovementKind.CREDIT_NOTE, eur(minor), source_id=source)
    return (written, *_money(source, minor))


def _raise(_: str, minor: int) -> tuple[Movement, ...]:
    return (Movement(MovementKind.REVISION, eur(minor), "d"),)


MADE_BY = {"paid": _payment, "credited": _note, "raised": _raise}


def returned(document: Document, minor: int, day: date) -> tuple[Document, tuple[Movement, ...]]:
    """Return document after minor that was paid on it went back, last parts first."""
    movements, rest = [], minor
    for number, room in rooms(document):
        piece = min(rest, room)
        rest -= piece
        if piece:
            kind = MovementKind.DEALLOCATION
            movements.append(Movement(kind, eur(piece), "d", instalment=number, source_id="p"))
    lost = with_discounts([document], movements, day)
    return after(document, lost, day), lost


def rooms(document: Document) -> list[tuple[int, int]]:
    if not document.instalments:
        return [(0, document.total.minor - document.open.minor)]
    return [(i.number, i.total.minor - i.open.minor) for i in document.instalments]


def after(document: Document, movements: tuple[Movement, ...], day: date) -> Document:
    books = Books("c", (document,), (Credit("p", eur(10**12), ISSUED),))
    pairs = changed(books, movements, day).documents
    return pairs[0][1] if pairs else document


def discounts(movements: tuple[Movement, ...]) -> list[tuple[int, dict[str, int]]]:
    return [(m.amount.minor, dict(m.tax)) for m in movements if m.kind is MovementKind.DISCOUNT]


def test_golden_2_10_net_30():
    """2 % of 1,000.00 where it is paid within ten days, all of it within thirty."""
    document = invoice("2/10 net 30", 1000_00)
    assert (document.due_on, document.discount.last_day) == (date(2026, 4, 1), LAST)
    assert to_pay(document, LAST) == eur(980_00)
    assert to_pay(document, LAST + timedelta(days=1)) == eur(1000_00)
    done, movements = paid(document, 980_00, LAST)
    assert not done.open
    assert discounts(movements) == [(-20_00, {})]


def test_golden_skonto_takes_its_part_of_the_tax_back():
    """3 % Skonto of 1,190.00 gross is 35.70: 30.00 net and 5.70 of the 19 % tax (UStG § 17)."""
    document = invoice("3 % 10 Tage, 30 Tage netto", 1190_00, {"19": 190_00})
    done, movements = paid(document, 1154_30, LAST)
    assert not done.open
    assert discounts(movements) == [(-35_70, {"19": -5_70})]


@pytest.mark.parametrize(("treatment", "closes"), [("keep", 1170_00), ("mixed", 1170_00)])
def test_golden_a_discount_on_the_net_leaves_the_tax_whole(treatment, closes):
    document = invoice(f"2/10 net 30; tax {treatment}", 1190_00, {"19": 190_00})
    assert to_pay(document, LAST) == eur(closes)
    _, movements = paid(document, closes, LAST)
    assert discounts(movements) == [(-20_00, {})]


@pytest.mark.rule("R23")
def test_r23_a_part_payment_leaves_the_offer_as_it_should_be():
    """1,000.00 or 980.00 early: after 500.00 in time 480.00 closes it, and later only 500.00."""
    document, movements = paid(invoice("2/10 net 30", 1000_00), 500_00, LAST)
    assert discounts(movements) == []
    assert (document.open, to_pay(document, LAST)) == (eur(500_00), eur(480_00))
    late = LAST + timedelta(days=1)
    assert (offered(document, late), to_pay(document, late)) == (eur(0), eur(500_00))
    assert paid(document, 480_00, late)[0].open == eur(20_00)
    done, movements = paid(document, 480_00, LAST)
    assert not done.open
    assert discounts(movements) == [(-20_00, {})]


@pytest.mark.rule("R23")
def test_r23_money_that_was_late_earns_nothing_whenever_we_hear_of_it():
    document, _ = paid(invoice("2/10 net 30", 1000_00), 500_00, LAST + timedelta(days=1))
    assert to_pay(document, LAST) == eur(500_00)
    document, movements = paid(document, 480_00, LAST)
    assert (document.open, discounts(movements)) == (eur(20_00), [])


def test_a_day_or_a_cent_within_the_tolerance_still_earns_it():
    document = invoice("2/10 net 30; 2 days grace; 5 minor short", 1000_00)
    kept, movements = paid(document, 979_95, LAST + timedelta(days=2))
    assert not kept.open
    assert discounts(movements) == [(-20_05, {})]
    assert paid(document, 979_94, LAST)[0].open == eur(20_06)
    assert paid(document, 980_00, LAST + timedelta(days=3))[0].open == eur(20_00)
    assert to_pay(document, LAST + timedelta(days=1)) == eur(1000_00)


def test_paying_more_than_needed_takes_only_what_is_short():
    done, movements = paid(invoice("2/10 net 30", 1000_00), 990_00, LAST)
    assert not done.open
    assert discounts(movements) == [(-10_00, {})]
    assert discounts(paid(invoice("2/10 net 30", 1000_00), 1000_00, LAST)[1]) == []


@pytest.mark.rule("R23")
def test_a_discount_is_taken_back_when_the_money_goes_back():
    document = invoice("3/10 net 30", 1190_00, {"19": 190_00})
    done, _ = paid(document, 1154_30, LAST)
    back, movements = returned(done, 1154_30, LAST + timedelta(days=20))
    assert (back.open, back.discount.taken_minor) == (eur(1190_00), 0)
    assert discounts(movements) == [(35_70, {"19": 5_70})]
    assert paid(back, 1154_30, LAST + timedelta(days=21))[0].open == eur(35_70)


@pytest.mark.rule("R23")
def test_a_part_that_goes_back_takes_the_whole_discount_back():
    document, _ = paid(invoice("2/10 net 30", 1000_00), 500_00, LAST)
    document, _ = paid(document, 480_00, LAST)
    back, _ = returned(document, 480_00, LAST)
    assert back.open == eur(500_00)
    assert to_pay(back, LAST) == eur(480_00)


def test_a_revised_total_and_a_credit_note_carry_the_discount_along():
    document = invoice("2/10 net 30", 1000_00)
    revision = Movement(MovementKind.REVISION, eur(-200_00), "d")
    assert after(document, (revision,), LAST).discount.amount == eur(16_00)
    note = Movement(MovementKind.CREDIT_NOTE, eur(500_00), source_id="cn")
    use = Movement(MovementKind.ALLOCATION, eur(-500_00), "d", source_id="cn")
    credited = after(document, (note, use), LAST)
    assert to_pay(credited, LAST) == eur(490_00)
    assert paid(credited, 490_00, LAST)[0].open == eur(0)
    assert paid(credited, 489_99, LAST)[0].open == eur(10_01)


def test_a_credit_note_after_the_last_day_completes_what_was_paid_in_time():
    document, _ = paid(invoice("2/10 net 30", 1000_00), 784_00, LAST)
    note = Movement(MovementKind.CREDIT_NOTE, eur(200_00), source_id="cn")
    use = Movement(MovementKind.ALLOCATION, eur(-200_00), "d", source_id="cn")
    much_later = LAST + timedelta(days=60)
    movements = with_discounts([document], (note, use), much_later)
    assert discounts(movements) == [(-16_00, {})]
    assert after(document, movements, much_later).open == eur(0)
    late, _ = paid(invoice("2/10 net 30", 1000_00), 784_00, LAST + timedelta(days=1))
    assert discounts(with_discounts([late], (note, use), LAST)) == []


def test_the_discount_of_an_invoice_in_parts_comes_off_the_last_parts():
    document = invoice("2/10 3 x 30 days", 900_00)
    done, movements = paid(document, 882_00, LAST)
    assert not done.open
    assert [(m.instalment, m.amount.minor) for m in movements] == [
        (1, -300_00),
        (2, -300_00),
        (3, -282_00),
        (3, -18_00),
    ]


texts = st.sampled_from(
    [
        "2/10 net 30",
        "3/10 net 30; 1 days grace; 7 minor short",
        "50/10 3 x 30 days",
        "2.5/10 20 % now, rest in 40 days, rest in 50 days; tax keep",
    ]
)
grosses = st.integers(100, 10**7)
offsets = st.integers(-3, 3)


def taxed(gross: int) -> dict[str, int]:
    return {"19": gross // 8, "7": gross // 50}


@given(texts, grosses, st.lists(st.tuples(st.integers(1, 60), offsets), min_size=1, max_size=5))
def test_what_is_left_off_is_never_more_than_agreed_and_closes_the_document(text, gross, parts):
    document = invoice(text, gross, taxed(gross))
    agreed = document.discount
    for percent, offset in parts:
        minor = max(gross * percent // 100, 1)
        before, (document, movements) = document, paid(document, minor, LAST + timedelta(offset))
        for amount, _ in discounts(movements):
            assert -amount <= agreed.amount.minor + agreed.tolerance_minor
        if discounts(movements):
            assert before.open
            assert not document.open
            assert offset <= agreed.tolerance_days
    taken = document.discount.taken_minor
    assert 0 <= taken <= agreed.amount.minor + agreed.tolerance_minor
    assert all(0 <= i.open.minor <= i.total.minor for i in document.instalments)


@pytest.mark.rule("R23")
@pytest.mark.law("5")
@given(texts, grosses, st.lists(st.tuples(st.integers(1, 60), offsets), max_size=4), st.data())
def test_the_order_in_which_we_hear_of_payments_does_not_matter(text, gross, parts, data):
    """As long as nobody pays more than the discounted total, which leaves nothing to decide."""
    document = invoice(text, gross, taxed(gross))
    known = [(max(gross * p // 100, 1), LAST + timedelta(days=o)) for p, o in parts]
    assume(sum(minor for minor, _ in known) <= to_pay(document, LAST).minor)

    def end(payments):
        state, kept = document, []
        for minor, day in payments:
            state, movements = paid(state, minor, day)
            kept += discounts(movements)
        return state.open, state.discount.taken_minor, state.discount.late_minor

    assert end(known) == end(data.draw(st.permutations(known)))


@given(texts, grosses, offsets)
def test_what_comes_and_goes_leaves_nothing_behind(text, gross, offset):
    document = invoice(text, gross, taxed(gross))
    minor = to_pay(document, LAST).minor
    done, came = paid(document, minor, LAST + timedelta(days=offset))
    back, went = returned(done, minor, LAST + timedelta(days=40))
    assert replace(back, version=1) == document
    sums: Counter[str] = Counter()
    for amount, tax in discounts(came) + discounts(went):
        sums.update({"amount": amount} | tax)
    assert not any(sums.values())


@pytest.mark.rule("R25")
@given(texts, grosses)
def test_the_tax_in_a_discount_is_its_share_and_sums_over_the_parts(text, gross):
    document = invoice(text, gross, taxed(gross))
    _, movements = paid(document, to_pay(document, LAST).minor, LAST)
    agreed = document.discount
    assert sum(amount for amount, _ in discounts(movements)) == -agreed.amount.minor
    sums: Counter[str] = Counter()
    for amount, tax in discounts(movements):
        assert all(amount <= part < 0 for part in tax.values())
        sums.update(tax)
    assert {rate: -part for rate, part in sums.items()} == agreed.tax_minor


@given(texts, grosses)
def test_what_is_allocated_without_a_discount_in_force_is_left_alone(text, gross):
    document = replace(invoice(text, gross), discount=None)
    movements = allocated("p", document, eur(gross // 2))
    assert with_discounts([document], movements, LAST) == movements


@pytest.mark.rule("R23")
def test_what_came_late_stays_late_when_the_total_is_raised():
    document, _ = paid(invoice("2/10 net 30", 1000_00), 500_00, LAST + timedelta(days=1))
    revision = Movement(MovementKind.REVISION, eur(1000_00), "d")
    raised = after(document, [revision], LAST)
    assert raised.discount.late_minor == 500_00
    assert raised.discount.amount == eur(40_00)


@pytest.mark.law("30")
@pytest.mark.parametrize("terms", ["2/10 net 30", "3/10 net 30"])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["paid", "credited", "raised"]), st.integers(1, 300), offsets),
        min_size=1,
        max_size=6,
    )
)
def test_a_discount_is_told_as_it_was_after_each_step(terms, steps):
    document = invoice(terms, 1000_00, taxed(1000_00))
    issued = Movement(MovementKind.INVOICE, eur(1000_00), "d")
    postings = [Posting("invoice:d", ISSUED, HEARD, (issued,))]
    stood = [document.discount]
    for n, (what, percent, offset) in enumerate(steps):
        minor = min(percent * 100, document.open.minor)
        value_date = LAST + timedelta(days=offset)
        movements = MADE_BY[what](f"s{n}", max(minor, 1))
        if what != "raised" and not minor:
            continue
        movements = with_discounts([document], movements, value_date)
        document = after(document, movements, value_date)
        postings.append(Posting(f"p{n}", value_date, HEARD, tuple(movements)))
        stood.append(document.discount)
    assume(all(found.amount.minor > 0 for found in stood))
    for known, was in enumerate(stood, 1):
        told = refolded(document, postings, postings[:known])
        assert (told.amount, told.late_minor, told.taken_minor) == (
            was.amount,
            was.late_minor,
            was.taken_minor,
        )
