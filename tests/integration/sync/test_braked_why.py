"""What is told of today is what a sweep does today, also while the ERP's facts are old."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared import runtime
from shared.adapters.head_items import document_from
from shared.adapters.ledger import posting_put
from shared.adapters.table import Put
from shared.domain.brake import Braking, braked_between
from shared.domain.clock import Now
from shared.domain.document_posting import document_posting
from shared.domain.entity import Entity
from tests.connectors.reference import ReferenceErp
from tests.integration.drops import stored
from tests.integration.hub import add_customer, add_invoice, move_clock, sweep
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


@pytest.fixture
def of_september(token: str, demo: Entity) -> str:
    """The same, where the hub heard of the invoice by its business clock."""
    (head,) = stored("HEAD")
    heard = Now(datetime(2026, 9, 1, 9, tzinfo=UTC), datetime(2026, 9, 1, 9, tzinfo=UTC))
    posting = posting_put("demo", "c1", document_posting(document_from(head), heard))
    runtime.table().write(Put(posting.item, "attribute_exists(pk)"))
    return token


def day_told(token: str, day: str) -> tuple[str, str]:
    """Return code and reason of a day's one decision, once both ways to ask agree on the code."""
    asked = f"/entities/demo/decisions?customer=c1&on={day}"
    (decision,) = call(token, "GET", asked).json["decisions"]
    shown = get(token, f"/console/e/demo/customers/c1/day?on={day}").text
    assert f">{decision['code']}<" in shown
    return decision["code"], decision["reason"]


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


@pytest.mark.law("30")
def test_a_past_day_tells_that_messages_waited_for_the_facts(
    of_september: str, demo: Entity
) -> None:
    token = of_september
    age(hours=27)
    sweep(demo)
    known = ["books"] * len(runtime.entities().brakes("demo"))
    for hour in (10, 11):
        move_clock(datetime(2026, 9, 10, hour, tzinfo=UTC))
        sweep(demo)
    move_clock(datetime(2026, 9, 14, 9, tzinfo=UTC))
    age(hours=0)
    sweep(demo)
    sweep(demo)
    assert [b.stale.partition(":")[0] for b in runtime.entities().brakes("demo")] == [*known, ""]
    move_clock(datetime(2026, 9, 16, 9, tzinfo=UTC))
    for day in ("2026-09-10", "2026-09-11"):
        code, reason = day_told(token, day)
        assert code == "erp_stale"
        assert "waited: the facts were old (books: as of " in reason
        assert "from 2026-09-10T09:00" in reason and "until 2026-09-14T09:00" in reason
        page = call(token, "GET", f"/entities/demo/dry-run?on={day}").json
        assert page["erp_stale"].startswith("books: as of ")
    assert day_told(token, "2026-09-14")[0] == "stage_reached"  # it was claimed that day
    assert day_told(token, "2026-09-15")[0] == "already_done"
    for moment, stale in (("2026-09-11T00:00:00Z", True), ("2026-09-15T00:00:00Z", False)):
        page = call(token, "GET", f"/entities/demo/dry-run?at={moment}").json
        assert bool(page["erp_stale"]) is stale


@pytest.mark.law("30")
def test_a_brake_is_told_of_the_days_that_it_touched() -> None:
    nine = datetime(2026, 9, 10, 9, tzinfo=UTC)
    hour = timedelta(hours=1)
    changes = (Braking(nine, "books"), Braking(nine + hour, "bank"), Braking(nine + 3 * hour, ""))
    found = [braked_between(changes, nine + n * hour, nine + n * hour) for n in range(-1, 4)]
    assert [text.partition(";")[0] for text in found] == ["", "books", "bank", "bank", ""]
    assert braked_between(changes, nine - hour, nine + 9 * hour).startswith("bank; ")
    assert braked_between(changes, nine, nine) == (
        "books; it braked from 2026-09-10T09:00:00Z until 2026-09-10T12:00:00Z"
    )
    assert braked_between((Braking(nine, "books"),), nine + hour, nine + hour).endswith("09:00:00Z")
    assert braked_between((), nine, nine) == ""
