"""Failures on command: each is what the hub's sender must survive."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
)

from .conftest import Mail, Topic, call


def test_the_next_n_calls_are_refused(mail: Mail, ses: Any) -> None:
    mail.config("faults", kind="refuse", error="AccountSuspendedException", times=2)
    for _ in range(2):
        with pytest.raises(ses.exceptions.AccountSuspendedException):
            ses.send_email(**call())
    ses.send_email(**call())
    counters = mail.get("/_config/counters")
    assert (counters["refused_AccountSuspendedException"], counters["accepted"]) == (2, 1)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("TooManyRequestsException", 429),
        ("ThrottlingException", 400),
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
        ("SendingPausedException", 400),
    ],
)
def test_refusals_until_cleared(mail: Mail, ses: Any, error: str, status: int) -> None:
    rule = mail.config("faults", kind="refuse", error=error, match={"to": "*@buyer.example"})
    with pytest.raises(ClientError) as caught:
        ses.send_email(**call())
    assert caught.value.response["Error"]["Code"] == error
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    ses.send_email(**call("other@else.example"))
    mail.config("faults/clear", fault_id=rule["fault_id"])
    ses.send_email(**call())
    assert len(mail.messages()) == 2


def test_a_lost_answer_is_an_accepted_mail(mail: Mail, ses: Any, topic: Topic) -> None:
    mail.config("faults", kind="lose_answer", match={"tags": {"notice": "demo-c1-*"}}, times=1)
    with pytest.raises(ConnectionClosedError):
        ses.send_email(**call())
    assert mail.get("/_config/idle", wait_seconds=10)["idle"]
    assert len(mail.messages()) == 1
    assert [event["eventType"] for event in topic.events()] == ["Send", "Delivery"]
    (made,) = mail.get("/_config/calls")["calls"]
    assert made["result"] == "answer lost"


def test_a_cut_call_is_no_mail(mail: Mail, ses: Any) -> None:
    mail.config("faults", kind="cut", times=1)
    with pytest.raises(HTTPClientError):
        ses.send_email(**call())
    assert mail.messages() == []


def test_a_late_answer_times_out_at_the_client_and_the_mail_is_out(mail: Mail) -> None:
    mail.config("faults", kind="delay_after", seconds=0.6, times=1)
    with pytest.raises(ReadTimeoutError):
        mail.ses(read_timeout=0.2).send_email(**call())
    assert len(mail.messages()) == 1


def test_lost_events_leave_a_delivered_mail_without_news(
    mail: Mail, ses: Any, topic: Topic
) -> None:
    mail.config("faults", kind="lose_events", match={"to": "ann@*"}, times=1)
    mail.config("faults", kind="lose_events", match={"to": "bob@*"}, events=["Delivery"])
    ses.send_email(**call())
    ses.send_email(**call("bob@buyer.example"))
    assert mail.get("/_config/idle", wait_seconds=10)["idle"]
    (event,) = topic.events()
    assert (event["eventType"], event["mail"]["destination"]) == ("Send", ["bob@buyer.example"])
    assert mail.get("/_config/counters")["events_lost"] == 3


def test_events_can_come_twice_and_backwards(mail: Mail, ses: Any, topic: Topic) -> None:
    mail.config("faults", kind="repeat_events", times=1)
    mail.config("faults", kind="reverse_events", times=1)
    ses.send_email(**call())
    assert mail.get("/_config/idle", wait_seconds=10)["idle"]
    assert [event["eventType"] for event in topic.events()] == [
        "Delivery",
        "Delivery",
        "Send",
        "Send",
    ]


@pytest.mark.parametrize(("when", "mails"), [("before", 0), ("after", 1)])
def test_a_call_can_be_held_and_a_proof_is_told(mail: Mail, when: str, mails: int) -> None:
    told = threading.Event()

    class Bell(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            told.set()

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent."""

    bell = HTTPServer(("127.0.0.1", 0), Bell)
    threading.Thread(target=bell.handle_request, daemon=True).start()
    mail.config(
        "hold",
        when=when,
        match={"tags": {"notice": "demo-c1-00000001"}},
        notify_url=f"http://127.0.0.1:{bell.server_address[1]}/",
    )
    answers: list[Any] = []
    sender = threading.Thread(target=lambda: answers.append(mail.ses().send_email(**call())))
    sender.start()
    (held,) = mail.get("/_config/held", wait_seconds=10)["held"]
    assert (held["state"], held["when"]) == ("held", when)
    assert held["tags"] == {"notice": "demo-c1-00000001"}
    assert bool(held["message_id"]) == (when == "after")
    assert told.wait(5)
    assert len(mail.messages()) == mails
    assert mail.get("/_config/idle")["idle"] is False
    assert answers == []
    assert mail.config("release", held_id=held["held_id"]) == {"released": 1}
    sender.join(10)
    assert answers[0]["MessageId"] == mail.messages()[0]["message_id"]
    bell.server_close()


@pytest.mark.parametrize(("outcome", "mails"), [("continue", 1), ("cut", 0)])
def test_a_held_call_of_a_dead_client_is_accepted_or_not_as_told(
    mail: Mail, outcome: str, mails: int
) -> None:
    mail.config("hold", when="before")
    with pytest.raises(ReadTimeoutError):
        mail.ses(read_timeout=0.2).send_email(**call())
    assert mail.get("/_config/held", wait_seconds=10)["held"][0]["state"] == "held"
    mail.config("release", outcome=outcome)
    mail.get("/_config/idle", wait_seconds=5)
    assert len(mail.messages()) == mails


def test_sends_at_once_are_seen(mail: Mail) -> None:
    mail.config("faults", kind="delay_before", seconds=0.3)
    client = mail.ses()
    senders = [threading.Thread(target=lambda: client.send_email(**call())) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert mail.get("/_config/counters")["sends_at_once_most"] >= 2
    assert len({call["message_id"] for call in mail.get("/_config/calls")["calls"]}) == 3


def test_a_fault_or_hold_that_makes_no_sense_is_refused(mail: Mail) -> None:
    for command, data in (
        ("faults", {"kind": "explode"}),
        ("faults", {"kind": "cut", "time": 1}),
        ("faults", {"kind": "cut", "match": {"who": "x"}}),
        ("hold", {"when": "later"}),
        ("clock", {}),
    ):
        with pytest.raises(Exception, match="400"):
            mail.config(command, **data)
