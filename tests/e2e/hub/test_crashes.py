"""A sender killed by SIGKILL at each step of a notice: nothing is lost, nothing is repeated."""

import math
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.checks import each_message_once
from tests.support.company import Company
from tests.support.proxy import proxied
from tests.support.stack import Hub, Json, until

pytestmark = pytest.mark.cloud

DUE = datetime(2026, 3, 9, 8, tzinfo=UTC)
RETRY_AFTER_MIN_S = 3
STOPPED_WITHIN_S = 60
A_DAY = timedelta(hours=25)
LEASE = timedelta(minutes=20)


@pytest.fixture(scope="module")
def opened(hub: Hub) -> Iterator[tuple[Company, float]]:
    """Return a company, and how long an import takes here: about as long as a sender's work."""
    hub.move_clock(DUE)
    with Company.open(hub, "crash") as company:
        began = time.monotonic()
        company.upload("customers", [company.customer_row(1)])
        took_s = time.monotonic() - began
        company.release()
        yield company, took_s


@pytest.fixture(scope="module")
def retry_after_s(opened: tuple[Company, float]) -> int:
    """Return after how long a message comes back: longer than it takes to look at its sender."""
    return max(RETRY_AFTER_MIN_S, math.ceil(2 * opened[1]))


@pytest.fixture(scope="module")
def company(hub: Hub, opened: tuple[Company, float], retry_after_s: int) -> Iterator[Company]:
    """A company whose messages a dead sender held come back within seconds, not minutes."""
    sqs, queue = hub.client("sqs"), hub.stack.state["outputs"]["NoticeQueueUrl"]
    asked = {"QueueUrl": queue, "AttributeNames": ["VisibilityTimeout"]}
    before = sqs.get_queue_attributes(**asked)["Attributes"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": str(retry_after_s)})
    yield opened[0]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=before)


def owe(company: Company, number: int) -> None:
    """Give a new customer one invoice that is due today, and sweep without waiting."""
    company.upload("customers", [company.customer_row(number)])
    company.upload("invoices", [company.invoice_row(number, 1, "2026-03-01", "2026-03-09")])
    company.hub.idle()
    company.sweep()


def kill_senders(hub: Hub) -> None:
    """Kill whoever is sending right now, as an out-of-memory killer would.

    That is one; on a slow machine also the one whom the message came to again meanwhile.
    """
    senders = until(lambda: busy_senders(hub))
    for pid in senders:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not set(senders) & {w["pid"] for w in hub.stack.workers("NoticeSend")})


def busy_senders(hub: Hub) -> list[int]:
    return [worker["pid"] for worker in hub.stack.workers("NoticeSend") if worker["busy"]]


@contextmanager
def sending_held(hub: Hub, company: Company, number: int, when: str) -> Iterator[Json]:
    """Yield the call of the mail server that is held, before or after it was accepted; cut it."""
    hub.mail("hold", when=when, match={"tags": {"entity": company.entity}}, times=1)
    owe(company, number)
    try:
        yield until(lambda: [h for h in hub.mail("held", "GET")["held"] if h["state"] == "held"])[0]
    finally:
        hub.mail("release", outcome="cut")


def delivery(company: Company, number: int) -> str:
    """Return how the customer's only notice stands, as the API tells it."""
    path = f"{company.path}/customers/c{number}/timeline"
    notices = [e for e in company.hub.api("GET", path)["items"] if e["kind"] == "notice"]
    assert len(notices) == 1, notices
    return str(notices[0]["state"])


def age(company: Company, number: int, by: timedelta) -> None:
    """Make the customer's notice wait for longer: what waiting for a day would do.

    Until somebody takes it up, the sweep that claimed it watches over it.
    """
    hub, customer_id = company.hub, company.customer_id(number)
    key = {"pk": f"E#{company.entity}#C#{customer_id}#H", "sk": "NOTICE#00000001"}
    item = hub.items(key["pk"], key["sk"])[0]
    if "psk" not in item:
        newest = hub.api("GET", f"{company.path}/sweeps", limit="1")["items"][0]["run_id"]
        key = {"pk": f"E#{company.entity}#SWEEP#{newest}", "sk": "RUN"}
        item = hub.items(key["pk"], key["sk"])[0]
    kind, since, rest = item["psk"].split("#", 2)
    earlier = datetime.fromisoformat(since) - by
    hub.client("dynamodb").update_item(
        TableName=hub.stack.state["outputs"]["TableName"],
        Key={name: {"S": value} for name, value in key.items()},
        UpdateExpression="SET psk = :p",
        ExpressionAttributeValues={":p": {"S": f"{kind}#{earlier:%Y-%m-%dT%H:%M:%S}Z#{rest}"}},
    )


def tidy(hub: Hub) -> None:
    """Let the janitor pass once."""
    hub.stack.run_schedule("JanitorSchedule")
    hub.idle()


@pytest.mark.parametrize(("number", "redelivered"), [(1, True), (2, False)])
def test_killed_between_claim_and_call_the_notice_goes_out_once(
    hub: Hub, company: Company, retry_after_s: int, number: int, redelivered: bool
) -> None:
    """By the queue that redelivers the message, or, when that is lost too, by the janitor."""
    mails = f"/{hub.stack.state['physical_ids']['DocumentsBucket']}/mails/{company.entity}/"
    with proxied(hub, "NoticeSend", "s3", stops_at=mails) as proxy:
        owe(company, number)
        assert proxy.stopped.wait(STOPPED_WITHIN_S), "the sender never came to archive its mail"
        assert delivery(company, number) == "claimed"
        kill_senders(hub)
        if not redelivered:
            hub.client("sqs").purge_queue(QueueUrl=hub.stack.state["outputs"]["NoticeQueueUrl"])
    assert company.mailed(number) == []
    if not redelivered:
        time.sleep(retry_after_s + 1)
        assert company.mailed(number) == [], "nobody was left to send it"
        age(company, number, LEASE)
        tidy(hub)
    hub.idle()
    assert each_message_once(company.mailed(number)) == 1
    assert delivery(company, number) == "sent"


@pytest.mark.parametrize(("number", "when", "sent"), [(3, "before", 0), (4, "after", 1)])
def test_killed_while_calling_it_is_not_guessed_but_unknown_counted_and_shown(
    hub: Hub, company: Company, retry_after_s: int, number: int, when: str, sent: int
) -> None:
    """SES took the mail or did not, and its event is lost: nobody knows, so nobody sends again."""
    hub.mail("faults", kind="lose_events", match={"to": company.address(number)})
    with sending_held(hub, company, number, when):
        kill_senders(hub)
    time.sleep(retry_after_s + 1)
    tidy(hub)
    assert delivery(company, number) == "calling", "a day has not passed"
    assert unknown_tasks(company, number) == []
    age(company, number, A_DAY)
    tidy(hub)
    assert delivery(company, number) == "unknown"
    assert len(unknown_tasks(company, number)) == 1
    assert len(company.mailed(number)) == sent
    hub.mail("faults/clear")


def test_killed_between_send_and_confirm_the_event_of_ses_confirms_it(
    hub: Hub, company: Company, retry_after_s: int
) -> None:
    with sending_held(hub, company, 5, "after"):
        kill_senders(hub)
    time.sleep(retry_after_s + 1)
    hub.idle()
    assert each_message_once(company.mailed(5)) == 1
    assert delivery(company, 5) == "sent"
    assert unknown_tasks(company, 5) == []


def test_after_all_that_the_next_rung_speaks_to_everybody_once(hub: Hub, company: Company) -> None:
    hub.move_clock(DUE + timedelta(days=7))
    run = company.sweep_report(company.sweep())
    assert run["claimed"] == 5
    seen = each_message_once(company.mails())
    assert [len(company.mailed(n)) for n in range(1, 6)] == [2, 2, 1, 2, 2]
    print(f"5 senders killed, {seen} mails, 2 unknown")


def unknown_tasks(company: Company, number: int) -> list[Json]:
    customer_id = company.customer_id(number)
    tasks = (t for t in company.tasks() if t["kind"] == "unknown")
    return [t for t in tasks if t["customer_id"] == customer_id]
