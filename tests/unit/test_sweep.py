"""Whom a sweep looks at: nobody is forgotten, and nobody is read for nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.account import Account
from shared.domain.document import Document, DocumentKind
from tests.finding.cases import KINDS
from tests.finding.run import look
from tests.finding.world import World
from tests.support.samples import customer, eur
from tests.unit.test_decide import LADDER

MONDAY = date(2026, 3, 2)
CASES = 600


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def old_debt() -> World:
    """Return a world with one customer whose invoice is long overdue."""
    world = World("Europe/Berlin", LADDER)
    world.put(Account(customer()))
    due_on = MONDAY - timedelta(days=400)
    document = Document(
        document_id="d",
        kind=DocumentKind.INVOICE,
        number="D",
        issued_on=due_on,
        due_on=due_on,
        total=eur(100),
        open=eur(100),
    )
    world.add("c1", document, noon(due_on))
    return world


@pytest.mark.rule("R3")
@pytest.mark.rule("R31")
def test_whatever_happens_nobody_who_is_due_is_left_out():
    forgotten, found, waited = look(0, CASES)
    print(f"found {dict(found)}, waited {dict(waited)}")
    assert forgotten == []
    assert set(found) == set(KINDS)
    assert min(found.values()) > 0
    assert min(waited.values()) > 0


def test_a_second_sweep_of_the_day_does_not_read_every_overdue_customer_again():
    world = old_debt()
    world.sweep(noon(MONDAY))
    assert world.looked_at == 1
    world.sweep(noon(MONDAY) + timedelta(hours=1))
    assert world.looked_at == 1


def test_a_changed_policy_reads_every_customer_again():
    world = old_debt()
    world.sweep(noon(MONDAY))
    world.change_policy(send_on=(1, 2, 3))
    world.sweep(noon(MONDAY) + timedelta(hours=1))
    assert world.looked_at == 2


@pytest.mark.rule("R3")
def test_a_hub_that_was_off_for_a_month_sends_one_message_about_the_furthest_stage():
    world = old_debt()
    due_on = world.accounts["c1"].documents[0].due_on
    world.sweep(noon(due_on + timedelta(days=7)))
    world.sweep(noon(due_on + timedelta(days=44)))
    assert [said.stage for said in world.said] == ["reminder", "call"]
