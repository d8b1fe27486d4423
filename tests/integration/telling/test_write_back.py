"""What the hub tells an ERP is booked there once, whatever goes wrong on the way."""

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared.domain.erp import Capabilities, Posted
from shared.errors import ErpRefused
from tests.integration.telling.conftest import Books


def open_minor(books: Books, name: str) -> int:
    return books.erp.open_minor(books.invoices[name])


@pytest.mark.rule("i25")
@pytest.mark.law("7")
def test_money_is_booked_once_however_often_it_is_told(books: Books) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)
    for _ in range(3):
        books.stream(key)
        books.janitor()
        books.deliver()
        books.later(minutes=5)
    assert open_minor(books, "inv1") == 6_000
    assert books.erp.bookings(key) == 1
    note = books.stored(key)
    assert note["erp_id"] and "ppk" not in note and "called_at" not in note


@pytest.mark.rule("R43", "i25")
def test_an_answer_lost_after_the_commit_is_found_and_not_booked_again(books: Books) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)
    books.stream(key)
    with books.erp.answer_lost():
        books.deliver()
    assert books.erp.bookings(key) == 1 and "erp_id" not in books.stored(key)
    for _ in range(4):
        books.later(minutes=20)
        books.janitor()
        books.deliver()
    assert books.erp.bookings(key) == 1
    assert books.stored(key)["erp_id"]


@pytest.mark.rule("i25")
def test_a_crash_between_the_commit_and_our_note_is_found(books: Books) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)

    class Killed(BaseException):
        pass

    class Kills:
        capabilities = books.erp.connector.capabilities
        find = books.erp.connector.find

        def post(self, entry: object) -> Posted:
            books.erp.connector.post(entry)
            raise Killed

    books.stream(key)
    good, books.connector = books.connector, Kills()
    with pytest.raises(Killed):
        books.deliver()
    books.connector = good
    # too early: the call may be under way still, so the message has to come again
    with pytest.raises(BatchProcessingError):
        books.tell("inv1")
    assert books.erp.bookings(key) == 1
    books.later(minutes=20)
    books.tell("inv1")
    assert books.erp.bookings(key) == 1
    assert books.stored(key)["erp_id"]


def test_an_erp_that_is_down_for_a_day_loses_nothing_and_blocks_nobody(books: Books) -> None:
    for name in ("inv1", "inv2"):
        books.invoice(name)
    keys = [books.note("p1", "inv1", 4_000), books.note("p2", "inv2", 5_000)]
    books.stream(*keys)
    with books.erp.down():
        for _ in range(24):
            books.janitor()
            books.deliver()
            books.later(hours=1)
    assert books.of_type("PARKED") == []
    before = books.erp.answers
    books.janitor()
    books.deliver()
    assert books.erp.answers == before + 2, "nothing was booked, so nothing is looked for"
    assert [open_minor(books, n) for n in ("inv1", "inv2")] == [6_000, 5_000]


def test_an_erp_that_does_not_answer_is_asked_once_in_an_invocation(books: Books) -> None:
    names = [f"inv{i}" for i in range(6)]
    for name in names:
        books.invoice(name)
    books.stream(*[books.note(f"p-{name}", name, 100) for name in names])
    with books.erp.down():
        books.deliver()
    assert books.erp.answers == 1


def test_tries_come_less_and_less_often(books: Books) -> None:
    books.invoice("inv1")
    books.stream(books.note("p1", "inv1", 100))
    with books.erp.down():
        for _ in range(60):
            books.janitor()
            books.deliver()
            books.later(minutes=5)
    assert 6 <= books.erp.answers <= 12


def test_an_erp_that_is_out_for_days_is_told_to_a_person_once(books: Books) -> None:
    for name in ("inv1", "inv2"):
        books.invoice(name)
    books.stream(books.note("p1", "inv1", 4_000), books.note("p2", "inv2", 5_000))
    with books.erp.down():
        for _ in range(80):
            books.janitor()
            books.deliver()
            books.later(hours=1)
    assert len(books.of_type("PARKED")) == 2
    (task,) = books.of_type("TASK")
    assert task["detail"].endswith("duecourse writeback again --all")


def test_what_the_erp_refuses_is_parked_with_its_words(
    books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)

    class Refuses:
        capabilities = books.erp.connector.capabilities

        def post(self, _: object) -> Posted:
            raise ErpRefused(said='The period "2026-09" is closed.')

    good, books.connector = books.connector, Refuses()
    books.stream(key)
    books.deliver()
    (parked,) = books.of_type("PARKED")
    assert parked["reason"] == "erp_refused"
    assert parked["facts"]["said"] == 'The period "2026-09" is closed.'
    (task,) = books.of_type("TASK")
    assert "is closed" in task["title"] and key in task["detail"]
    logged = caplog.text + str([vars(record) for record in caplog.records])
    assert "write-back stopped" in logged and "is closed" not in logged
    # nobody tries again by himself
    books.connector = good
    books.later(days=1)
    assert books.janitor() == 0
    assert books.erp.bookings(key) == 0


def test_a_later_entry_of_an_invoice_waits_behind_one_that_failed(books: Books) -> None:
    for name in ("inv1", "inv2"):
        books.invoice(name)
    first, then = books.note("p1", "inv1", 4_000), books.note("p1", "inv1", -4_000, step=2)
    other = books.note("p2", "inv2", 5_000)

    class RefusesMoneyIn:
        capabilities = books.erp.connector.capabilities

        def post(self, entry: object) -> Posted:
            if entry.key == first:
                raise ErpRefused(said="closed")
            return books.erp.connector.post(entry)

    good, books.connector = books.connector, RefusesMoneyIn()
    books.stream(then, first, other)  # the order of messages does not matter either
    books.deliver()
    for _ in range(3):
        books.later(hours=1)
        books.janitor()
        books.deliver()
    assert books.erp.bookings(then) == 0, "what takes back comes after what it takes back"
    assert books.erp.bookings(other) == 1, "another invoice does not wait"
    assert good is not books.connector


def test_lines_come_in_the_order_of_their_making_whatever_came_first(books: Books) -> None:
    books.invoice("inv1")
    keys = [books.note(f"p{9 - i}", "inv1", 1_000 + i) for i in range(4)]
    books.stream(keys[3])  # the messages of the others were lost
    books.deliver()
    booked = [r.values["key"] for r in books.erp.records.values() if r.values.get("key")]
    assert booked == keys


def test_an_erp_that_cannot_be_asked_waits_for_a_person_when_in_doubt(books: Books) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)
    blind = Capabilities(
        kinds=books.connector.capabilities.kinds, entries=books.connector.capabilities.entries
    )

    class Blind:
        capabilities = blind
        post = books.erp.connector.post

    books.connector = Blind()
    books.stream(key)
    with books.erp.answer_lost():
        books.deliver()
    for _ in range(3):
        books.later(hours=1)
        books.janitor()
        books.deliver()
    assert books.erp.bookings(key) == 1
    (parked,) = books.of_type("PARKED")
    assert parked["reason"] == "erp_outcome_unknown"


def test_what_an_erp_cannot_book_is_said_and_never_tried(books: Books) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)

    class Reads:
        capabilities = Capabilities(kinds=books.connector.capabilities.kinds)

    books.connector = Reads()
    books.stream(key)
    books.deliver()
    assert books.stored(key)["left"] == "erp_cannot"
    (task,) = books.of_type("TASK")
    assert "payment" in task["title"]


def test_a_paused_connection_is_told_when_it_goes_on(books: Books) -> None:
    books.invoice("inv1")
    key = books.note("p1", "inv1", 4_000)
    good, books.connector = books.connector, None
    books.stream(key)
    books.deliver()
    assert "ppk" in books.stored(key)
    books.connector = good
    books.later(hours=1)
    books.janitor()
    books.deliver()
    assert books.erp.bookings(key) == 1


def test_an_entity_that_gets_files_goes_on_with_its_erp_from_then_on(books: Books) -> None:
    books.invoice("inv1")
    before = books.note("p1", "inv1", 1_000)
    books.has_erp = False
    books.stream(before)
    books.deliver()
    books.has_erp = True
    after = books.note("p2", "inv1", 2_000)
    books.stream(after)
    books.deliver()
    assert (books.erp.bookings(before), books.erp.bookings(after)) == (0, 1)


def test_an_invoice_that_the_erp_does_not_know_is_not_told(books: Books) -> None:
    key = books.note("p1", "ours", 1_000)
    books.stream(key)
    books.deliver()
    assert books.stored(key)["left"] == "not_in_erp"
