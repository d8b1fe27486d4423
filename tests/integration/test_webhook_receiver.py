"""What the webhook receiver answers to bad input, and that only what is signed is stored."""

import io
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.payment_webhook import receiver
from shared import runtime
from shared.adapters.queues import Queues
from shared.adapters.stripe_event import read_event
from tests.integration import hub, money
from tests.integration.money import post, signed, webhook
from tests.unit.test_decide import LADDER
from tests.unit.test_stripe_event import BAD

SESSION = {"id": "cs_1", "object": "checkout.session", "payment_intent": "pi_1"}
BODY = webhook("evt_1", "checkout.session.completed", SESSION)


@pytest.fixture
def seller(table):
    money.make_secret()
    return hub.seed(LADDER)


@pytest.fixture
def told(monkeypatch) -> io.StringIO:
    """What the receiver logs."""
    stream = io.StringIO()
    monkeypatch.setattr(receiver.log.registered_handler, "stream", stream)
    return stream


def waiting() -> list[dict[str, str]]:
    """Return the messages for the worker, and take them."""
    sqs, url = boto3.client("sqs"), runtime.setting("PAYMENT_QUEUE_URL")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def stored() -> list[str]:
    """Return everything that the receiver may have stored: inbox items and bodies."""
    listed = boto3.client("s3").list_objects_v2(Bucket="documents").get("Contents", [])
    return [i["event_id"] for i in money.of_type("demo", "INBOX")] + [o["Key"] for o in listed]


def test_a_signed_event_is_stored_whole_and_handed_on(seller):
    assert post("demo", BODY, signed(BODY)) == 200
    assert stored() == ["evt_1", "inbox/demo/evt_1.json"]
    kept = boto3.client("s3").get_object(Bucket="documents", Key="inbox/demo/evt_1.json")
    assert kept["Body"].read() == BODY
    assert waiting() == [{"entity": "demo", "event": asdict(read_event(BODY))}]


def refused() -> dict[str, tuple[bytes, str | None]]:
    """Return bodies with headers that do not fit them."""
    right = signed(BODY)
    return {
        "row 1: no signature": (BODY, None),
        "row 2: no t": (BODY, right.split(",")[1]),
        "row 2: t=abc": (BODY, "t=abc," + right.split(",")[1]),
        "row 2: empty": (BODY, ""),
        "row 2: 10 KB": (BODY, right + ",v1=" + "0" * 10_000),
        "row 3: only v0": (BODY, right.replace("v1=", "v0=")),
        "row 5: 301 s old": (BODY, signed(BODY, age_s=301)),
        "row 6: a day in the future": (BODY, signed(BODY, age_s=-86_400)),
        "row 7: serialised again": (json.dumps(json.loads(BODY), indent=1).encode(), right),
        "row 7: a newline more": (BODY + b"\n", right),
        "forged": (BODY, signed(BODY, secret="whsec_guess")),
    }


def test_what_is_not_signed_is_answered_400_and_leaves_no_trace(seller):
    answers = {name: post("demo", *sent) for name, sent in refused().items()}
    assert answers == dict.fromkeys(refused(), 400)
    assert stored() == []
    assert waiting() == []


def test_rows_9_to_13_signed_nonsense_is_answered_400_and_leaves_no_trace(seller):
    answers = {name: post("demo", body, signed(body), encoded=True) for name, body in BAD.items()}
    assert answers == dict.fromkeys(BAD, 400)
    assert stored() == []


def test_row_4_two_marks_of_which_the_second_is_right(seller):
    t, mark = signed(BODY).split(",")
    assert post("demo", BODY, f"{t},v1={'0' * 64},{mark}") == 200


def test_row_8_an_encoded_body_is_decoded_before_it_is_verified(seller):
    assert post("demo", BODY, signed(BODY), encoded=True) == 200


def test_a_body_that_says_it_is_encoded_and_is_not_is_refused(seller):
    event = {
        "pathParameters": {"entity": "demo"},
        "headers": {"stripe-signature": signed(BODY)},
        "body": "%%%",
        "isBase64Encoded": True,
    }
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r"
    )
    assert receiver.handler(event, context)["statusCode"] == 400


def test_row_11_more_than_256_kilobytes_are_not_even_verified(seller):
    body = b"[" * (256 * 1024 + 1)
    assert post("demo", body, signed(body)) == 413


def test_row_14_live_events_are_refused_in_a_sandbox_and_test_events_in_production(
    seller, monkeypatch
):
    live = webhook("evt_2", "checkout.session.completed", SESSION, livemode=True)
    assert post("demo", live, signed(live)) == 400
    monkeypatch.setenv("STAGE", "production")
    runtime.webhooks.cache_clear()
    assert post("demo", live, signed(live)) == 200
    assert post("demo", BODY, signed(BODY)) == 400


def test_an_unknown_entity_is_answered_404_and_nothing_is_stored(seller):
    for entity in ("nobody", "..", "demo#INBOX", "Demo", ""):
        assert post(entity, BODY, signed(BODY)) == 404
    assert stored() == []
    assert waiting() == []


def test_a_repeat_is_handed_on_again_until_it_was_followed(seller):
    for _ in range(3):
        assert post("demo", BODY, signed(BODY)) == 200
    assert len(waiting()) == 3
    runtime.inbox().finish("demo", "evt_1", "done", "booked", datetime.now(UTC))
    assert post("demo", BODY, signed(BODY)) == 200
    assert waiting() == []
    assert len(money.of_type("demo", "INBOX")) == 1


def test_row_18_of_two_bodies_under_one_id_the_first_wins_and_an_alarm_is_logged(seller, told):
    other = webhook("evt_1", "checkout.session.expired", SESSION)
    assert post("demo", BODY, signed(BODY)) == 200
    waiting()
    assert post("demo", other, signed(other)) == 200
    assert waiting() == []
    kept = boto3.client("s3").get_object(Bucket="documents", Key="inbox/demo/evt_1.json")
    assert kept["Body"].read() == BODY
    assert "webhook_id_reused" in told.getvalue()


def test_while_a_secret_is_replaced_both_fit(seller):
    value = json.dumps({"api_key": "", "webhook_secrets": ["whsec_new", money.SECRET]})
    boto3.client("secretsmanager").put_secret_value(SecretId="hub/stripe", SecretString=value)
    assert post("demo", BODY, signed(BODY)) == 200
    assert post("demo", BODY, signed(BODY, secret="whsec_new")) == 200


def test_a_secret_is_read_again_after_five_minutes(seller):
    secret, noon = runtime.stripe_secret(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert secret.value(noon)["webhook_secrets"] == [money.SECRET]
    value = json.dumps({"api_key": "", "webhook_secrets": ["whsec_new"]})
    boto3.client("secretsmanager").put_secret_value(SecretId="hub/stripe", SecretString=value)
    assert secret.value(noon + timedelta(seconds=299))["webhook_secrets"] == [money.SECRET]
    assert secret.value(noon + timedelta(seconds=300))["webhook_secrets"] == ["whsec_new"]


@pytest.mark.parametrize("operation", ["PutItem", "PutObject", "SendMessageBatch"])
def test_property_10_without_a_durable_write_there_is_no_2xx_and_a_repeat_mends_it(
    seller, operation
):
    failures = [1]

    def fail(model, **_):
        if model.name == operation and failures:
            failures.pop()
            raise ClientError({"Error": {"Code": "Throttled"}}, operation)

    clients = [runtime.client(name) for name in ("dynamodb", "s3", "sqs")]
    for each in clients:
        each.meta.events.register("before-call", fail)
    with pytest.raises(ClientError):
        post("demo", BODY, signed(BODY))
    assert waiting() == []
    assert post("demo", BODY, signed(BODY)) == 200
    assert waiting() == [{"entity": "demo", "event": asdict(read_event(BODY))}]
    assert len(money.of_type("demo", "INBOX")) == 1


def test_neither_body_nor_signature_is_logged(seller, told):
    body = webhook("evt_1", "charge.succeeded", SESSION | {"email": "needle@nordlicht.example"})
    good = signed(body)
    assert [post("demo", body, head) for head in (good, None, good[:-1])] == [200, 400, 400]
    assert "webhook refused" in told.getvalue()
    for needle in ("needle", good.split("v1=")[1], money.SECRET):
        assert needle not in told.getvalue()


def test_the_queue_takes_the_message_or_says_so(seller, monkeypatch):
    def some_failed(self, queue, body, group="", dedup=""):
        raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch")

    monkeypatch.setattr(Queues, "send", some_failed)
    with pytest.raises(ClientError):
        post("demo", BODY, signed(BODY))
