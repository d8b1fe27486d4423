"""How a connection to an ERP stands, in sentences."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.connection import Connection, ConnectionState, Found, Trouble
from shared.domain.connection_standing import may_take_books, standing

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
WORKED = Found(AT, company="Seller", entries=True)
REFUSED = Found(AT, "erp_access", "Key revoked.")
NEW = Connection("books", "tryton", {}, "secret")
FOLLOWED = replace(NEW, state=ConnectionState.CONNECTED, found=WORKED)


@pytest.mark.parametrize(
    ("connection", "says", "todo"),
    [
        (NEW, "Its test has not ended yet.", "Look again"),
        (replace(NEW, found=REFUSED), "does not let the hub in: Key revoked.", "sync remove books"),
        (replace(NEW, found=WORKED), "Its test worked, and nothing", "duecourse sync begin books"),
        (FOLLOWED, "It is followed", ""),
        (replace(FOLLOWED, found=REFUSED), "Its newest test failed", "connect tryton --name books"),
        (replace(FOLLOWED, state=ConnectionState.PAUSED), "It is paused", "sync begin books"),
    ],
)
def test_each_state_says_how_it_is_and_what_to_do(connection, says, todo):
    stands = standing(connection)
    assert says in stands.says and todo in stands.todo
    assert bool(todo) == bool(stands.todo)


def test_a_test_that_worked_after_the_sync_failed_is_the_news():
    before = Trouble("erp_access", "Key revoked", AT - timedelta(days=2), AT - timedelta(minutes=5))
    stands = standing(replace(FOLLOWED, trouble=before))
    assert stands.says == (
        "Its newest test worked; the sync before it gave nothing: "
        "the ERP does not let the hub in: Key revoked."
    )
    assert "duecourse sync run books" in stands.todo
    after = replace(before, last=AT + timedelta(minutes=5))
    assert standing(replace(FOLLOWED, trouble=after)).says.startswith("It gives nothing")


@pytest.mark.parametrize(
    ("connection", "may"),
    [
        (NEW, True),
        (replace(NEW, found=REFUSED), True),
        (replace(NEW, found=WORKED), True),
        (replace(NEW, found=replace(WORKED, entries=False)), False),
        (FOLLOWED, False),
    ],
)
def test_only_what_is_not_begun_may_yet_take_the_books(connection, may):
    assert may_take_books(connection) is may
