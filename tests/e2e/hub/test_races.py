"""The same thing at the same time: one payment, one message. A race counts only if one was seen."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.support import logs
from tests.support.checks import charged_once, each_message_once
from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Hub
from tests.support.webhooks import post, secret_of, signed

pytestmark = pytest.mark.cloud

CUSTOMERS = 24
TIMES = 20
EVENTS = 2
ROUNDS_MAX = 3
HOUR = timedelta(hours=1)
DUE = datetime(2026, 3, 9, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def company(hub: Hub) -> Iterator[Company]:
    hub.move_clock(DUE)
    with Company.open(hub, "races") as company:
        company.seed(CUSTOMERS, 1, "2026-03-01", "2026-03-09")
        held = sweep_five_times(company)  # and so the workers are warm when the race begins
        assert [run["claimed"] for run in held] == [0] * 5
        assert company.mails() == []
        company.release()
        yield company


def test_five_sweeps_at_once_and_again_an_hour_later_send_each_message_once(
    hub: Hub, company: Company
) -> None:
    """Round after round at the next rung, until one was seen in which deciders really met."""
    lost = met = 0
    for round_number in range(1, ROUNDS_MAX + 1):
        began_ms = int(time.time() * 1000)
        runs = sweep_five_times(company)
        lost += sum(run["lost"] for run in runs)
        met += logs.overlaps(logs.calls(hub.stack, "SweepWorker", began_ms))
        hub.move_clock(datetime.fromisoformat(hub.api("GET", "clock")["business"]) + HOUR)
        again = sweep_five_times(company)
        assert [run["claimed"] for run in again] == [0] * 5
        assert each_message_once(company.mails()) == CUSTOMERS * round_number
        print(f"round {round_number}: {lost} lost claims, {met} overlapping pairs of workers")
        if lost and met:
            return
        hub.move_clock(DUE + timedelta(days=7 * round_number))
    pytest.fail(f"no race was observed: {lost} lost conditions, {met} overlaps")


def sweep_five_times(company: Company) -> list[dict]:
    with ThreadPoolExecutor(5) as pool:
        started = list(pool.map(lambda _: company.sweep(), range(5)))
    assert len(set(started)) == 5
    return [company.sweep_report(run_id) for run_id in started]


def test_a_mail_sent_twice_would_be_noticed(hub: Hub, company: Company) -> None:
    """The break on purpose."""
    mails = company.mails()
    with pytest.raises(AssertionError):
        each_message_once([*mails, mails[0]])
    other_number = mails[0] | {"tags": mails[0]["tags"] | {"notice": "999"}}
    with pytest.raises(AssertionError):
        each_message_once([*mails, other_number])


def test_the_same_webhook_twenty_times_at_once_is_one_payment(hub: Hub, company: Company) -> None:
    lost = met = 0
    for number in range(1, ROUNDS_MAX + 1):
        payer = Payer.enter(hub, link_in(company.mailed(number)[0]))
        hub.gateway(f"webhooks/{company.entity}", "DELETE")
        session = payer.pay(*payer.documents())
        began_ms = int(time.time() * 1000)
        answers = deliver_at_once(hub, company.entity, session)
        hub.stack.register_webhook(company.entity)
        assert answers == [200] * len(answers)
        hub.idle()
        charged_once(company, session)
        received = logs.calls(hub.stack, "WebhookReceiver", began_ms)
        worked = logs.calls(hub.stack, "PaymentWorker", began_ms)
        said = [line for call in (*received, *worked) for line in call.lines]
        repeats = sum(line["message"] in ("webhook again", "webhook followed") for line in said)
        lost += sum(line.get("code") == "known" for line in said)
        met += logs.overlaps(worked)
        print(
            f"round {number}: {len(answers)} webhooks, {repeats} inserts lost by receivers "
            f"({logs.overlaps(received)} pairs at once), {lost} by workers ({met} pairs at once)"
        )
        assert 0 < repeats <= len(answers) - EVENTS, "a log line may be lost, none invented"
        assert len(hub.files("DocumentsBucket", f"inbox/{company.entity}/")) == EVENTS * number
        assert logs.overlaps(received)
        if lost and met:
            return
    pytest.fail(f"no race was observed: {lost} lost conditions, {met} overlaps")


def test_a_line_written_twice_would_be_noticed(hub: Hub, company: Company) -> None:
    """The break on purpose: what a second write-back of a payment would leave."""
    s3, bucket = hub.client("s3"), hub.stack.state["physical_ids"]["DropBucket"]
    key, body = next(iter(hub.files("DropBucket", f"out/{company.entity}/").items()))
    intent = company.lines_out()[0]["gateway_reference"]
    sessions = hub.stripe.v1.checkout.sessions.list({"payment_intent": intent}).data
    charged_once(company, sessions[0].id)
    s3.put_object(Bucket=bucket, Key=key.replace("payments-", "payments-again-"), Body=body)
    with pytest.raises(AssertionError):
        charged_once(company, sessions[0].id)
    s3.delete_object(Bucket=bucket, Key=key.replace("payments-", "payments-again-"))


def deliver_at_once(hub: Hub, entity: str, session: str) -> list[int]:
    """Return the answers to both events of a paid page, each sent twenty times, all at once."""
    events = [
        event
        for event in hub.stripe.v1.events.list({"limit": 100}).data
        if session in str(event) or event.type == "payment_intent.succeeded"
    ]
    paid = next(e for e in events if e.type == "checkout.session.completed")
    intent = paid.data.object["payment_intent"]
    charge = next(
        e for e in events if e.type == "payment_intent.succeeded" and e.data.object["id"] == intent
    )
    bodies = [str(event).encode() for event in (paid, charge)]
    sent = [(body, signed(body, secret_of(hub))) for _ in range(TIMES) for body in bodies]
    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(lambda one: post(hub, entity, *one).status, sent))
