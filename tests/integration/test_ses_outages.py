"""SES refuses for hours, loses answers, loses events: the mailbox of the local SES is the witness.

What can be proved unsent goes out afterwards, once; the rest is unknown, counted and shown.
"""

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared import runtime
from shared.domain.notice import DeliveryState
from shared.usecases.requeue import AWAIT_EVENT, give_up_waiting
from tests.integration import hub
from tests.integration.test_ladder import DUE, live
from tests.unit.test_decide import LADDER

REMIND = DUE + timedelta(days=7)
QUARTERS_OF_SIX_HOURS = 24
REFUSALS = (
    ("TooManyRequestsException", 429),
    ("ThrottlingException", 400),
    ("SendingPausedException", 400),
    ("AccessDeniedException", 403),
)


class Mailbox:
    """The running local SES, spoken to over HTTP only."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fault(self, kind: str, who: str = "*", **more: Any) -> str:
        """Let something go wrong with mails to who, until it is cleared."""
        body = {"kind": kind, "match": {"to": f"{who}@buyer.example"}, **more}
        return str(self._post("faults", body)["fault_id"])

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self._post("faults/clear", {})

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails that were taken, oldest first."""
        with urllib.request.urlopen(f"{self.url}/api/messages", timeout=30) as answer:
            return list(json.load(answer)["messages"])

    def by_receiver(self) -> Counter[str]:
        """Return how many mails each receiver has."""
        return Counter(address for mail in self.mails() for address in mail["recipients"])

    def events(self) -> list[str]:
        """Return the events that were not lost, as SES tells them."""
        return [
            json.dumps(event["payload"])
            for mail in self.mails()
            for event in mail["events"]
            if event["state"] != "lost"
        ]

    def _post(self, command: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_config/{command}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    command = [sys.executable, "-m", "infra.local.mail", "--port", "0", "--region", "eu-west-1"]
    more = ["--identity", "seller.example", "--configuration-set", "hub"]
    rate = ["--max-send-rate", "1000"]
    process = subprocess.Popen([*command, *more, *rate], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        url = json.loads(process.stdout.readline())["url"]
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", url)
        yield Mailbox(url)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def seed(count: int) -> Any:
    """Write so many customers, each with one invoice, and return the seller."""
    seller = hub.seed(LADDER)
    for i in range(count):
        name = f"c{i}"
        whose = hub.add_customer(
            seller, customer_id=name, external_id=name, email=f"{name}@buyer.example"
        )
        hub.add_invoice(seller, whose, f"inv{i}", DUE)
    return seller


def again(seller: Any) -> None:
    """Let a quarter of an hour pass: what is pending is handed over and taken up."""
    hub.relay(seller)
    hub.drain("ESCALATION", "NOTICE")


def states(count: int) -> list[DeliveryState]:
    return [runtime.accounts().notice("demo", f"c{i}", 1).delivery for i in range(count)]


@pytest.mark.rule("R1")
def test_six_hours_of_refusals_delay_every_mail_and_repeat_none(mailbox, table):
    seller = seed(5)
    for quarter in range(QUARTERS_OF_SIX_HOURS):
        mailbox.mend()
        error, status = REFUSALS[quarter % len(REFUSALS)]
        mailbox.fault("refuse", error=error, status=status)
        if quarter:
            again(seller)
        else:
            live(REMIND, seller)
    assert mailbox.mails() == []
    assert set(states(5)) == {DeliveryState.CLAIMED}
    mailbox.mend()
    for _ in range(3):
        again(seller)
    assert mailbox.by_receiver() == {f"c{i}@buyer.example": 1 for i in range(5)}
    assert set(states(5)) == {DeliveryState.SENT}
    print(f"ses_refused {QUARTERS_OF_SIX_HOURS * 5} calls; mails_sent_once 5")


@pytest.mark.rule("R1")
@pytest.mark.law("6")
def test_a_day_without_answers_and_events_repeats_nothing_and_tells_what_is_unknown(mailbox, table):
    seller = seed(8)
    mailbox.fault("lose_events", "c[2-5]", events=["Send", "Delivery"])
    mailbox.fault("lose_answer", "c[0145]")
    mailbox.fault("cut", "c[67]")
    live(REMIND, seller)
    for _ in range(3):
        again(seller)
    hub.invoke("functions.mail_events.handler", mailbox.events())
    heard = states(8)
    assert heard[:4] == [DeliveryState.SENT] * 4, "an answer or an event is enough"
    assert heard[4:] == [DeliveryState.CALLING] * 4, "neither answer nor event: nobody knows"
    now = runtime.now()
    later = replace(now, wall=now.wall + AWAIT_EVENT + timedelta(minutes=1))
    assert give_up_waiting("demo", runtime.pending(), runtime.notices(), later) == 4
    assert give_up_waiting("demo", runtime.pending(), runtime.notices(), later) == 0
    mailbox.mend()
    for _ in range(3):
        again(seller)
    assert states(8)[4:] == [DeliveryState.UNKNOWN] * 4
    unknown = [task for task in runtime.tasks().list_open("demo") if task.kind == "unknown"]
    assert sorted(task.customer_id for task in unknown) == ["c4", "c5", "c6", "c7"]
    received = mailbox.by_receiver()
    assert received == {f"c{i}@buyer.example": 1 for i in range(6)}, "two were cut before SES"
    live(DUE + timedelta(days=14), seller)
    received.update({f"c{i}@buyer.example": 1 for i in range(8)})
    assert mailbox.by_receiver() == received, "the next stage speaks to everybody"
    print("ses_lost mails_twice 0 unknown 4 of which_arrived 2")
