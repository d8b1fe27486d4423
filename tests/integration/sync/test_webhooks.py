"""A webhook of an accounting system is a hint: who signed it, and then a pull."""

import base64
import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest

from functions.erp_webhook.handler import handler
from shared import runtime
from shared.adapters.erp_secret import ErpSecret
from shared.usecases import hear_hint
from tests.integration.drops import stored
from tests.integration.syncing import ERP, carry

KEY = "webhook-signing-key"
NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)
CONTEXT = SimpleNamespace(
    function_name="erp_webhook", memory_limit_in_mb=128, aws_request_id="r",
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:erp_webhook",
)  # fmt: skip


def signed(body: bytes, key: str = KEY) -> str:
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def post(body: bytes, headers: dict[str, str], name: str = ERP, entity: str = "demo") -> int:
    event = {
        "pathParameters": {"entity": entity, "connection": name},
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    return handler(event, CONTEXT)["statusCode"]


def waiting() -> int:
    """Return how many messages wait, those that are to be seen later among them."""
    url = runtime.setting("SYNC_QUEUE_URL")
    asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=asked)
    return sum(int(count) for count in found["Attributes"].values())


@pytest.fixture
def secret(erp):
    runtime.erp_secret("demo", ERP).store({"webhook_key": KEY})
    return erp


@pytest.fixture
def at_once(monkeypatch):
    """A minute that is over at once."""
    monkeypatch.setattr(hear_hint, "WINDOW", timedelta(0))


@pytest.mark.parametrize("header", ["x-xero-signature", "intuit-signature"])
def test_a_signed_hint_leads_to_a_pull(secret, at_once, header):
    secret.customer("Nordlicht GmbH", "ap@nordlicht.example")
    body = json.dumps({"events": [{"eventCategory": "CONTACT", "resourceId": "x"}]}).encode()
    assert post(body, {header: signed(body)}) == 200
    assert carry() == 1
    assert [c["name"] for c in stored("CUSTOMER")] == ["Nordlicht GmbH"]


@pytest.mark.parametrize(
    ("headers", "name", "entity"),
    [
        ({}, ERP, "demo"),
        ({"x-xero-signature": ""}, ERP, "demo"),
        ({"x-xero-signature": signed(b"{}", "another key")}, ERP, "demo"),
        ({"x-xero-signature": signed(b"{ }")}, ERP, "demo"),
        ({"x-xero-signature": "\udcff"}, ERP, "demo"),
        ({"x-xero-signature": signed(b"{}")}, "nobody", "demo"),
        ({"x-xero-signature": signed(b"{}")}, ERP, "another"),
        ({"x-xero-signature": signed(b"{}")}, "../" + ERP, "demo"),
    ],
)
def test_who_did_not_sign_is_told_nothing_and_nothing_is_pulled(secret, headers, name, entity):
    assert post(b"{}", headers, name, entity) == 401
    assert waiting() == 0


def test_a_key_that_is_empty_signs_nothing(secret):
    runtime.erp_secret("demo", ERP).store({"webhook_key": ""})
    assert post(b"{}", {"x-xero-signature": signed(b"{}", "")}) == 401


def test_a_large_body_is_refused_unread(secret, monkeypatch):
    monkeypatch.setattr(runtime, "webhook_key", None)
    assert post(b"x" * 1_000_001, {"x-xero-signature": "any"}) == 413


def test_what_is_not_signed_has_no_secret_read_and_wrong_keys_have_one(secret, monkeypatch):
    read = []
    monkeypatch.setattr(ErpSecret, "value", lambda *_: read.append(1) or {"webhook_key": KEY})
    assert {post(b"{}", {}) for _ in range(9)} == {401}
    assert read == []
    assert {post(b"{}", {"x-xero-signature": "wrong"}) for _ in range(9)} == {401}
    assert (len(read), waiting()) == (1, 0)


def test_another_key_is_taken_within_a_minute(secret):
    known, wall = runtime.webhook_key("demo", ERP), runtime.wall()
    assert known.value(wall) == KEY
    runtime.erp_secret("demo", ERP).store({"webhook_key": "another"})
    assert known.value(wall + timedelta(seconds=59)) == KEY
    assert known.value(wall + timedelta(seconds=60)) == "another"


def hear(after_s: float) -> bool:
    wall = NOON + timedelta(seconds=after_s)
    return hear_hint.hear_hint(runtime.erp_hints(), runtime.queues(), "demo", ERP, wall)


@pytest.mark.rule("R43")
def test_many_hints_of_a_minute_are_one_pull_after_all_of_them(secret):
    body = b"{}"
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: post(body, {"x-xero-signature": signed(body)}), range(40)))
    assert told == [200] * 40
    assert waiting() == 1
    url = runtime.setting("SYNC_QUEUE_URL")
    assert boto3.client("sqs").receive_message(QueueUrl=url).get("Messages") is None, "not yet"


def test_no_hint_is_forgotten_in_the_window_of_another(secret, monkeypatch):
    sent = []

    def send(queue, body, *, delay_s):
        sent.append((queue, body["connection"], delay_s))

    monkeypatch.setattr(runtime.queues(), "send", send)
    asked = [hear(after_s) for after_s in (0, 0.4, 30, 59.9, 61, 100, 500)]
    assert asked == [True, False, False, False, True, False, True]
    assert sent == [("SYNC", ERP, 60)] * 3


def test_a_mark_of_a_clock_that_went_ahead_holds_nobody_up(secret):
    assert hear(3_600)
    assert hear(0)


def test_connections_do_not_share_a_window(secret):
    ports = (runtime.erp_hints(), runtime.queues())
    of = [("demo", ERP), ("demo", "other"), ("another", ERP)]
    assert [hear_hint.hear_hint(*ports, *one, NOON) for one in of] == [True] * 3
    assert len(runtime.connections().list("demo")) == 1
