"""A stage that speaks by text message, against the local service as botocore calls it."""

import json
import threading
from datetime import timedelta

import pytest

from infra.local.mail.publisher import Destination
from infra.local.sms import events
from infra.local.sms.server import SmsServer
from shared import runtime
from shared.domain.fee import Fee
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from tests.integration import hub
from tests.integration.test_ladder import DUE, at

LADDER = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(id="text", offset_days=3, channel=Channel.SMS),
        Stage(id="fee", offset_days=14, channel=Channel.SMS, fee=Fee(flat={"EUR": "40.00"})),
    ),
)
PHONE = "+4930123456"


@pytest.fixture
def service(monkeypatch):
    server = SmsServer(0)
    server.destinations["hub-sms"] = Destination("hub-sms", "arn", "http://127.0.0.1:9", "x")
    told: list[dict[str, object]] = []
    monkeypatch.setattr("infra.local.sms.server.publish", lambda _, payload: told.append(payload))
    server.told = told
    monkeypatch.setenv("AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2", server.url)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def seller(service, table):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of, phone="+49 30 123456", email="")
    hub.add_invoice(of, whose, "inv1", DUE)
    return of


def live(of, days: int, times: int = 1) -> None:
    at(DUE + timedelta(days=days))
    for _ in range(times):
        hub.sweep(of)
        hub.relay(of)
        hub.drain("ESCALATION", "NOTICE")


def state(n: int = 1) -> str:
    return str(runtime.notices().delivery("demo", "c1", n)["state"])


def hear(payload: dict[str, object]) -> None:
    hub.invoke("functions.mail_events.handler", [json.dumps(payload)])


def owed() -> list[tuple[str, int]]:
    documents = runtime.accounts().account("demo", "c1").documents
    return sorted((d.number, d.open.minor) for d in documents)


def kinds() -> list[str]:
    return [task.kind for task in runtime.tasks().list_open("demo")]


def test_a_text_goes_out_once_and_its_delivery_is_noted(seller, service):
    live(seller, 3, times=3)
    (text,) = service.texts
    assert (text["to"], text["context"]["notice"], text["gsm"]) == (PHONE, "1", True)
    assert "https://pay.seller.example/p/demo/l/" in text["body"]
    assert state() == "sent"
    hear(events.record(text, "TEXT_DELIVERED"))
    assert runtime.notices().delivery("demo", "c1", 1)["delivered_at"]


@pytest.mark.rule("R22")
def test_the_text_names_the_fee_that_it_charges(seller, service):
    live(seller, 3)
    live(seller, 14)
    (_, text) = service.texts
    assert "140.00" in text["body"]
    assert "late fee" in text["body"]
    assert "40.00" in text["body"].replace("140.00", "")


def test_a_lost_answer_waits_for_its_event_and_is_not_sent_again(seller, service):
    service.fault = {"lose": "answer"}
    live(seller, 3, times=3)
    (text,) = service.texts
    assert state() == "calling"
    hear(events.record(text, "TEXT_SENT"))
    assert state() == "sent"


def test_a_throttle_is_a_sure_refusal_and_tried_again(seller, service):
    service.fault = {"status": 400, "code": "ThrottlingException"}
    live(seller, 3)
    assert (state(), service.texts) == ("claimed", [])
    service.fault = {}
    live(seller, 3)
    assert (state(), len(service.texts)) == ("sent", 1)


def test_who_opted_out_gets_no_text_any_more_and_a_person_a_task(seller, service):
    service.opted_out.add(PHONE)
    live(seller, 3, times=2)
    assert (state(), kinds()) == ("bounced", ["bounce"])
    service.opted_out.clear()
    live(seller, 14, times=2)
    assert service.texts == []
    assert state(2) == "bounced"


@pytest.mark.rule("R22")
def test_a_fee_that_no_text_could_tell_of_is_taken_back(seller, service):
    live(seller, 3)
    service.opted_out.add(PHONE)
    live(seller, 14, times=2)
    assert (state(2), len(service.texts)) == ("bounced", 1)
    assert owed() == [("INV1", 10_000)]


@pytest.mark.rule("R22")
def test_the_fee_of_a_text_that_did_not_arrive_is_taken_back(seller, service):
    live(seller, 3)
    live(seller, 14, times=2)
    assert owed() == [("INV1", 10_000), ("INV1-FEE", 4_000)]
    hear(events.record(service.texts[-1], "TEXT_UNREACHABLE"))
    assert owed() == [("INV1", 10_000)]


def test_a_number_that_is_not_reached_is_a_task(seller, service):
    live(seller, 3)
    hear(events.record(service.texts[0], "TEXT_UNREACHABLE"))
    hear(events.record(service.texts[0], "TEXT_UNREACHABLE"))
    assert (state(), kinds()) == ("bounced", ["bounce"])


def test_without_a_number_there_is_no_text(service, table):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of, phone="030 123456")
    hub.add_invoice(of, whose, "inv1", DUE)
    live(of, 3)
    assert (service.texts, runtime.accounts().newest_notice("demo", "c1")) == ([], None)


def test_the_local_service_refuses_what_the_model_does_not_know(seller, service):
    client = runtime.client("pinpoint-sms-voice-v2", attempts_max=1)
    with pytest.raises(client.exceptions.ValidationException):
        client.send_text_message(DestinationPhoneNumber="nobody", MessageBody="x")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.send_text_message(
            DestinationPhoneNumber=PHONE, MessageBody="x", ConfigurationSetName="other"
        )
