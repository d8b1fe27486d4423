"""What the API tells of a sync is enough for a command to see its end, and that it failed."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from infra.cli.errors import Exit
from infra.cli.following import Wish
from infra.cli.http import Answer
from infra.cli.main import run
from tests.integration.telling.conftest import DAY, Books, Clerk
from tests.integration.telling.test_drift import carry, drift
from tests.support.operators import event, invoke

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


@pytest.fixture
def duecourse(
    books: Books, clerk: Clerk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Return what types a command; after each of its looks at the hub, what waits is done."""

    def request(method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        address = url.removeprefix("http://hub.example")
        told = invoke(event(method, address, headers, body.decode() if body else None))
        if method == "GET":
            carry(books)
        return Answer(told.status, told.headers, (), told.text.encode())

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["duecourse", *words, "--entity", "demo"])
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((told.out + told.err).split())

    monkeypatch.setenv("DUECOURSE_API_URL", "http://hub.example/api/v1")
    monkeypatch.setenv("DUECOURSE_TOKEN", books.token)
    monkeypatch.setattr("infra.cli.api.request", request)
    monkeypatch.setattr("infra.cli.following._LOOK_EVERY_S", 0)
    return call


def test_the_command_follows_a_real_sync_to_its_end(
    books: Books, duecourse: Callable[..., tuple[int, str]], drift: object
) -> None:
    customer = next(iter(books.erp.records))
    books.erp.invoice(customer, 5_000, DAY, DAY)
    code, said = duecourse("sync", "run", "books", "--wait", "--wait-s", "30")
    assert code == Exit.OK, said
    assert "books is through" in said and "invoices │ 1 │" in said
    with books.erp.down():
        code, said = duecourse("sync", "run", "--wait", "--wait-s", "30")
    assert code == Exit.NOT_SYNCED and "books: It gives nothing: the ERP did not answer" in said
    code, said = duecourse("sync", "run", "nosuch", "--wait")
    assert code == Exit.REFUSED and "'nosuch'" in said and "duecourse sync show" in said
