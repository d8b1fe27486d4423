"""What the API tells of a sync is enough for a command to see its end, and that it failed."""

from datetime import datetime
from typing import Any

from infra.cli.following import Wish
from tests.integration.telling.conftest import DAY, Books, Clerk
from tests.integration.telling.test_drift import carry, drift

__all__ = ["drift"]
PLACE = "/connections/books"


def ask(clerk: Clerk) -> Wish:
    before = clerk("GET", PLACE).json
    at = clerk("POST", f"{PLACE}/sync", {}).json["at"]
    return Wish(before, datetime.fromisoformat(at))


def counted(wish: Wish, now: Any) -> dict[str, tuple[int, int]]:
    return {one["kind"]: (one["pages"], one["new"]) for one in wish.read(now)}


def test_a_sync_is_through_when_it_came_to_its_end_and_not_before(
    books: Books, clerk: Clerk, drift: object
) -> None:
    first = ask(clerk)
    assert not first.is_through(clerk("GET", PLACE).json)
    carry(books)
    now = clerk("GET", PLACE).json
    assert first.is_through(now) and not first.has_failed(now)
    customer = next(iter(books.erp.records))
    books.erp.invoice(customer, 5_000, DAY, DAY)
    books.later(seconds=5)
    second = ask(clerk)
    assert not second.is_through(clerk("GET", PLACE).json), "the end of the first is not its own"
    carry(books)
    now = clerk("GET", PLACE).json
    assert second.is_through(now)
    assert counted(second, now)["invoices"] == (1, 1)


def test_a_sync_that_fails_again_for_the_same_reason_is_seen_to_fail(
    books: Books, clerk: Clerk, drift: object
) -> None:
    since = []
    for _ in range(2):
        books.later(seconds=5)
        wish = ask(clerk)
        assert not wish.has_failed(clerk("GET", PLACE).json)
        with books.erp.down():
            carry(books)
        now = clerk("GET", PLACE).json
        assert wish.has_failed(now) and not wish.is_through(now)
        since.append(now["trouble"]["since"])
    assert since[0] == since[1], "it is so since the first time"
