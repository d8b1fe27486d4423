"""What is told of today is what a sweep does today, also while the ERP's facts are old."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared import runtime
from shared.domain.entity import Entity
from tests.connectors.reference import ReferenceErp
from tests.integration.drops import stored
from tests.integration.hub import add_customer, add_invoice, sweep
from tests.integration.syncing import ERP, sync
from tests.integration.test_console import get, identity
from tests.support.operators import call, operator

__all__ = ["identity"]


@pytest.fixture
def token(identity: Any, demo: Entity, erp: ReferenceErp) -> str:
    """A customer who is late, in an entity that is followed."""
    runtime.entities().update(replace(runtime.entities().get("demo"), hold_all=False))
    add_invoice(demo, add_customer(demo), "late", date(2026, 9, 1))
    sync()
    return str(identity.mint(operator("demo:viewer")))


def age(hours: int) -> None:
    """Let the last sync have been so long ago; nobody has looked since."""
    states, at = runtime.pull_states(), datetime.now(UTC) - timedelta(hours=hours)
    for state in states.of("demo", ERP):
        assert states.save("demo", ERP, replace(state, as_of=at, pulled_at=at))


def told(token: str) -> set[str]:
    """Return the code of today's decision by the API and by both pages of the console."""
    (decision,) = call(token, "GET", "/entities/demo/decisions?customer=c1").json["decisions"]
    pages = [get(token, f"/console/e/demo/customers/c1{end}").text for end in ("", "/day")]
    codes = ("erp_stale", "stage_reached")
    return {decision["code"]} | {code for code in codes for page in pages if f">{code}<" in page}


def waits(token: str) -> str:
    """Return whose facts the dry run's one message waits for."""
    shown = call(token, "GET", "/entities/demo/dry-run").json
    assert [m["stage"] for m in shown["messages"]] == ["reminder"]
    return str(shown["erp_stale"])


@pytest.mark.law("31")
def test_why_tells_of_today_what_the_sweep_then_does(token: str, demo: Entity) -> None:
    age(hours=27)
    assert told(token) == {"erp_stale"}
    assert waits(token).startswith("books: as of ")
    sweep(demo)
    assert stored("NOTICE") == []
    assert told(token) == {"erp_stale"}
    age(hours=0)
    assert told(token) == {"stage_reached"}
    assert waits(token) == ""
    sweep(demo)
    assert [n["stage"] for n in stored("NOTICE")] == ["reminder"]


def test_a_day_to_come_is_told_by_the_facts_that_stand_now(token: str) -> None:
    age(hours=27)
    coming = "/entities/demo/decisions?customer=c1&on=2026-09-21"
    (decision,) = call(token, "GET", coming).json["decisions"]
    assert decision["code"] == "erp_stale"
