"""A stage that speaks by letter: fees first, then one letter with its own date and deadline."""

import io
import json
from datetime import timedelta

import boto3
import pytest
from pypdf import PdfReader

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Put
from shared.domain.fee import Fee
from shared.domain.mail import SendResult, SendState
from shared.domain.notice import Channel, DeliveryState
from shared.domain.policy import Policy
from shared.domain.stage import Stage
from tests.integration import hub
from tests.integration.test_ladder import DUE, at

LADDER = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(
            id="letter",
            offset_days=14,
            channel=Channel.LETTER,
            fee=Fee(flat={"EUR": "40.00"}),
        ),
    ),
)
DAY = DUE + timedelta(days=14)
ADDRESS = "Hafenweg 5\n20457 Hamburg\nGermany"


class Service:
    """A print service that says what it is told to say."""

    def __init__(self, state: SendState) -> None:
        self.state, self.jobs = state, []

    def post(self, job, now):
        self.jobs.append(job)
        return SendResult(self.state, "job-1", "because")


@pytest.fixture
def seller(table):
    of = hub.seed(LADDER, bank_account="DE02 1203 0000 0000 2020 51")
    whose = hub.add_customer(of, address=ADDRESS, country="DE", language="de")
    hub.add_invoice(of, whose, "inv1", DUE)
    return of


def live(of, times: int = 1) -> None:
    for _ in range(times):
        hub.sweep(of)
        hub.relay(of)
        hub.drain("ESCALATION", "DOCUMENT")


def files(prefix: str) -> dict[str, bytes]:
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket="documents", Prefix=prefix).get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket="documents", Key=one["Key"])["Body"].read()
        for one in found
    }


def words(pdf: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def delivery() -> dict[str, object]:
    return runtime.notices().delivery("demo", "c1", 1)


@pytest.mark.rule("R22", "R38")
def test_the_letter_names_the_fee_that_it_announces_and_sets_a_deadline_of_its_own(seller):
    at(DAY)
    live(seller, times=3)
    folder = files("letters/demo/")
    assert sorted(folder) == ["letters/demo/c1-1.json", "letters/demo/c1-1.pdf"]
    item = json.loads(folder["letters/demo/c1-1.json"])
    assert item["address"] == ["Nordlicht GmbH", *ADDRESS.split("\n")]
    assert (item["pages"], item["language"], item["country"]) == (1, "de", "DE")
    text = words(folder["letters/demo/c1-1.pdf"])
    assert "INV1-FEE" in text
    assert "40,00" in text
    assert "140,00" in text
    assert "16. März 2026" in text  # its own date
    assert "26. März 2026" in text  # three days of post and seven to pay
    assert "https://pay.seller.example/p/demo/l/" in text
    assert delivery()["state"] == "sent"


def test_the_copy_that_is_kept_opens_no_account(seller):
    at(DAY)
    live(seller)
    (kept,) = files("mails/demo/c1/").values()
    text = words(kept)
    assert "INV1-FEE" in text
    assert "/l/…" in text
    assert delivery()["mail_key"] == "mails/demo/c1/00000001.pdf"


def test_a_lost_answer_is_never_sent_again_by_itself(seller, monkeypatch):
    service = Service(SendState.UNCERTAIN)
    monkeypatch.setattr(runtime, "letter_service", lambda: service)
    at(DAY)
    live(seller, times=3)
    assert (len(service.jobs), delivery()["state"]) == (1, "calling")


def test_a_refusal_is_tried_again_and_charged_once(seller, monkeypatch):
    service = Service(SendState.REFUSED)
    monkeypatch.setattr(runtime, "letter_service", lambda: service)
    at(DAY)
    live(seller)
    assert delivery()["state"] == "claimed"
    service.state = SendState.ACCEPTED
    live(seller)
    assert (len(service.jobs), delivery()["state"]) == (2, "sent")
    open_now = runtime.accounts().account("demo", "c1").documents
    assert sorted(d.number for d in open_now) == ["INV1", "INV1-FEE"]


def test_a_letter_that_cannot_be_posted_is_a_task(seller, monkeypatch):
    service = Service(SendState.REJECTED)
    monkeypatch.setattr(runtime, "letter_service", lambda: service)
    at(DAY)
    live(seller, times=2)
    assert (len(service.jobs), delivery()["state"]) == (1, "bounced")
    (task,) = runtime.tasks().list_open("demo")
    assert task.kind == "bounce"


def test_paid_before_the_printer_came_is_withdrawn(seller):
    at(DAY)
    hub.sweep(seller)
    hub.relay(seller)
    hub.drain("ESCALATION")
    paid = {**keys.credit("demo", "c1", "p1"), "type": "CREDIT", "source_id": "p1", "version": 1}
    paid |= {"currency": "EUR", "unapplied": 20_000, "received_on": DAY.isoformat()}
    runtime.table().write(Put(paid))
    hub.drain("DOCUMENT")
    assert files("letters/") == {}
    assert runtime.accounts().notice("demo", "c1", 1).delivery is DeliveryState.WITHDRAWN


def test_without_an_address_there_is_no_letter(table):
    of = hub.seed(LADDER)
    whose = hub.add_customer(of)
    hub.add_invoice(of, whose, "inv1", DUE)
    at(DAY)
    live(of)
    assert runtime.accounts().newest_notice("demo", "c1") is None
