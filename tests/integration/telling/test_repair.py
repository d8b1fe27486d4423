"""What the ERP did not take is repaired by one command, and booked there once."""

import pytest

from shared import runtime
from shared.domain.connection import Connection, Found
from shared.domain.erp import Entry, Posted
from shared.errors import ErpRefused
from tests.integration.telling.conftest import Books, Clerk


class Refuses:
    """An ERP that says no to one kind of call, as long as its users let it."""

    def __init__(self, books: Books) -> None:
        self.capabilities = books.erp.connector.capabilities
        self.find = books.erp.connector.find

    def post(self, _: object) -> Posted:
        raise ErpRefused(said="The period is closed.")


@pytest.fixture
def stopped(books: Books) -> tuple[str, str]:
    """Two lines of one invoice, the first of which the ERP refused."""
    books.invoice("inv1")
    keys = books.note("p1", "inv1", 4_000), books.note("p2", "inv1", 1_000)
    good, books.connector = books.connector, Refuses(books)
    books.stream(*keys)
    books.deliver()
    books.connector = good
    return keys


def test_what_waits_is_listed_with_the_erps_words(
    books: Books, clerk: Clerk, stopped: tuple[str, str]
) -> None:
    shown = clerk("GET", "/writebacks").json
    (line,) = shown["waits"]
    assert (line["key"], line["state"]) == (stopped[0], "waits")
    assert (line["code"], line["said"]) == ("erp_refused", "The period is closed.")
    assert [p["key"] for p in shown["pending"]] == [stopped[1]]


def test_one_command_repairs_it_and_what_waited_behind_it(
    books: Books, clerk: Clerk, stopped: tuple[str, str]
) -> None:
    assert clerk("POST", "/writebacks/again", {}).json == {"tried": 1}
    books.deliver()
    assert [books.erp.bookings(key) for key in stopped] == [1, 1]
    assert books.of_type("PARKED") == []
    (task,) = books.of_type("TASK")
    assert (task["status"], task["note"]) == ("done", "tried again")
    assert clerk("POST", "/writebacks/again", {}).json == {"tried": 0}
    told = {"erp": None, "not_begun": None, "waits": [], "pending": [], "next": None}
    assert clerk("GET", "/writebacks").json == told


def test_an_erp_that_was_tested_and_not_begun_is_told_as_it_is(books: Books, clerk: Clerk) -> None:
    found = Found(books.wall, company="Seller", entries=True)
    runtime.connections().create("demo", Connection("erp", "tryton", {}, "secret", found=found))
    shown = clerk("GET", "/writebacks").json
    assert (shown["erp"], shown["not_begun"]["name"]) == (None, "erp")
    assert "Its test worked" in shown["not_begun"]["says"]
    assert "duecourse sync begin erp" in shown["not_begun"]["todo"]


def test_a_crm_is_not_waited_for_to_take_what_is_booked(books: Books, clerk: Clerk) -> None:
    crm = Connection("crm", "hubspot", {}, "secret", found=Found(books.wall, company="Seller"))
    runtime.connections().create("demo", crm)
    shown = clerk("GET", "/writebacks").json
    assert (shown["erp"], shown["not_begun"]) == (None, None)


@pytest.mark.rule("R43")
def test_each_repair_is_another_request_for_the_erp(
    books: Books, clerk: Clerk, stopped: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    good = books.erp.connector.post

    def refuse_twice(_: object, entry: Entry) -> Posted:
        asked.append(entry.request)
        if len(asked) < 3:
            raise ErpRefused(said="The period is closed.")
        return good(entry)

    monkeypatch.setattr(type(books.connector), "post", refuse_twice)
    for _ in range(3):
        clerk("POST", "/writebacks/again", {})
        books.deliver()
    assert asked == [*(f"{stopped[0]}~{n}" for n in (1, 2, 3)), stopped[1]]
    assert [books.erp.bookings(key) for key in stopped] == [1, 1]


@pytest.mark.rule("R43")
def test_what_a_person_has_tried_again_is_looked_up_before_it_is_booked(
    books: Books, clerk: Clerk, stopped: tuple[str, str]
) -> None:
    # the ERP's answer was wrong: it had booked the line after all
    books.erp._book(books.invoices["inv1"], 4_000, books.wall.date(), stopped[0], "payment")
    clerk("POST", "/writebacks/again", {"keys": [stopped[0]]})
    books.deliver()
    assert books.erp.bookings(stopped[0]) == 1
    assert books.stored(stopped[0])["erp_id"]


def test_it_is_refused_again_and_waits_again(
    books: Books, clerk: Clerk, stopped: tuple[str, str]
) -> None:
    books.connector = Refuses(books)
    clerk("POST", "/writebacks/again", {})
    books.deliver()
    assert len(books.of_type("PARKED")) == 1
    assert [t["status"] for t in books.of_type("TASK")].count("open") == 1


@pytest.mark.parametrize(
    ("body", "state"),
    [({"booked_as": "MOVE-17"}, "told"), ({"dropped": "the ERP is right"}, "left")],
)
def test_a_person_says_what_became_of_a_line_and_the_next_goes_on(
    books: Books, clerk: Clerk, stopped: tuple[str, str], body: dict[str, str], state: str
) -> None:
    done = clerk("POST", f"/writebacks/{stopped[0]}/repair", body)
    assert (done.status, done.json["state"]) == (200, state)
    books.deliver()
    assert [books.erp.bookings(key) for key in stopped] == [0, 1]
    assert clerk("POST", f"/writebacks/{stopped[0]}/repair", body).status == 404


def test_a_repair_says_one_thing(clerk: Clerk, stopped: tuple[str, str]) -> None:
    both = {"booked_as": "M", "dropped": "no"}
    for body in ({}, both):
        assert clerk("POST", f"/writebacks/{stopped[0]}/repair", body).status == 422
    assert clerk("POST", "/writebacks/again", {"keys": ["a.b.1"]}).status == 404
