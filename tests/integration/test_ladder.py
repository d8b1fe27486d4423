"""The ladder through the real handlers: sweep, claim, send, escalate."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table
from shared.domain.notice import DeliveryState
from shared.usecases.dry_run import Ports, dry_run
from shared.usecases.entities import release
from tests.integration import hub
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)


def at(day: date) -> None:
    hub.move_clock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def live(day: date, of, times: int = 1) -> None:
    at(day)
    for _ in range(times):
        hub.sweep(of)
        hub.relay(of)
        hub.drain("ESCALATION")
        hub.drain("NOTICE")


@pytest.fixture
def seller(table: Table):
    return hub.seed(LADDER)


def test_each_stage_is_mailed_once_and_a_missed_week_is_one_mail(table, seller):
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    hub.add_invoice(seller, whose, "inv2", DUE + timedelta(days=1))
    live(DUE - timedelta(days=30), seller)
    live(DUE - timedelta(days=5), seller, times=3)
    live(DUE + timedelta(days=9), seller, times=2)
    mails = hub.sent_mails()
    assert len(mails) == 3
    assert "INV1" in mails[-1].body
    assert "INV2" in mails[-1].body
    newest = runtime.accounts().newest_notice("demo", "c1")
    assert (newest.n, newest.stage, newest.delivery) == (3, "reminder", DeliveryState.SENT)


def test_a_fee_is_charged_once_and_told_in_the_message_that_announces_it(table, seller):
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE, stage_done="reminder")
    live(DUE + timedelta(days=14), seller, times=3)
    account = runtime.accounts().account("demo", "c1")
    charges = [d for d in account.documents if d.kind == "charge"]
    assert [(c.number, c.total.minor) for c in charges] == [("INV1-FEE", 500)]
    (mail,) = hub.sent_mails()
    assert "INV1-FEE" in mail.body
    assert "5.00" in mail.body


def test_a_call_and_the_hand_over_become_tasks_for_a_person(table, seller):
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE + timedelta(days=21), seller, times=2)
    live(DUE + timedelta(days=45), seller, times=2)
    kinds = [task.kind for task in runtime.tasks().list_open("demo")]
    assert sorted(kinds) == ["approve", "call"]
    assert hub.sent_mails() == []


def test_a_mail_and_a_call_of_the_same_day_both_happen(table, seller):
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    hub.add_invoice(seller, whose, "inv2", DUE + timedelta(days=14))
    live(DUE + timedelta(days=21), seller, times=2)
    assert [task.kind for task in runtime.tasks().list_open("demo")] == ["call"]
    (mail,) = hub.sent_mails()
    assert "INV2" in mail.body


def test_an_entity_on_hold_decides_and_sends_nothing(table):
    seller = hub.seed(LADDER, hold_all=True)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE + timedelta(days=7), seller)
    assert hub.sent_mails() == []
    assert runtime.accounts().newest_notice("demo", "c1") is None


def test_a_release_sends_what_the_dry_run_showed_however_long_the_hold_was(table):
    seller = hub.seed(LADDER, hold_all=True)
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    for days in (30, 29, 12):
        live(DUE - timedelta(days=days), seller)
    stores = (runtime.accounts(), runtime.entities(), runtime.due_finder(), runtime.runs())
    shown = dry_run(Ports(*stores), runtime.entities().get("demo"), runtime.now())
    assert [m.customer.customer_id for m in shown.messages] == ["c1"]
    release(runtime.entities(), "demo", None)
    live(DUE - timedelta(days=12), seller)
    assert len(hub.sent_mails()) == 1


def test_the_daily_cap_puts_the_rest_off_to_the_next_day(table):
    seller = hub.seed(LADDER, daily_cap=1)
    for name in ("c1", "c2", "c3"):
        whose = hub.add_customer(seller, customer_id=name, email=f"{name}@buyer.example")
        hub.add_invoice(seller, whose, f"inv-{name}", DUE)
    live(DUE + timedelta(days=7), seller, times=2)
    assert len(hub.sent_mails()) == 1
    live(DUE + timedelta(days=8), seller)
    live(DUE + timedelta(days=9), seller)
    assert len(hub.sent_mails()) == 3


def test_a_customer_that_fails_keeps_no_other_waiting(table, seller):
    hub.add_invoice(seller, hub.add_customer(seller, customer_id="c0", policy="gone"), "inv0", DUE)
    hub.add_invoice(seller, hub.add_customer(seller), "inv1", DUE)
    at(DUE + timedelta(days=7))
    body = {"entity": "demo", "run_id": "r", "batch": "0", "customers": ["c0", "c1"]}
    with pytest.raises(BatchProcessingError):
        hub.invoke("functions.reminder_sweep.worker", [json.dumps(body)])
    assert runtime.accounts().newest_notice("demo", "c1").stage == "reminder"


def test_a_notice_with_nothing_left_to_ask_is_withdrawn(table, seller):
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    at(DUE + timedelta(days=7))
    hub.sweep(seller)
    head = keys.open_head("demo", "c1", "inv1")
    runtime.client("dynamodb").delete_item(
        TableName="hub", Key={k: {"S": v} for k, v in head.items()}
    )
    hub.relay(seller)
    hub.drain("NOTICE")
    assert hub.sent_mails() == []
    newest = runtime.accounts().newest_notice("demo", "c1")
    assert newest.delivery is DeliveryState.WITHDRAWN
    hub.relay(seller)
    assert list(table.query(keys.pending_partition("demo"), index="pending")) == []


def test_a_notice_being_called_is_never_called_again(table, seller):
    whose = hub.add_customer(seller)
    hub.add_invoice(seller, whose, "inv1", DUE)
    at(DUE + timedelta(days=7))
    hub.sweep(seller)
    assert runtime.notices().call("demo", "c1", 1, "dead-worker", runtime.now().wall, ("x",))
    assert not runtime.notices().call("demo", "c1", 1, "second", runtime.now().wall, ("x",))
    hub.relay(seller)
    hub.drain("NOTICE")
    assert hub.sent_mails() == []
