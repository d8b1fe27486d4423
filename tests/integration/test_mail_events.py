"""What SES tells of a mail, through the real handler."""

import json
from datetime import date, timedelta

import pytest

from shared import runtime
from shared.domain.mail import SendResult, SendState
from shared.domain.notice import DeliveryState
from tests.integration import hub
from tests.integration.test_ladder import live
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)


def event(name: str, **detail: object) -> str:
    tags = {"entity": ["demo"], "customer": ["c1"], "notice": ["1"]}
    return json.dumps({"eventType": name, "mail": {"messageId": "m", "tags": tags}} | detail)


def bounce(address: str, kind: str = "Permanent") -> str:
    recipients = [{"emailAddress": address}]
    return event(
        "Bounce",
        bounce={"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients},
    )


def hear(*events: str) -> None:
    answer = hub.invoke("functions.mail_events.handler", list(events))
    assert answer == {"batchItemFailures": []}


def state() -> DeliveryState:
    return runtime.accounts().notice("demo", "c1", 1).delivery


def tasks() -> list[str]:
    return [task.kind for task in runtime.tasks().list_open("demo")]


@pytest.fixture(autouse=True)
def mailed(table) -> None:
    seller = hub.seed(LADDER)
    whose = hub.add_customer(seller, cc=("boss@nordlicht.example",))
    hub.add_invoice(seller, whose, "inv1", DUE)
    live(DUE + timedelta(days=7), seller)


def test_a_hard_bounce_stops_the_mail_and_opens_one_task_however_often_it_is_told():
    hear(bounce("AP@nordlicht.example"), bounce("ap@nordlicht.example"))
    assert state() is DeliveryState.BOUNCED
    assert runtime.accounts().customer("demo", "c1").mail_stopped == "bounced General"
    assert tasks() == ["bounce"]


def test_a_bounced_copy_is_a_task_and_nothing_else():
    hear(bounce("boss@nordlicht.example"))
    assert state() is DeliveryState.SENT
    assert runtime.accounts().customer("demo", "c1").mail_stopped == ""
    assert tasks() == ["bounce"]


def test_a_bounce_stops_the_mail_also_where_a_copy_bounced_before():
    hear(bounce("boss@nordlicht.example"), bounce("ap@nordlicht.example"))
    assert state() is DeliveryState.BOUNCED
    assert runtime.accounts().customer("demo", "c1").mail_stopped == "bounced General"


def test_a_bounce_that_is_told_before_the_sender_confirms_stays_a_bounce():
    hear(bounce("ap@nordlicht.example"))
    fence = runtime.notices().delivery("demo", "c1", 1)["fence"]
    runtime.notices().sent("demo", "c1", 1, fence, runtime.now().wall, "m", "key")
    assert state() is DeliveryState.BOUNCED


def test_a_transient_bounce_and_a_foreign_event_change_nothing():
    hear(bounce("ap@nordlicht.example", "Transient"), json.dumps({"eventType": "Open"}))
    assert state() is DeliveryState.SENT
    assert tasks() == []


def test_a_complaint_stops_the_mail():
    who = [{"emailAddress": "ap@nordlicht.example"}]
    hear(event("Complaint", complaint={"complainedRecipients": who}))
    assert runtime.accounts().customer("demo", "c1").mail_stopped == "complained"


def test_the_event_of_a_mail_whose_answer_was_lost_makes_it_sent(table):
    key = {"pk": {"S": "E#demo#C#c1#H"}, "sk": {"S": "NOTICE#00000001#DELIVERY"}}
    runtime.client("dynamodb").update_item(
        TableName="hub",
        Key=key,
        UpdateExpression="SET #s = :c",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":c": {"S": "calling"}},
    )
    hear(event("Delivery"), event("Send"))
    assert state() is DeliveryState.SENT


def test_an_address_that_ses_will_never_take_stops_the_mail_and_opens_a_task(monkeypatch):
    rejected = SendResult(SendState.REJECTED, code="BadRequestException")
    monkeypatch.setattr("shared.adapters.ses_mail.SesMailer.send", lambda *_: rejected)
    seller = runtime.entities().get("demo")
    live(DUE + timedelta(days=14), seller, times=2)
    assert runtime.accounts().newest_notice("demo", "c1").delivery is DeliveryState.BOUNCED
    assert runtime.accounts().customer("demo", "c1").mail_stopped == "rejected BadRequestException"
    assert tasks() == ["bounce"]
    assert list(runtime.table().query("E#demo#PENDING", begins="notice", index="pending")) == []


def test_an_address_that_bounced_gets_no_mail_of_any_kind_whoevers_it_is():
    hear(bounce("AP@nordlicht.example"))
    seller = runtime.entities().get("demo")
    other = hub.add_customer(
        seller, customer_id="c2", external_id="2", email="Ap@nordlicht.example"
    )
    hub.add_invoice(seller, other, "inv2", DUE)
    live(DUE + timedelta(days=7), seller, times=2)
    assert runtime.accounts().newest_notice("demo", "c2").delivery is DeliveryState.WITHDRAWN
    assert runtime.accounts().customer("demo", "c2").mail_stopped == "rejected suppressed"
    assert tasks() == ["bounce", "bounce"]


def test_an_address_is_on_the_list_once_and_for_one_entity():
    wall = runtime.now().wall
    listed = runtime.suppressions()
    assert listed.add("demo", "x@y.example", "bounced", wall)
    assert not listed.add("demo", " X@Y.example", "complained", wall)
    assert listed.among("demo", ("x@y.example", "z@y.example")) == {"x@y.example": "bounced"}
    assert listed.among("other", ("x@y.example",)) == {}


def test_a_copy_that_bounced_is_left_out_of_the_next_mail(monkeypatch):
    hear(bounce("boss@nordlicht.example"))
    copies = []
    accepted = SendResult(SendState.ACCEPTED, message_id="m2")

    def send(_self, envelope, _text):
        copies.append((envelope.recipients.to, envelope.recipients.cc))
        return accepted

    monkeypatch.setattr("shared.adapters.ses_mail.SesMailer.send", send)
    live(DUE + timedelta(days=14), runtime.entities().get("demo"))
    assert copies == [(("ap@nordlicht.example",), ())]
