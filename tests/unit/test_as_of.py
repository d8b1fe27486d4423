"""The past, rebuilt: any day's balances and ages from postings, and the trade's figures of them."""

import csv
import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Credit
from shared.domain.as_of import as_of
from shared.domain.books import Books, changed
from shared.domain.clock import Now
from shared.domain.collection_metrics import (
    collection_effectiveness_percent,
    countback_days,
    sales_outstanding_days,
)
from shared.domain.document import Document, DocumentKind, Instalment
from shared.domain.document_posting import document_posting
from shared.domain.figures import ageing
from shared.domain.money import Money, parse_money, split
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.settle import settle
from tests.bench.ibm_to_drop import data_file
from tests.support.samples import eur

START = date(2026, 1, 31)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOW = Now(NOON, NOON)
K = MovementKind


def invoice(name: str, minor: int, issued_on: date, days: int = 30, parts: int = 0) -> Document:
    shares = split(minor, [1] * parts) if parts else ()
    instalments = tuple(
        Instalment(n, issued_on + timedelta(days=days * n), eur(share), eur(share))
        for n, share in enumerate(shares, start=1)
    )
    due_on = issued_on + timedelta(days=days)
    return Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=name.upper(),
        issued_on=issued_on,
        due_on=due_on,
        total=eur(minor),
        open=eur(minor),
        instalments=instalments,
    )


def paid(source: str, minor: int, on: date, books: Books) -> Posting:
    """Return the posting of money that settles what is open, oldest first."""
    came = Movement(K.PAYMENT, eur(minor), source_id=source, via="bank")
    plan = [(d.document_id, d.open) for d in books.documents]
    done = settle(source, eur(minor), plan, books.documents)
    return Posting(f"payment:{source}", on, NOON, (came, *done.movements))


def booked(books: Books, posting: Posting, new: Document | None = None) -> Books:
    """Return books after a posting."""
    fresh = [new] if new else []
    documents = {d.document_id: d for d in books.documents}
    credits = {c.source_id: c for c in books.credits}
    done = changed(books, posting.movements, posting.value_date, fresh)
    documents |= {after.document_id: after for _, after in done.documents}
    for before, after in done.credits:
        if before:
            del credits[before.source_id]
        if after:
            credits[after.source_id] = after
    return Books("c1", tuple(documents.values()), tuple(credits.values()))


@st.composite
def histories(draw) -> tuple[Books, list[Posting]]:
    """Draw invoices and payments, value dates in no order."""
    books, postings = Books("c1"), []
    for n in range(draw(st.integers(1, 8))):
        day = START + timedelta(days=draw(st.integers(0, 60)))
        if draw(st.booleans()):
            made = invoice(f"d{n}", draw(st.integers(1, 900)), day, parts=draw(st.integers(0, 3)))
            posting = document_posting(made, NOW)
            books = booked(books, posting, made)
        else:
            posting = paid(f"p{n}", draw(st.integers(1, 900)), day, books)
            books = booked(books, posting)
        postings.append(posting)
    return books, postings


def net(documents, credits) -> int:
    return sum(d.open.minor for d in documents) - sum(c.unapplied.minor for c in credits)


@pytest.mark.rule("R40")
@given(histories())
def test_at_the_end_the_past_is_what_heads_and_credits_say(history):
    books, postings = history
    stood = as_of(books.documents, postings, date.max)
    assert {d.document_id: (d.open, d.due_on, d.instalments) for d in stood.documents} == {
        d.document_id: (d.open, d.due_on, d.instalments) for d in books.documents if d.open
    }
    assert {c.source_id: c.unapplied for c in stood.credits} == {
        c.source_id: c.unapplied for c in books.credits
    }


@pytest.mark.rule("R40")
@given(histories(), st.integers(-1, 70), st.randoms())
def test_on_any_day_buckets_less_credits_are_the_sum_of_that_days_movements(history, days, chance):
    books, postings = history
    day = START + timedelta(days=days)
    shuffled = chance.sample(postings, len(postings))
    stood = as_of(books.documents, shuffled, day)
    moved = sum(
        (m.amount.minor if m.document_id else 0) - (m.amount.minor if m.source_id else 0)
        for p in postings
        if p.value_date <= day
        for m in p.movements
    )
    assert net(stood.documents, stood.credits) == moved
    for document in stood.documents:
        assert 0 < document.open.minor <= document.total.minor
        if document.instalments:
            assert sum(i.open.minor for i in document.instalments) == document.open.minor
    for age in ageing(stood.documents, stood.credits, day):
        assert age.open.minor - age.unapplied.minor == moved


@pytest.mark.rule("R40")
def test_the_day_decides_both_what_was_open_and_how_old_it_was():
    made = invoice("a", 10_000, START)
    books = booked(Books("c1"), document_posting(made, NOW), made)
    payment = paid("p", 4_000, START + timedelta(days=45), books)
    postings = [document_posting(made, NOW), payment]

    def buckets(days: int) -> list[int]:
        day = START + timedelta(days=days)
        (age,) = ageing(as_of([made], postings, day).documents, (), day)
        return [m.minor for m in age.buckets]

    assert as_of([made], postings, START - timedelta(days=1)).documents == ()
    assert buckets(30) == [10_000, 0, 0, 0, 0]
    assert buckets(44) == [0, 10_000, 0, 0, 0]
    assert buckets(45) == [0, 6_000, 0, 0, 0]
    assert buckets(121) == [0, 0, 0, 0, 6_000]


def test_money_that_came_before_its_invoice_waits_until_that_day():
    made = invoice("a", 100, START)
    books = booked(Books("c1"), document_posting(made, NOW), made)
    early = paid("p", 100, START - timedelta(days=3), books)
    stood = as_of([made], [document_posting(made, NOW), early], START - timedelta(days=2))
    assert (stood.documents, stood.credits) == (
        (),
        (Credit("a", eur(100), START - timedelta(days=2)),),
    )


def usd(text: str) -> Money:
    return parse_money(text, "USD")


@pytest.fixture(scope="module")
def ibm() -> tuple[list[Document], list[Posting]]:
    """The IBM sample as heads and postings, in random order."""
    if not data_file().is_file():
        pytest.skip("the IBM sample is not here: DUECOURSE_BENCH_DATA names its folder")
    documents, postings = [], []
    with data_file().open(newline="", encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            issued, due, settled = (_day(row[c]) for c in ("InvoiceDate", "DueDate", "SettledDate"))
            name, total = row["invoiceNumber"], usd(row["InvoiceAmount"])
            made = Document(name, DocumentKind.INVOICE, name, issued, due, total, total)
            documents.append(made)
            came = Movement(K.PAYMENT, total, source_id=f"p{name}", via="bank")
            used = Movement(K.ALLOCATION, -total, document_id=name, source_id=f"p{name}")
            postings += [
                document_posting(made, NOW),
                Posting(f"payment:p{name}", settled, NOON, (came, used)),
            ]
    random.Random(7).shuffle(postings)
    return documents, postings


def _day(text: str) -> date:
    month, day, year = (int(part) for part in text.split("/"))
    return date(year, month, day)


def monthly(postings: list[Posting], last: date, months: int) -> list[tuple[Money, int]]:
    """Return sales and days of each of the months through last, newest first."""
    sums: defaultdict[tuple[int, int], int] = defaultdict(int)
    for posting in postings:
        for movement in posting.movements:
            if movement.kind is K.INVOICE:
                day = posting.value_date
                sums[day.year, day.month] += movement.amount.minor
    found, end = [], last
    for _ in range(months):
        sales = Money(minor=sums[end.year, end.month], currency="USD")
        found.append((sales, end.day))
        end = end.replace(day=1) - timedelta(days=1)
    return found


# DSO, best DSO, countback and CEI by the last day of the quarter
QUARTERS = {
    date(2013, 3, 31): ("27.56", "24.38", "28.42", "96.56"),
    date(2013, 6, 30): ("23.18", "19.40", "26.26", "96.15"),
    date(2013, 9, 30): ("23.67", "21.48", "22.09", "97.68"),
}


@pytest.mark.rule("R40")
def test_the_second_quarter_of_2013_rolls_forward_as_published(ibm):
    documents, postings = ibm
    begin = sum(d.open.minor for d in as_of(documents, postings, date(2013, 3, 31)).documents)
    last = date(2013, 6, 30)
    stood = as_of(documents, postings, last)
    (age,) = ageing(stood.documents, stood.credits, last)

    def moved(kind: MovementKind) -> int:
        within = (p for p in postings if date(2013, 4, 1) <= p.value_date <= last)
        return sum(m.amount.minor for p in within for m in p.movements if m.kind is kind)

    assert (begin, moved(K.INVOICE), moved(K.PAYMENT)) == (590_374, 2_009_887, 2_088_276)
    assert [m.minor for m in age.buckets] == [428_429, 83_556, 0, 0, 0]
    assert (age.open, age.unapplied, sum(age.counts)) == (usd("5119.85"), usd("0"), 84)


@pytest.mark.parametrize("last", QUARTERS)
def test_the_trades_figures_are_those_published(ibm, last):
    documents, postings = ibm
    months = monthly(postings, last, 24)
    days = sum(length for _, length in months[:3])
    begin = as_of(documents, postings, last - timedelta(days=days))
    stood = as_of(documents, postings, last)
    (age,) = ageing(stood.documents, (), last)
    opened = Money(minor=net(begin.documents, ()), currency="USD")
    sales = Money(minor=sum(s.minor for s, _ in months[:3]), currency="USD")
    found = (
        sales_outstanding_days(age.open, sales, days),
        sales_outstanding_days(age.buckets[0], sales, days),
        countback_days(age.open, months),
        collection_effectiveness_percent(opened, sales, age.open, age.buckets[0]),
    )
    assert tuple(str(f) for f in found) == QUARTERS[last]


def test_figures_without_sales_or_with_nothing_to_collect_are_none():
    assert sales_outstanding_days(eur(5), eur(0), 30) is None
    assert countback_days(eur(5), [(eur(4), 30)]) is None
    assert str(countback_days(eur(4), [(eur(4), 30), (eur(9), 31)])) == "30.00"
    assert collection_effectiveness_percent(eur(0), eur(5), eur(5), eur(5)) is None
