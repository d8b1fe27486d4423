"""While the ERP's facts are older than the entity allows, nobody is asked for anything."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.domain.clock import iso
from shared.domain.connection import Connection, ConnectionState, Found, PullState
from shared.domain.erp import RecordKind
from shared.domain.freshness import stale_bank, stale_source
from shared.usecases.watch_erps import watch_erps
from tests.integration.drops import PAYMENTS, drop, stored
from tests.integration.hub import add_customer, add_invoice, sweep
from tests.integration.syncing import ERP, sync, tell

NOW = datetime(2026, 9, 10, 9, tzinfo=UTC)


def connection(state: ConnectionState = ConnectionState.CONNECTED, *kinds: str) -> Connection:
    found = Found(NOW, kinds=kinds) if kinds else None
    return Connection("books", "reference", {}, "", state, found)


def pulled(kind: RecordKind, hours_ago: int, asked_hours_ago: int | None = None) -> PullState:
    at = NOW - timedelta(hours=hours_ago)
    asked = NOW - timedelta(hours=hours_ago if asked_hours_ago is None else asked_hours_ago)
    return PullState(kind, as_of=at, pulled_at=asked)


CUSTOMERS, INVOICES = RecordKind.CUSTOMERS, RecordKind.INVOICES


@pytest.mark.parametrize(
    ("of", "states", "says"),
    [
        ((connection()), (pulled(INVOICES, 26),), ""),
        ((connection()), (pulled(INVOICES, 27),), f"books: as of {iso(NOW - timedelta(hours=27))}"),
        # as old as the oldest of its kinds
        ((connection()), (pulled(CUSTOMERS, 1), pulled(INVOICES, 27)), "books: as of"),
        # an ERP whose clock goes ahead is no younger than we asked
        ((connection()), (pulled(INVOICES, -48, 27),), "books: as of"),
        # what has yet to come in whole is nothing to go by
        ((connection(ConnectionState.CONNECTED, "customers", "invoices")),
         (pulled(CUSTOMERS, 1),), "books: invoices have yet to come in"),
        ((connection(ConnectionState.PAUSED)), (pulled(INVOICES, 99),), ""),
        ((connection(ConnectionState.NEW, "invoices")), (), ""),
        # a CRM tells of people, and no debt depends on them
        ((connection(ConnectionState.CONNECTED, "customers")), (pulled(CUSTOMERS, 99),), ""),
    ],
)  # fmt: skip
def test_a_connection_is_as_old_as_the_oldest_that_it_was_asked_for(of, states, says):
    found = stale_source([(of, states)], 26, NOW)
    assert found.startswith(says) and bool(found) == bool(says)


def test_no_connection_is_no_brake():
    assert stale_source([], 26, NOW) == ""


def grow_old(hours: int) -> None:
    """Let the last sync have been so long ago."""
    states = runtime.pull_states()
    for state in states.of("demo", ERP):
        at = datetime.now(UTC) - timedelta(hours=hours)
        assert states.save("demo", ERP, replace(state, as_of=at, pulled_at=at))


def test_old_facts_ask_nobody_and_fresh_ones_ask_who_was_left_out(demo, erp):
    runtime.entities().update(replace(runtime.entities().get("demo"), hold_all=False))
    whose = add_customer(demo)
    add_invoice(demo, whose, "late", date(2026, 9, 1))
    sync()
    grow_old(27)
    sweep(demo)
    assert stored("NOTICE") == []
    assert runtime.entities().get("demo").erp_stale.startswith("books: as of ")
    tell(kind="pull", entity="demo", connection=ERP)
    assert stored("NOTICE") == []
    for state in runtime.pull_states().of("demo", ERP):
        now = datetime.now(UTC)
        runtime.pull_states().save("demo", ERP, replace(state, as_of=now, pulled_at=now))
    sweep(demo)
    assert [n["stage"] for n in stored("NOTICE")] == ["reminder"]
    assert runtime.entities().get("demo").erp_stale == ""


@pytest.mark.parametrize(
    ("hours", "came_hours_ago", "says"),
    [
        (0, None, ""),
        (0, 99, ""),
        (96, None, "bank: no file of payments has come in"),
        (96, 96, ""),
        (96, 97, f"bank: as of {iso(NOW - timedelta(hours=97))}"),
    ],
)
def test_the_bank_is_as_old_as_its_newest_file(hours, came_hours_ago, says):
    came = None if came_hours_ago is None else NOW - timedelta(hours=came_hours_ago)
    assert stale_bank(came, hours, NOW) == says


def test_who_waits_for_the_bank_asks_nobody_before_its_money_is_here(demo):
    changed = replace(runtime.entities().get("demo"), hold_all=False, bank_max_age_hours=96)
    runtime.entities().update(changed)
    add_invoice(demo, add_customer(demo), "late", date(2026, 9, 1))
    sweep(demo)
    assert stored("NOTICE") == []
    assert runtime.entities().get("demo").erp_stale == "bank: no file of payments has come in"
    header = PAYMENTS.splitlines()[0]
    assert drop(f"{header}\nP-9,unknown,2026-09-01,EUR,1.00,bank\n").state == "refused"
    sweep(demo)
    assert stored("NOTICE") == []
    assert drop(f"{header}\n").state == "done"
    sweep(demo)
    assert [n["stage"] for n in stored("NOTICE")] == ["reminder"]
    assert runtime.entities().get("demo").erp_stale == ""


def test_a_file_that_came_before_makes_the_bank_no_older(demo):
    connections = runtime.connections()
    for hours in (2, 5, 1):
        connections.bank_read("demo", NOW - timedelta(hours=hours))
    assert connections.bank_as_of("demo") == NOW - timedelta(hours=1)
    connections.bank_read("demo", NOW - timedelta(hours=3))
    assert connections.bank_as_of("demo") == NOW - timedelta(hours=1)
    assert (connections.list("demo"), connections.pulled("demo")) == ((), ())


def test_an_entity_may_take_older_facts(demo, erp):
    sync()
    grow_old(48)
    changed = replace(runtime.entities().get("demo"), erp_max_age_hours=72)
    runtime.entities().update(changed)
    assert watch_erps(runtime.entities(), runtime.connections(), "demo", runtime.now()) == ""
