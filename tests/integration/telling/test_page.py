"""The console's page of the ERP shows what waits and what differs, and works without scripts."""

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
    assert "Nobody compared yet" in shown.text
    assert post(books.token, f"{PAGE}/again", csrf=csrf(shown)).status == 303
    books.deliver()
    assert [books.erp.bookings(key) for key in stopped] == [1, 1]
    assert "It was told everything" in get(books.token, PAGE).text


def test_a_difference_stands_on_the_page_until_it_is_mended(
    books: Books, clerk: Clerk, drift: object
) -> None:
    customer = next(iter(books.erp.records))
    books.erp.invoice(customer, 5_000, books.wall.date(), books.wall.date())
    for fields, words in (({}, "not here"), ({"fix": "yes"}, "taken"), ({}, "Each is equal.")):
        shown = get(books.token, PAGE)
        assert post(books.token, f"{PAGE}/compare", csrf=csrf(shown), **fields).status == 303
        carry(books)
        assert words in get(books.token, PAGE).text
