"""A webhook of an accounting system is a hint: who signed it, and then a pull."""

import base64
import hashlib
import hmac
import json
from types import SimpleNamespace

import boto3
import pytest

from functions.erp_webhook.handler import handler
from shared import runtime
from tests.integration.drops import stored
from tests.integration.syncing import ERP, carry

KEY = "webhook-signing-key"
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
    url = runtime.setting("SYNC_QUEUE_URL")
    asked = ["ApproximateNumberOfMessages"]
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=asked)
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture
def secret(erp):
    runtime.erp_secret("demo", ERP).store({"webhook_key": KEY})
    return erp


@pytest.mark.parametrize("header", ["x-xero-signature", "intuit-signature"])
def test_a_signed_hint_leads_to_a_pull(secret, header):
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


def test_a_large_body_is_refused_unread(secret):
    assert post(b"x" * 1_000_001, {"x-xero-signature": "any"}) == 413
