"""Five sweeps at once, somebody killed at every step, days skipped: each stage once, none lost.

The witness is the mailbox. A worker is killed by SIGKILL, from outside, when a proxy sees the call
that it is about to make, or has just made. A race counts only where a number was lost.
"""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import logs
from tests.support.checks import each_message_once
from tests.support.company import Company
from tests.support.proxy import Proxy, proxied
from tests.support.stack import Hub, Json, until

pytestmark = pytest.mark.cloud

CUSTOMERS = 10
SWEEPS = 5
RETRY_AFTER_S = 3
WAIT_S = 120
"""Only for a machine that does much else: nothing here takes more than some seconds."""
NEVER = "/nothing-is-called-so"
DUE = datetime(2026, 3, 9, 8, tzinfo=UTC)
ROUNDS_MAX = 3
LADDER = "name: standard\nsend_on: [1, 2, 3, 4, 5, 6, 7]\nstages:\n" + "".join(
    f"  - {{id: s{day}, offset_days: {day}, channel: email, template: reminder}}\n"
    for day in range(9 + ROUNDS_MAX + 3)
)


@dataclass
class Seen:
    """What was observed on the way: a proof that saw none of it proves nothing."""

    began_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    killed: list[str] = field(default_factory=list)
    days: int = 0
    stages: int = 0
    mails: int = 0


@dataclass(frozen=True)
class Place:
    """The company, and the proxies that see what planner, worker and sender call."""

    hub: Hub
    company: Company
    planner: Proxy
    worker: Proxy
    sender: Proxy
    seen: Seen = field(default_factory=Seen)

    def next_day(self, later: int = 0) -> None:
        """Let the next stage be reached, and so many more."""
        self.hub.move_clock(DUE + timedelta(days=self.seen.days + later))
        self.seen.days += 1 + later
        self.seen.stages += 1

    def sweep_at_once(self, times: int = SWEEPS) -> list[str]:
        """Start sweeps at the same moment, as the API does: by one message each."""
        started = [f"run-{time.time_ns()}-{i}" for i in range(times)]
        bodies = [{"kind": "sweep", "entity": self.company.entity, "run_id": r} for r in started]
        answer = self.hub.client("sqs").send_message_batch(
            QueueUrl=self.hub.stack.state["outputs"]["PlanQueueUrl"],
            Entries=[{"Id": b["run_id"], "MessageBody": json.dumps(b)} for b in bodies],
        )
        assert len(answer["Successful"]) == times
        return started

    def killed(self, proxy: Proxy, function: str, step: str) -> None:
        """Wait until the proxy holds the call of a step, and kill who makes it."""
        assert proxy.stopped.wait(WAIT_S), f"nobody came to {step}"
        busy = until(lambda: self._alone(function), WAIT_S)
        os.kill(busy["pid"], signal.SIGKILL)
        until(lambda: busy["pid"] not in [w["pid"] for w in self.hub.stack.workers(function)])
        proxy.stop(NEVER)
        self.seen.killed.append(step)

    def _alone(self, function: str) -> Json | None:
        busy = [w for w in self.hub.stack.workers(function) if w["busy"]]
        return busy[0] if len(busy) == 1 else None

    def claimed(self) -> int:
        """Return how many notices the runs so far are known to have claimed."""
        listed = self.hub.api("GET", f"{self.company.path}/sweeps", limit="50")["items"]
        return sum(run["claimed"] for run in listed)

    def lost(self) -> int:
        """Return how many numbers workers say that others took first."""
        worked = logs.calls(self.hub.stack, "SweepWorker", self.seen.began_ms)
        return sum(line.get("lost", 0) for call in worked for line in call.lines)

    def all_told(self, runs: list[str]) -> None:
        """Check that by now every customer has each stage in the mailbox, once."""
        self.hub.idle(WAIT_S)
        for run_id in runs:
            told = self.hub.api("GET", f"{self.company.path}/sweeps/{run_id}")
            assert told["state"] == "done", told
        mails = self.company.mails()
        assert each_message_once(mails) == CUSTOMERS * self.seen.stages
        each = Counter(m["tags"]["customer"] for m in mails)
        assert set(each.values()) == {self.seen.stages}
        self.seen.mails = len(mails)


def with_a_stage_a_day(company: Company) -> None:
    """Give a company the ladder of these proofs."""
    hub = company.hub
    headers = {"authorization": f"Bearer {hub.stack.state['token']}"}
    headers |= {"content-type": "application/yaml"}
    path = f"/api/v1/{company.path}/policies/standard"
    answer = hub.request("PUT", path, headers=headers, body=LADDER.encode())
    assert answer.status < 300, answer.text


@contextmanager
def hurried(hub: Hub, *queues: str) -> Iterator[None]:
    """Let messages that a dead worker held come back within seconds, not minutes."""
    sqs, outputs = hub.client("sqs"), hub.stack.state["outputs"]
    urls = [outputs[f"{queue}QueueUrl"] for queue in queues]
    name = "VisibilityTimeout"
    before = [
        sqs.get_queue_attributes(QueueUrl=u, AttributeNames=[name])["Attributes"] for u in urls
    ]
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(RETRY_AFTER_S)})
    yield
    for url, attributes in zip(urls, before, strict=True):
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


@pytest.fixture(scope="module")
def in_a_hurry(place: Place) -> Iterator[None]:
    with hurried(place.hub, "Plan", "Sweep", "Notice"):
        yield


@pytest.fixture(scope="module")
def place(hub: Hub) -> Iterator[Place]:
    """A company with one stage a day, released, with warm workers."""
    hub.move_clock(DUE - timedelta(days=1))
    with ExitStack() as stack:
        company = stack.enter_context(Company.open(hub, "atonce"))
        with_a_stage_a_day(company)
        company.seed(CUSTOMERS, 1, "2026-03-01", "2026-03-09")
        company.release()
        hub.idle(WAIT_S)
        assert company.mails() == []
        yield Place(
            hub,
            company,
            stack.enter_context(proxied(hub, "SweepPlanner", "sqs", NEVER)),
            stack.enter_context(proxied(hub, "SweepWorker", "dynamodb", NEVER)),
            stack.enter_context(proxied(hub, "NoticeSend", "s3", NEVER)),
        )


def test_a_slow_worker_loses_every_number_to_the_others(place: Place) -> None:
    """The overlap is made, not hoped for: one decided, and waits until all was claimed.

    On a busy machine he may have given up by then: then there is another round.
    """
    for _ in range(ROUNDS_MAX):
        place.next_day()
        claimed = place.claimed()
        place.worker.stop("BatchExecuteStatement", change=lambda body: body)
        (slow,) = place.sweep_at_once(1)
        assert place.worker.stopped.wait(WAIT_S)
        others = place.sweep_at_once(SWEEPS - 1)
        until(lambda at=claimed: place.claimed() == at + CUSTOMERS, WAIT_S)
        place.worker.stop(NEVER)
        place.all_told([slow, *others])
        if place.lost():
            return
    pytest.fail("no number was lost: nobody met")


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize(
    ("operation", "when"),
    [("SendMessageBatch", "before"), ("SendMessageBatch", "after")],
)
def test_a_planner_killed_at_the_queue(place: Place, operation: str, when: str) -> None:
    place.next_day()
    place.planner.stop(operation, when)
    runs = place.sweep_at_once()
    place.killed(place.planner, "SweepPlanner", f"planner {when} {operation}")
    place.all_told(runs)


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize(
    ("operation", "when"),
    [
        ("Query", "after"),
        ("BatchExecuteStatement", "before"),
        ("BatchExecuteStatement", "after"),
        ("UpdateItem", "before"),
    ],
)
def test_a_worker_killed_after_reading_around_claiming_and_before_reporting(
    place: Place, operation: str, when: str
) -> None:
    place.next_day()
    place.worker.stop(operation, when)
    runs = place.sweep_at_once()
    place.killed(place.worker, "SweepWorker", f"worker {when} {operation}")
    place.all_told(runs)


@pytest.mark.usefixtures("in_a_hurry")
def test_a_sender_killed_before_it_calls_the_mail_service(place: Place) -> None:
    place.next_day()
    bucket = place.hub.stack.state["physical_ids"]["DocumentsBucket"]
    place.sender.stop(f"/{bucket}/mails/{place.company.entity}/")
    runs = place.sweep_at_once()
    place.killed(place.sender, "NoticeSend", "sender before SES")
    place.all_told(runs)


@pytest.mark.usefixtures("in_a_hurry")
def test_a_sender_killed_after_the_mail_service_took_the_mail(place: Place) -> None:
    place.next_day()
    hub = place.hub
    hub.mail("hold", when="after", match={"tags": {"entity": place.company.entity}}, times=1)
    runs = place.sweep_at_once()
    until(lambda: [h for h in hub.mail("held", "GET")["held"] if h["state"] == "held"], WAIT_S)
    busy = until(lambda: place._alone("NoticeSend"), WAIT_S)
    os.kill(busy["pid"], signal.SIGKILL)
    hub.mail("release", outcome="cut")
    place.seen.killed.append("sender after SES")
    place.all_told(runs)


def test_three_days_without_a_sweep_are_one_message(place: Place) -> None:
    place.next_day(later=3)
    place.all_told(place.sweep_at_once())
    print(
        f"{len(place.seen.killed)} killed ({', '.join(place.seen.killed)}), "
        f"{place.lost()} numbers lost, {place.seen.mails} mails"
    )
    assert len(place.seen.killed) == 8
    assert place.lost()


def test_a_lost_message_and_one_too_many_would_be_noticed(place: Place) -> None:
    """The break on purpose: what either would leave in the mailbox."""
    mails = place.company.mails()
    with pytest.raises(AssertionError):
        each_message_once([*mails, mails[0]])
    other = mails[0] | {"tags": mails[0]["tags"] | {"notice": "999"}}
    with pytest.raises(AssertionError):
        each_message_once([*mails, other])
    assert each_message_once(mails[1:]) != CUSTOMERS * place.seen.stages
