"""The console's page of the ERP shows what waits and what differs, and works without scripts."""

from dataclasses import replace

import pytest

from shared import runtime
from shared.domain.connection import Found, Trouble
from shared.domain.parked import FROM_ERP, Parked
from tests.connectors.reference import ReferenceErp
from tests.integration.telling.conftest import Books, Clerk
from tests.integration.telling.test_drift import carry, drift
from tests.integration.telling.test_repair import stopped
from tests.integration.test_console import csrf, get, post

__all__ = ["drift", "stopped"]
PAGE = "/console/e/demo/erp"


def test_what_waits_is_told_again_by_a_button(
    books: Books, clerk: Clerk, stopped: tuple[str, str]
) -> None:
    shown = get(books.token, PAGE)
    assert (shown.status, "The period is closed." in shown.text) == (200, True)
    assert post(books.token, f"{PAGE}/again", csrf=csrf(shown)).status == 303
    books.deliver()
    assert [books.erp.bookings(key) for key in stopped] == [1, 1]
    assert "What it did not take" not in get(books.token, PAGE).text


def test_what_was_tried_in_vain_is_shown_with_its_reason(books: Books, clerk: Clerk) -> None:
    books.invoice("inv1")
    books.stream(books.note("p1", "inv1", 100))
    with books.erp.down():
        books.deliver()
    shown = get(books.token, PAGE).text
    words = ("Tried, and to be tried again by itself", "Check that the ERP runs")
    assert [word for word in words if word not in shown] == []
    assert "It was told everything" not in shown


def test_without_an_erp_the_page_says_so_and_how_to_connect_one(books: Books, clerk: Clerk) -> None:
    clerk("GET", "/drift")
    shown = get(books.token, PAGE).text
    words = ("No ERP is connected", "duecourse connect tryton --entity demo")
    assert [word for word in words if word not in shown] == []
    assert "told everything" not in shown and "Compare now" not in shown


def test_how_a_connection_stands_is_shown_and_a_person_acts_on_it(
    books: Books, clerk: Clerk, drift: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"{PAGE}/connections/books"
    pulled_now(books, clerk, monkeypatch)
    shown = get(books.token, PAGE)
    words = ("followed", "takes what the hub books", "Invoices pulled", "1 min ago", "26 hours")
    assert [word for word in words if word not in shown.text] == []
    asked = post(books.token, f"{place}/sync", csrf=csrf(shown))
    assert (asked.status, asked.headers["location"]) == (303, f"{PAGE}?asked=books")
    assert "It is asked for its changes now" in get(books.token, f"{PAGE}?asked=books").text
    carry(books)
    assert post(books.token, f"{place}/pause", csrf=csrf(shown)).status == 303
    paused = get(books.token, PAGE)
    assert "books is paused and told nothing" in paused.text and "Pull now" not in paused.text
    assert post(books.token, f"{place}/sync", csrf=csrf(paused)).status == 409
    let_its_test_work(books)
    assert post(books.token, f"{place}/follow", csrf=csrf(paused)).status == 303
    assert "Pull now" in get(books.token, PAGE).text
    assert post(books.token, f"{place}/remove", csrf=csrf(paused)).status == 404


def test_old_facts_parked_records_and_trouble_are_on_the_page(
    books: Books, clerk: Clerk, drift: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts: dict[str, str | int] = {"connection": "books", "external_id": "7"}
    runtime.parked_items().park(
        "demo", Parked("P1", "invoices", FROM_ERP, "unknown_currency", books.wall, facts)
    )
    pulled_now(books, clerk, monkeypatch)
    known = runtime.connections().get("demo", "books")
    trouble = Trouble("erp_access", "Key revoked", books.wall)
    runtime.connections().update("demo", replace(known, trouble=trouble))
    books.later(minutes=30)
    shown = get(books.token, PAGE).text
    words = ("It gives nothing", "Key revoked", "1 parked", "duecourse connect reference")
    assert [word for word in words if word not in shown] == []
    assert "too old" not in shown
    runtime.entities().update(replace(runtime.entities().get("demo"), erp_max_age_hours=0))
    assert "It began 30 min ago." in shown
    assert "too old" in get(books.token, PAGE).text


def pulled_now(books: Books, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything have come in a minute ago, by the ERP's clock as well."""
    monkeypatch.setattr(ReferenceErp, "clock", lambda _: books.wall)
    clerk("POST", "/connections/books/sync", {})
    carry(books)


def let_its_test_work(books: Books) -> None:
    """Let the test of the connection have worked."""
    known = runtime.connections().get("demo", "books")
    runtime.connections().update("demo", replace(known, found=Found(books.wall, entries=True)))


def test_a_difference_stands_on_the_page_until_it_is_mended(
    books: Books, clerk: Clerk, drift: object
) -> None:
    customer = next(iter(books.erp.records))
    books.erp.invoice(customer, 5_000, books.wall.date(), books.wall.date())
    for fields, words in (
        ({}, "The hub does not have it."),
        ({"fix": "yes"}, "It was read again, and taken."),
        ({}, "Each is equal."),
    ):
        shown = get(books.token, PAGE)
        assert post(books.token, f"{PAGE}/compare", csrf=csrf(shown), **fields).status == 303
        carry(books)
        assert words in get(books.token, PAGE).text
