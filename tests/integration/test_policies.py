"""Policies through the real handlers: who is put off is found, and no version says it twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared import runtime
from shared.adapters.table import Table
from shared.domain.notice import Channel, DeliveryState
from shared.domain.policy import Policy
from shared.domain.restraint import AtMost, QuietHours
from shared.domain.stage import Anchor, Stage
from shared.usecases.entities import change_policy
from tests.integration import hub

DUE = date(2026, 4, 13)  # seven days after Easter Monday


def mail(name: str, days: int) -> Stage:
    return Stage(id=name, offset_days=days, channel=Channel.EMAIL, template="reminder")


LADDER = Policy(name="standard", stages=(mail("early", -7), mail("late", 7)))


def live(of, day: date, hour: int = 9) -> list[str]:
    """Sweep and send at an hour UTC of day; return the subjects of all mails so far."""
    hub.move_clock(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
    hub.sweep(of)
    hub.relay(of)
    hub.drain("ESCALATION")
    hub.drain("NOTICE")
    return [sent.body for sent in hub.sent_mails()]


def newest():
    return runtime.accounts().newest_notice("demo", "c1")


@pytest.mark.rule("R31")
def test_a_holiday_where_the_customer_is_moves_the_mail_to_the_next_working_day(table: Table):
    seller = hub.seed(LADDER.model_copy(update={"holidays": True}))
    whose = hub.add_customer(seller, country="DE")
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(seller, date(2026, 4, 2))
    assert live(seller, date(2026, 4, 6)) == []
    assert len(live(seller, date(2026, 4, 7))) == 1
    assert (newest().stage, newest().as_of) == ("early", date(2026, 4, 7))
    head = runtime.accounts().account("demo", "c1").documents[0]
    assert head.due_on == DUE


def test_quiet_hours_put_a_mail_off_to_a_later_sweep_of_the_day(table: Table):
    quiet = QuietHours(begins="20:00", ends="08:00")
    seller = hub.seed(LADDER.model_copy(update={"quiet_hours": quiet}))
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    day = DUE - timedelta(days=7)
    assert live(seller, day, 3) == []
    assert live(seller, day, 5) == []
    assert len(live(seller, day, 6)) == 1


def test_at_most_so_many_messages_go_out_and_the_rest_follows(table: Table):
    cap = AtMost(messages=1, per_days=3)
    seller = hub.seed(LADDER.model_copy(update={"at_most": cap, "send_on": (1, 2, 3, 4, 5, 6, 7)}))
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    hub.add_invoice(seller, whose, "inv2", DUE + timedelta(days=1))
    first = DUE - timedelta(days=7)
    told = [len(live(seller, first + timedelta(days=n))) for n in range(5)]
    assert told == [1, 1, 1, 2, 2]
    assert newest().said_on == (first, first + timedelta(days=3))


def test_an_invoice_climbs_the_ladder_that_it_names(table: Table):
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller)
    gentle = Policy(name="gentle", stages=(mail("soft", -3),))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    change_policy(runtime.entities(), "demo", gentle, "", "me", moment)
    hub.add_invoice(seller, whose, "inv1", DUE, policy="gentle")
    live(seller, DUE - timedelta(days=7))
    assert newest() is None
    live(seller, DUE - timedelta(days=3))
    assert (newest().stage, newest().policy, newest().ladders["gentle"]) == ("soft", "gentle", 1)


def test_a_stage_that_moves_after_it_was_said_is_not_said_again(table: Table):
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    assert len(live(seller, DUE - timedelta(days=7))) == 1
    moved = LADDER.model_copy(update={"stages": (mail("early", -3), mail("new", 2))})
    moment = datetime(2026, 4, 8, tzinfo=UTC)
    change_policy(runtime.entities(), "demo", moved, "", "me", moment)
    seller = runtime.entities().get("demo")
    assert len(live(seller, DUE - timedelta(days=3))) == 1
    assert len(live(seller, DUE + timedelta(days=2))) == 2
    assert (newest().stage, newest().policy_version) == ("new", 2)


def test_what_waited_too_long_for_its_turn_goes_out_on_the_next_day(table: Table):
    issued = Stage(
        id="issued",
        anchor=Anchor.ISSUE_DATE,
        offset_days=0,
        channel=Channel.EMAIL,
        template="invoice",
    )
    quiet = QuietHours(begins="20:00", ends="08:00")
    seller = hub.seed(Policy(name="standard", quiet_hours=quiet, stages=(issued,)))
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    wednesday = date(2026, 3, 18)
    hub.move_clock(datetime(2026, 3, 18, 18, tzinfo=UTC))
    hub.sweep(seller)
    assert newest().delivery is DeliveryState.CLAIMED
    hub.move_clock(datetime(2026, 3, 18, 20, tzinfo=UTC))
    hub.relay(seller)
    hub.drain("NOTICE")
    assert newest().delivery is DeliveryState.WITHDRAWN
    assert hub.sent_mails() == []
    assert len(live(seller, wednesday + timedelta(days=1))) == 1
    assert len(live(seller, wednesday + timedelta(days=2))) == 1
