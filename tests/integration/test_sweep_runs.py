"""Sweeps as people see them, and sweeps that stand still: found again, never said twice."""

import json
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.domain.notice import Channel
from shared.domain.stage import Stage
from shared.domain.sweep_run import Tally
from shared.usecases.requeue import LEASE
from shared.usecases.tend_sweeps import tend_sweeps
from tests.integration import hub
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)
QUIET = timedelta(minutes=1)


@pytest.fixture
def seller(table: Table):
    seller = hub.seed(LADDER)
    for name in ("c1", "c2", "c3"):
        whose = hub.add_customer(seller, customer_id=name, email=f"{name}@buyer.example")
        hub.add_invoice(seller, whose, f"inv-{name}", DUE)
    on = DUE + timedelta(days=7)
    hub.move_clock(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))
    return seller


def plan(run_id: str) -> None:
    body = {"kind": "sweep", "entity": "demo", "run_id": run_id}
    hub.invoke("functions.reminder_sweep.planner", [json.dumps(body)])


def waiting(queue: str) -> list[dict[str, object]]:
    """Take every message of a queue and return the bodies."""
    sqs, url = boto3.client("sqs"), runtime.setting(f"{queue}_QUEUE_URL")
    taken = []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            taken.append(json.loads(message["Body"]))
    return taken


def tend(after: timedelta) -> int:
    """Watch over sweeps as the janitor would so much later."""
    now = runtime.now()
    later = Now(now.business, now.wall + after)
    return tend_sweeps("demo", runtime.sweep_runs(), runtime.queues(), later, LEASE)


def run(run_id: str):
    found = runtime.sweep_runs().find("demo", run_id)
    assert found is not None
    return found


def test_a_run_tells_what_was_planned_and_what_became_of_it(seller):
    plan("r1")
    assert (run("r1").state, run("r1").customers, len(run("r1").unreported)) == ("running", 3, 1)
    hub.drain("SWEEP")
    done = run("r1")
    assert (done.state, done.tally.claimed, done.closed) == ("done", 3, False)
    assert {n for _, n in done.batches[0].notices} == {1}


@pytest.mark.rule("R1")
def test_a_batch_that_nobody_reported_is_queued_again_and_says_nothing_twice(seller):
    plan("r1")
    (lost,) = waiting("SWEEP")
    assert tend(QUIET) == 0, "it is not left alone for long enough"
    assert waiting("SWEEP") == []
    assert tend(2 * LEASE) == 1
    assert tend(2 * LEASE) == 0, "somebody looked a moment ago"
    hub.drain("SWEEP")
    assert run("r1").tally.claimed == 3
    hub.invoke("functions.reminder_sweep.worker", [json.dumps(lost)])
    assert run("r1").tally.claimed == 3
    hub.relay(seller)
    hub.drain("NOTICE")
    assert len(hub.sent_mails()) == 3


@pytest.mark.rule("R1")
def test_a_notice_that_nobody_took_up_is_handed_over_and_then_the_run_is_closed(seller):
    plan("r1")
    hub.drain("SWEEP")  # and the stream is off: nothing reaches the sender
    assert tend(2 * LEASE) == 3
    hub.drain("NOTICE")
    assert len(hub.sent_mails()) == 3
    assert tend(4 * LEASE) == 0
    closed = run("r1")
    assert (closed.closed, closed.tally.claimed, closed.state) == (True, 3, "done")
    assert list(runtime.table().query(keys.pending_partition("demo"), begins="run#",
                                      index="pending")) == []  # fmt: skip


@pytest.mark.rule("R1")
def test_claims_of_a_worker_who_died_before_his_report_are_watched_over(seller, monkeypatch):
    plan("r1")
    (message,) = waiting("SWEEP")
    with monkeypatch.context() as dying:
        dying.setattr(type(runtime.sweep_runs()), "report", _die)
        with pytest.raises(SystemExit):
            hub.invoke("functions.reminder_sweep.worker", [json.dumps(message)])
    hub.invoke("functions.reminder_sweep.worker", [json.dumps(message)])
    assert run("r1").tally.claimed == 0, "all was claimed before"
    assert tend(2 * LEASE) == 3
    hub.drain("NOTICE")
    assert len(hub.sent_mails()) == 3


@pytest.fixture
def two_ways(table: Table):
    """A seller whose customer is reminded by mail of one invoice, and by letter of another."""
    letter = Stage(id="letter", offset_days=14, channel=Channel.LETTER)
    of = hub.seed(LADDER.model_copy(update={"stages": (LADDER.stages[0], letter)}))
    whose = hub.add_customer(of, address="Hafenweg 5\n20457 Hamburg", country="DE")
    hub.add_invoice(of, whose, "late", DUE)
    hub.add_invoice(of, whose, "later", DUE + timedelta(days=7))
    on = DUE + timedelta(days=14)
    hub.move_clock(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))
    return of


def deliveries() -> list[tuple[str, str]]:
    found = [runtime.accounts().notice("demo", "c1", n) for n in (1, 2)]
    return sorted((str(notice.channel), str(notice.delivery)) for notice in found)


@pytest.mark.rule("R1")
def test_all_that_a_dead_worker_claimed_of_one_customer_is_watched_over(two_ways, monkeypatch):
    plan("r1")
    (message,) = waiting("SWEEP")
    with monkeypatch.context() as dying:
        dying.setattr(type(runtime.sweep_runs()), "report", _die)
        with pytest.raises(SystemExit):
            hub.invoke("functions.reminder_sweep.worker", [json.dumps(message)])
    hub.invoke("functions.reminder_sweep.worker", [json.dumps(message)])
    assert sorted(run("r1").batches[0].notices) == [("c1", 1), ("c1", 2)]
    hub.relay(two_ways)
    hub.drain("ESCALATION", "NOTICE", "DOCUMENT")
    assert deliveries() == [("email", "sent"), ("letter", "sent")]


@pytest.mark.rule("R1")
def test_claims_of_a_worker_whose_batch_was_reported_meanwhile_are_watched_over(seller):
    """He was slow: the batch was repeated, the run was closed, and only then he reports."""
    plan("r1")
    (message,) = waiting("SWEEP")
    runs = runtime.sweep_runs()
    runs.report("demo", "r1", 0, ("c1", "c2", "c3"), Tally(3), (), runtime.now())
    assert tend(2 * LEASE) == 0
    assert run("r1").closed
    hub.invoke("functions.reminder_sweep.worker", [json.dumps(message)])
    assert len(run("r1").batches[0].notices) == 3
    assert run("r1").tally.claimed == 0, "the first report stays"
    assert tend(2 * LEASE) == 3
    hub.drain("NOTICE")
    assert len(hub.sent_mails()) == 3
    assert tend(4 * LEASE) == 0
    hub.invoke("functions.reminder_sweep.worker", [json.dumps(message)])
    assert tend(6 * LEASE) == 0, "what was taken up is nobody's to watch"


def _die(*_: object) -> None:
    raise SystemExit


def test_a_plan_that_is_repeated_goes_on_with_the_first(seller):
    plan("r1")
    plan("r1")
    messages = waiting("SWEEP")
    assert [m["batch"] for m in messages] == [0, 0]
    assert run("r1").customers == 3


def test_batches_of_a_planner_who_died_are_part_of_the_run(seller):
    runs = runtime.sweep_runs()
    runs.write_down("demo", "r1", [("c1", "c2")], runtime.now())
    boto3.client("dynamodb").delete_item(
        TableName="hub", Key={k: {"S": v} for k, v in keys.sweep_run("demo", "r1").items()}
    )
    whole = runs.write_down("demo", "r1", [("c1",), ("c2", "c3")], runtime.now())
    assert {c for batch in whole.batches for c in batch.customers} == {"c1", "c2", "c3"}
    assert run("r1").batches == whole.batches
    assert run("r1").customers == 3


def test_three_days_without_a_sweep_are_one_message(seller):
    plan("r1")
    hub.drain("SWEEP")
    hub.relay(seller)
    hub.drain("NOTICE")
    on = DUE + timedelta(days=13)
    for days in (0, 3):
        day = on + timedelta(days=days)
        hub.move_clock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        plan(f"later{days}")
        hub.drain("SWEEP")
    claimed = [run(f"later{days}").tally.claimed for days in (0, 3)]
    assert claimed == [0, 3], "the stage of day 14, found on day 16"
