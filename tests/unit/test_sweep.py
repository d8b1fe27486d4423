"""The sweep finds everybody whom the decision would write to, however irregularly it runs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.account import Account, Document, DocumentKind, Entity
from shared.domain.decide import decide
from shared.domain.notices import stage_notice
from shared.domain.policy_book import PolicyBook
from shared.usecases.sweep import candidates, to_send
from tests.support.samples import customer, entity, eur
from tests.unit.test_decide import LADDER

START = date(2026, 1, 1)
WELCOME = LADDER.stages[0].model_copy(update={"id": "welcome", "offset_days": 5})
WEEKDAYS = LADDER.model_copy(
    update={
        "send_on": (1, 2, 3, 4, 5),
        "stages": (LADDER.stages[0], WELCOME, *LADDER.stages[1:]),
    }
)


class Book:
    """Customers with one invoice each, as the due index and the tickets would show them."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.known_on: dict[str, date] = {}
        self.watermark: tuple[date, date, int] | None = None

    def add(self, name: str, issued_on: date, terms_days: int, today: date) -> None:
        document = Document(
            document_id=f"d-{name}",
            kind=DocumentKind.INVOICE,
            number=name,
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=terms_days),
            total=eur(100),
            open=eur(100),
        )
        self.accounts[name] = Account(customer(customer_id=name), (document,))
        self.known_on[name] = max(today, issued_on)

    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        for name, account in self.accounts.items():
            if first <= account.documents[0].due_on <= last:
                yield name

    def ticketed_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        for name, day in self.known_on.items():
            if first <= day <= last:
                yield name

    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None:
        return self.watermark

    def sweep(self, today: date) -> tuple[set[str], set[str]]:
        """Return whom the passes name and whom the decision alone would write to; then say it."""
        named, swept_on = candidates(entity(), [WEEKDAYS], self, self, today)
        due = set()
        for name, account in self.accounts.items():
            decision = to_send(decide(account, PolicyBook(WEEKDAYS), today))
            if decision is not None:
                due.add(name)
                now = datetime(today.year, today.month, today.day, tzinfo=UTC)
                notice = stage_notice(account.newest_notice, decision, today, now)
                self.accounts[name] = Account(
                    account.customer, account.documents, newest_notice=notice
                )
        self.watermark = (swept_on, today, 0)
        return named, due


invoices = st.tuples(st.integers(0, 60), st.integers(-20, 10), st.integers(0, 45))


@settings(max_examples=200)
@given(
    found=st.lists(invoices, min_size=1, max_size=8), gaps=st.lists(st.integers(0, 9), max_size=30)
)
def test_whoever_is_due_is_named_by_the_passes(found, gaps):
    book, today, waiting = Book(), START, sorted(found)
    for gap in [0, *gaps, 1, 1, 1, 1, 1]:
        today += timedelta(days=gap)
        while waiting and START + timedelta(days=waiting[0][0]) <= today:
            issued, age, terms = waiting.pop(0)
            issued_on = START + timedelta(days=issued - age)
            book.add(f"c{len(book.accounts)}", issued_on, terms, today)
        for _ in range(2):
            named, due = book.sweep(today)
            assert due <= named


def test_a_second_sweep_of_the_day_does_not_read_every_overdue_customer_again():
    book = Book()
    book.add("old", START - timedelta(days=400), 30, START - timedelta(days=370))
    assert book.sweep(START)[0] == {"old"}
    assert book.sweep(START)[0] == set()


def test_a_changed_policy_reads_every_overdue_customer_again():
    book = Book()
    book.add("old", START - timedelta(days=400), 30, START - timedelta(days=370))
    book.sweep(START)
    book.watermark = (START, START, -1)
    assert book.sweep(START)[0] == {"old"}
