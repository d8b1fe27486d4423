"""Whatever people do with money, in whatever order, the books hold: no step is refused by them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.apply_cash import Part, apply_cash, oldest_first
from shared.domain.books import Books, changed
from shared.domain.counter_entries import freed_by, taken_back
from shared.domain.movement import Movement, MovementKind, Posting, fold
from shared.domain.payment import Payment
from shared.domain.payment_use import used
from shared.domain.write_off import deducted, recovered, written_off
from tests.support.samples import eur
from tests.unit.test_cash_laws import CENTS, DAY, NONE, build

NAMES = "ab"
ACTS = ("pay", "pay", "pay", "use", "back", "back", "give_up", "give_up", "ask_again", "keep_back")


@dataclass
class History:
    """One customer's books, their payments, and all that was posted."""

    books: Books
    payments: dict[str, Payment]
    postings: list[Posting]

    def post(self, movements: tuple[Movement, ...], day: date) -> None:
        changes = changed(self.books, movements, day)
        documents = {d.document_id: d for d in self.books.documents}
        documents |= {after.document_id: after for _, after in changes.documents}
        credits = {c.source_id: c for c in self.books.credits}
        credits |= {after.source_id: after for _, after in changes.credits}
        left = tuple(c for c in credits.values() if c.unapplied)
        self.books = Books("c1", tuple(documents.values()), left)
        name, at = f"step:{len(self.postings)}", datetime(2026, 3, 2, tzinfo=UTC)
        self.postings.append(Posting(name, day, at, tuple(movements)))
        for payment_id, payment in self.payments.items():
            if any(m.source_id == payment_id for m in movements):
                self.payments[payment_id] = used(payment, movements, self.books.documents)

    def check(self, opened: dict[str, int]) -> None:
        sums = fold(self.postings)
        for document in self.books.documents:
            moved = sums.open.get((document.document_id, "EUR"), 0)
            assert document.open.minor == opened[document.document_id] + moved
            assert all(minor >= 0 for minor in document.adjusted.values())
            if document.instalments:
                assert sum(i.open.minor for i in document.instalments) == document.open.minor
        waits = {(c.source_id, "EUR"): c.unapplied.minor for c in self.books.credits}
        assert waits == dict(sums.unapplied)
        for payment in self.payments.values():
            assert waits.get((payment.payment_id, "EUR"), 0) == payment.unapplied.minor


def act(history: History, draw, what: str, n: int) -> None:
    day = DAY + timedelta(days=draw(st.integers(-40, 40)))
    document = draw(st.sampled_from(history.books.documents))
    tolerance = draw(st.sampled_from([NONE, CENTS]))
    amount = eur(draw(st.integers(1, 1_200)))
    if what in ("pay", "use"):
        converted = what == "pay" and draw(st.booleans())
        wanted = draw(st.sampled_from([None, amount]))
        number = draw(st.sampled_from([0, *(i.number for i in document.instalments)]))
        is_open = [i.open.minor for i in document.instalments if i.number == number]
        nearly = max((is_open or [document.open.minor])[0] - draw(st.integers(0, 20)), 1)
        part = Part(document.document_id, wanted, number)
        parts = draw(st.sampled_from([(part,), oldest_first(history.books.documents, "EUR", day)]))
        came: tuple[Movement, ...] = ()
        if what == "pay":
            name = f"p{n}"
            money = eur(draw(st.sampled_from([nearly, draw(st.integers(1, 1_200))])))
            at = datetime(2026, 3, 2, tzinfo=UTC)
            history.payments[name] = Payment(name, "c1", money, "bank", day, at, source="bank")
            came = (Movement(MovementKind.PAYMENT, money, source_id=name),)
        elif history.books.credits:
            credit = draw(st.sampled_from(history.books.credits))
            name, money = credit.source_id, credit.unapplied
        else:
            return
        done = apply_cash(
            name, money, parts, history.books, day, tolerance, 25, converted=converted
        )
        history.post((*came, *done.movements), day)
    elif what == "back" and history.payments:
        payment = draw(st.sampled_from([*history.payments.values()]))
        wanted = draw(st.sampled_from([payment.amount, amount]))
        freed = taken_back(
            payment.payment_id, payment.allocations, wanted, history.books, day, "moved"
        )
        gone = min(freed_by(freed, payment.payment_id) + payment.unapplied.minor, wanted.minor)
        leaves = draw(st.booleans())
        if leaves and gone:
            freed = (
                *freed, Movement(MovementKind.RETURN, eur(-gone), source_id=payment.payment_id),
            )  # fmt: skip
        if freed:
            history.post(freed, day)
    elif what == "give_up" and document.open:
        part = draw(st.sampled_from([None, min(amount, document.open)]))
        history.post(written_off(document, part, "insolvent"), day)
    elif what == "keep_back" and document.open:
        history.post(deducted(document, min(amount, document.open), "price"), day)
    elif what == "ask_again" and document.written_off:
        history.post(recovered(document, None, "mistake"), day)


@pytest.mark.law("2", "3")
@given(st.data())
@settings(max_examples=300)
def test_no_order_of_steps_breaks_the_books(data):
    draw = data.draw
    documents = tuple(draw(build(name)) for name in NAMES)
    opened = {d.document_id: d.open.minor for d in documents}
    history = History(Books("c1", documents), {}, [])
    for n in range(draw(st.integers(1, 8))):
        act(history, draw, draw(st.sampled_from(ACTS)), n)
        history.check(opened)
