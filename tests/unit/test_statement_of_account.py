"""A statement's sums: what is open, what happened, and the balance are one figure."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.document_posting import document_posting
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.statement_of_account import statement
from tests.support.samples import customer, entity, eur
from tests.unit.test_as_of import NOON, START, booked, histories, invoice, paid

NOW = Now(NOON, NOON)


def days(count: int) -> date:
    return START + timedelta(days=count)


@given(histories(), st.integers(-1, 70), st.integers(0, 70))
def test_balance_forward_and_activity_are_what_is_open_less_credits(history, last, length):
    books, postings = history
    on = days(last)
    first = on - timedelta(days=length)
    told = statement(entity(), customer(), books.documents, postings, on, first)
    for one in told.currencies:
        moved = sum(line.amount.minor for line in one.activity)
        assert one.brought_forward.minor + moved == one.balance.minor
        listed = sum(d.open.minor for d in one.items) - sum(c.unapplied.minor for c in one.credits)
        assert listed == one.balance.minor
        assert sum(m.minor for m in one.ageing.buckets) == one.ageing.open.minor
        if one.activity:
            assert one.activity[-1].balance == one.balance
        assert all(first <= line.day <= on for line in one.activity)


def test_a_month_is_told_line_by_line_with_the_balance_after_each():
    made, other = invoice("a", 10_000, START), invoice("b", 5_000, days(10))
    books = booked(Books("c1"), document_posting(made, NOW), made)
    books = booked(books, document_posting(other, NOW), other)
    payment = paid("p", 12_000, days(20), books)
    postings = [document_posting(made, NOW), document_posting(other, NOW), payment]
    told = statement(entity(), customer(), [made, other], postings, days(30), days(10))
    (one,) = told.currencies
    assert one.brought_forward == eur(10_000)
    assert [(line.day, line.kind, line.number, line.balance.minor) for line in one.activity] == [
        (days(10), MovementKind.INVOICE, "B", 15_000),
        (days(20), MovementKind.PAYMENT, "", 3_000),
    ]
    assert [(d.number, d.open.minor) for d in one.items] == [("B", 3_000)]


def test_each_currency_stands_alone_and_money_that_waits_is_owed_to_the_customer():
    made = invoice("a", 100, START)
    came = Movement(MovementKind.PAYMENT, eur(30), source_id="p", via="bank")
    yen = came.amount.model_copy(update={"currency": "JPY"})
    other = Movement(MovementKind.PAYMENT, yen, source_id="q", via="bank")
    postings = [
        document_posting(made, NOW),
        Posting("payment:p", START, NOON, (came,)),
        Posting("payment:q", START, NOON, (other,)),
    ]
    told = statement(entity(), customer(), [made], postings, START)
    assert [(c.currency, c.balance.minor, c.activity) for c in told.currencies] == [
        ("EUR", 70, ()),
        ("JPY", -30, ()),
    ]


def test_a_statement_before_anything_happened_is_empty():
    made = invoice("a", 100, START)
    told = statement(entity(), customer(), [made], [document_posting(made, NOW)], days(-1))
    assert told.currencies == ()
