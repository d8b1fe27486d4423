"""Laws of money that people allocate, take back and give up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.apply_cash import Part, after, apply_cash, oldest_first
from shared.domain.books import Books, changed
from shared.domain.books import due_on as first_open
from shared.domain.cash_rules import Tolerance
from shared.domain.counter_entries import freed_by, taken_back
from shared.domain.discount import to_pay
from shared.domain.document import Discount, DiscountTax, Document, DocumentKind, Instalment
from shared.domain.movement import MovementKind
from shared.domain.payment import Payment
from shared.domain.payment_use import used
from shared.domain.write_off import deducted, recovered, written_off
from shared.errors import InvalidInput
from tests.support.samples import eur

DAY = date(2026, 3, 2)
NONE = Tolerance()
CENTS = Tolerance({"EUR": 50}, "5")
NAMES = "abcdef"


def invoice(name: str, total: int, paid: int = 0, due: int = 0, parts: int = 0, off: int = 0):
    """Return an invoice of total, of which paid is paid and off is its early-payment discount."""
    due_on = DAY + timedelta(days=due)
    shares = [total // parts + (n < total % parts) for n in range(parts)] if parts else []
    instalments = []
    for n, share in enumerate(shares):
        gone = min(paid, share) if parts else 0
        paid -= gone
        day = due_on + timedelta(days=30 * n)
        instalments.append(Instalment(n + 1, day, eur(share), eur(share - gone)))
    opened = sum(i.open.minor for i in instalments) if instalments else total - paid
    discount = Discount("2", DAY, eur(off), DiscountTax.REDUCE) if off else None
    return Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=name.upper(),
        issued_on=DAY - timedelta(days=30),
        due_on=first_open(due_on, tuple(instalments)),
        total=eur(total),
        open=eur(opened),
        external_id=f"ERP-{name}",
        instalments=tuple(instalments),
        discount=discount,
    )


def build(name: str):
    return st.integers(1, 900).flatmap(
        lambda total: st.builds(
            invoice,
            st.just(name),
            st.just(total),
            st.integers(0, total - 1),
            st.integers(-5, 5),
            st.sampled_from([0, 0, 2, 3]),
            st.sampled_from([0, 0, total // 50]),
        )
    )


documents = st.lists(st.sampled_from(NAMES), unique=True, min_size=1).flatmap(
    lambda chosen: st.tuples(*(build(n) for n in chosen))
)
amounts = st.integers(1, 2500).map(eur)
asked = st.lists(
    st.builds(Part, st.sampled_from(NAMES), st.one_of(st.none(), st.integers(1, 900).map(eur))),
    unique_by=lambda part: part.document_id,
    max_size=6,
)
tolerances = st.sampled_from([NONE, CENTS])


def books_of(docs, money) -> Books:
    return Books("c1", tuple(docs), (Credit("p", money, DAY),))


def payment_of(money) -> Payment:
    return Payment("p", "c1", money, "bank", DAY, datetime(2026, 3, 2, tzinfo=UTC), source="bank")


def applied(docs, money, parts, tolerance=NONE, documents_max=25):
    return apply_cash("p", money, parts, books_of(docs, money), DAY, tolerance, documents_max)


@pytest.mark.rule("R15", "R25")
@pytest.mark.law("1", "15")
@given(amounts, asked, documents, tolerances)
def test_what_is_used_and_what_is_left_sum_to_the_money(money, parts, docs, tolerance):
    done = applied(docs, money, parts, tolerance)
    moved = sum(m.amount.minor for m in done.movements if m.source_id == "p")
    assert done.unapplied.minor - moved == money.minor
    assert done.unapplied.minor >= 0


@pytest.mark.law("3")
@given(amounts, asked, documents, tolerances)
def test_the_books_take_every_application(money, parts, docs, tolerance):
    done = applied(docs, money, parts, tolerance)
    changes = changed(books_of(docs, money), done.movements, DAY)
    for before, now in changes.documents:
        assert before is not None
        assert 0 <= now.open.minor <= before.open.minor
        assert now.total == before.total


@given(amounts, asked, documents, tolerances, st.data())
def test_no_order_matters(money, parts, docs, tolerance, data):
    other = data.draw(st.permutations(parts))
    turned = data.draw(st.permutations(docs))
    one = applied(docs, money, parts, tolerance)
    two = applied(turned, money, other, tolerance)
    assert sorted(map(repr, one.movements)) == sorted(map(repr, two.movements))


@pytest.mark.rule("R10", "R26")
@given(amounts, asked, documents, tolerances)
def test_taking_all_back_leaves_everything_as_it_was(money, parts, docs, tolerance):
    books = books_of(docs, money)
    done = applied(docs, money, parts, tolerance)
    standing = after(books, done.movements, DAY)
    payment = used(payment_of(money), done.movements, docs)
    back = taken_back("p", payment.allocations, money, standing, DAY + timedelta(days=40))
    again = after(standing, back, DAY + timedelta(days=40))
    assert freed_by(back, "p") == sum(a.amount.minor for a in payment.allocations)
    assert not used(payment, back).allocations
    for before, now in zip(docs, again.documents, strict=True):
        assert (now.open, now.due_on, now.instalments) == (
            before.open,
            before.due_on,
            before.instalments,
        )
        assert not any(now.adjusted.values())
        if before.discount is not None:
            assert now.discount is not None
            assert now.discount.taken_minor == 0


@given(amounts, asked, documents, st.integers(1, 2500).map(eur))
def test_taking_some_back_frees_just_that_or_all_there_is(money, parts, docs, wanted):
    done = applied(docs, money, parts)
    standing = after(books_of(docs, money), done.movements, DAY)
    payment = used(payment_of(money), done.movements, docs)
    back = taken_back("p", payment.allocations, wanted, standing, DAY)
    allocated = sum(a.amount.minor for a in payment.allocations)
    assert freed_by(back, "p") == min(wanted.minor, allocated)
    left = used(payment, back)
    assert left.unapplied.minor == payment.unapplied.minor + freed_by(back, "p")
    after(standing, back, DAY)


@given(amounts, documents)
def test_oldest_first_leaves_no_younger_document_better_off(money, docs):
    assume(all(to_pay(d, DAY) for d in docs))  # else a discount is earned that nobody took yet
    parts = oldest_first(docs, "EUR", DAY)
    done = applied(docs, money, parts)
    standing = after(books_of(docs, money), done.movements, DAY)
    order = sorted(standing.documents, key=lambda d: (d.due_on, d.document_id))
    got = {m.document_id for m in done.movements if m.kind is MovementKind.ALLOCATION}
    stop = next((i for i, d in enumerate(order) if d.document_id not in got), len(order))
    closed = {d.document_id for d in standing.documents if not d.open}
    assert len(got - closed) <= 1
    assert stop >= len(got) or done.unapplied.minor == 0


@pytest.mark.law("6")
@given(amounts, documents, st.integers(1, 3))
def test_steps_do_what_one_step_does(money, docs, documents_max):
    parts = oldest_first(docs, "EUR", DAY)
    whole = applied(docs, money, parts)
    books, rest, todo, seen = books_of(docs, money), money, parts, []
    while todo and rest:
        step = apply_cash("p", rest, todo, books, DAY, NONE, documents_max)
        seen += step.movements
        books, rest, todo = after(books, step.movements, DAY), step.unapplied, step.left
    assert sorted(map(repr, seen)) == sorted(map(repr, whole.movements))
    assert rest == whole.unapplied


@pytest.mark.rule("R17")
@given(build("a"), st.integers(1, 900).map(eur), amounts)
def test_bad_debt_that_is_paid_is_recovered_to_the_cent(document, lost, money):
    lost = min(lost, document.open)
    books = after(Books("c1", (document,)), written_off(document, lost, "insolvent"), DAY)
    (gone,) = books.documents
    assert (gone.written_off, gone.open) == (lost, document.open - lost)
    done = applied(books.documents, money, [Part("a", document.open)])
    (now,) = after(books, done.movements, DAY).documents
    paid = -sum(m.amount.minor for m in done.movements if m.kind is MovementKind.ALLOCATION)
    assert paid + done.unapplied.minor == money.minor
    assert paid <= document.open.minor
    if document.discount is None:
        assert paid == min(money.minor, document.open.minor)
        assert now.open.minor + now.written_off.minor + paid == document.open.minor
        assert now.written_off.minor == lost.minor - max(0, paid - (document.open - lost).minor)


def test_a_write_off_can_be_asked_for_again():
    document = invoice("a", 1000, parts=3)
    books = after(Books("c1", (document,)), written_off(document, None, "insolvent"), DAY)
    back = recovered(books.documents[0], None, "mistake")
    (again,) = after(books, back, DAY).documents
    assert (again.open, again.instalments) == (document.open, document.instalments)
    assert again.due_on == document.due_on
    assert not again.written_off


@pytest.mark.rule("R26")
def test_a_small_rest_is_an_adjustment_with_its_reason_and_only_where_the_entity_says_so():
    document = invoice("a", 1000)
    strict = applied([document], eur(970), [Part("a", eur(970))])
    assert [m.kind for m in strict.movements] == [MovementKind.ALLOCATION]
    kind = applied([document], eur(970), [Part("a", eur(970))], CENTS)
    assert [(m.kind, m.amount.minor, m.reason) for m in kind.movements[1:]] == [
        (MovementKind.TOLERANCE, -30, "within_tolerance")
    ]
    wide = applied([document], eur(940), [Part("a", eur(940))], CENTS)
    assert [m.kind for m in wide.movements] == [MovementKind.ALLOCATION]
    few_percent = Tolerance({"EUR": 50}, "2")
    unasked = applied([document], eur(970), [Part("a", eur(970))], few_percent)
    assert [m.kind for m in unasked.movements] == [MovementKind.ALLOCATION]


@pytest.mark.rule("R26")
@pytest.mark.parametrize("parts", [0, 3])
def test_a_tolerance_goes_with_the_money_that_earned_it(parts):
    document = invoice("a", 1000, parts=parts)
    books = books_of([document], eur(970))
    done = applied([document], eur(970), [Part("a", eur(970))], CENTS)
    closed = after(books, done.movements, DAY)
    assert (closed.documents[0].open, closed.documents[0].adjusted) == (eur(0), {"tolerance": 30})
    payment = used(payment_of(eur(970)), done.movements, [document])
    back = taken_back("p", payment.allocations, eur(970), closed, DAY)
    (again,) = after(closed, back, DAY).documents
    assert (again.open, again.adjusted) == (eur(1000), {"tolerance": 0})
    assert again.instalments == document.instalments


@pytest.mark.rule("R10")
def test_money_goes_back_whole_where_a_write_off_is_asked_for_on_the_part_that_it_paid():
    books = books_of([invoice("a", 1000, parts=2)], eur(600))
    books = after(books, written_off(books.documents[0], eur(1), "insolvent"), DAY)
    done = apply_cash("p", eur(600), [Part("a", eur(600))], books, DAY, NONE, 25)
    books = after(books, done.movements, DAY)
    payment = used(payment_of(eur(600)), done.movements, books.documents)
    assert payment.allocations[0].parts == ((1, 499), (2, 101))
    books = after(books, recovered(books.documents[0], eur(1), "asked_again"), DAY)
    some = taken_back("p", payment.allocations, eur(300), books, DAY)
    assert (freed_by(some, "p"), used(payment, some).allocations[0].amount) == (300, eur(300))
    books, payment = after(books, some, DAY), used(payment, some)
    back = taken_back("p", payment.allocations, eur(300), books, DAY)
    assert (freed_by(back, "p"), used(payment, back).allocations) == (300, ())
    (again,) = after(books, back, DAY).documents
    assert [i.open for i in again.instalments] == [eur(500), eur(500)]


@pytest.mark.rule("R24", "R26")
def test_a_difference_of_rates_on_one_part_and_a_tolerance_on_another_go_back_each_where_it_fits():
    books, payments = Books("c1", (invoice("a", 10_000, parts=2),)), []
    for n, minor, tolerance in ((1, 4_960, NONE), (2, 4_990, CENTS)):
        part, money = Part("a", eur(5_000), n), eur(minor)
        done = apply_cash(f"p{n}", money, [part], books, DAY, tolerance, 25, converted=n == 1)
        payment = replace(payment_of(money), payment_id=f"p{n}")
        payments.append(used(payment, done.movements, books.documents))
        books = after(books, done.movements, DAY)
    assert books.documents[0].adjusted == {"fx_difference": 40, "tolerance": 10}
    back = taken_back("p2", payments[1].allocations, payments[1].amount, books, DAY)
    (document,) = after(books, back, DAY).documents
    assert [i.open.minor for i in document.instalments] == [40, 5_000]
    assert not any(document.adjusted.values())


def test_a_small_surplus_is_kept_as_an_adjustment_too():
    done = applied([invoice("a", 1000)], eur(1003), [Part("a", eur(1000))], CENTS)
    assert [(m.kind, m.amount.minor) for m in done.movements] == [
        (MovementKind.ALLOCATION, -1000),
        (MovementKind.SMALL_CREDIT, -3),
    ]
    assert not done.unapplied


def test_short_pay_is_accepted_with_its_reason():
    part = Part("a", eur(900), deduction=eur(100), reason="damaged")
    done = applied([invoice("a", 1000)], eur(900), [part])
    assert [(m.kind, m.amount.minor, m.reason) for m in done.movements] == [
        (MovementKind.ALLOCATION, -900, ""),
        (MovementKind.DEDUCTION, -100, "damaged"),
    ]


def test_a_named_instalment_gets_the_money():
    done = applied([invoice("a", 900, parts=3)], eur(300), [Part("a", None, instalment=2)])
    assert [(m.instalment, m.amount.minor) for m in done.movements] == [(2, -300)]


@pytest.mark.rule("R24")
@pytest.mark.parametrize(("arrived", "document", "source"), [(985, -15, 0), (1012, 0, -12)])
def test_what_a_conversion_lost_or_won_is_a_difference_of_rates(arrived, document, source):
    books = books_of([invoice("a", 1000)], eur(arrived))
    parts = [Part("a", eur(1000))]
    done = apply_cash("p", eur(arrived), parts, books, DAY, NONE, 25, converted=True)
    fx = [m for m in done.movements if m.kind is MovementKind.FX_DIFFERENCE]
    assert sum(m.amount.minor for m in fx if m.document_id) == document
    assert sum(m.amount.minor for m in fx if m.source_id) == source
    assert not done.unapplied
    assert not after(books, done.movements, DAY).documents[0].open


@pytest.mark.parametrize("amount", [0, -5, 1001])
def test_no_more_is_given_up_than_is_open(amount):
    document = invoice("a", 1000)
    with pytest.raises(InvalidInput):
        written_off(document, eur(amount), "insolvent")
    with pytest.raises(InvalidInput):
        deducted(document, eur(amount), "damaged")


def test_a_reason_is_one_of_the_list():
    with pytest.raises(InvalidInput):
        written_off(invoice("a", 1000), None, "because")
