"""Webhooks: signed, retried, lost, doubled and reordered."""

import json
import time

import pytest
import stripe

from tests.e2e.local_stripe.conftest import SECRET, Listener, LocalStripe, until

DAY_S = 86_400


def test_each_event_arrives_signed_in_the_pinned_version(
    local: LocalStripe, listener: Listener
) -> None:
    local.control("POST", "clock", offset_seconds=-40 * DAY_S)
    session = local.paid()
    local.until_idle()
    assert sorted(listener.types()) == sorted(local.event_types())
    for signature, body in listener.got:
        event = stripe.Webhook.construct_event(body, signature, SECRET)
        assert (event.api_version, event.livemode) == (stripe.api_version, False)
        assert abs(event.created - (time.time() - 40 * DAY_S)) < 60
        signed_s = int(signature.split(",")[0].removeprefix("t="))
        assert abs(signed_s - time.time()) < 60
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body, signature, "whsec_other")
    (done,) = [json.loads(b) for _, b in listener.got if b"checkout.session.completed" in b]
    assert done["data"]["object"]["id"] == session.id
    assert done["data"]["object"]["payment_status"] == "paid"


def test_both_secrets_sign_while_one_replaces_the_other(
    local: LocalStripe, listener: Listener
) -> None:
    both = {"secret": "whsec_new", "previous_secret": SECRET}
    local.control("POST", "webhooks/tests", url=listener.url, **both)
    local.client.v1.customers.create({"email": "a@buyer.example"})
    until(lambda: listener.got)
    for secret in both.values():
        stripe.Webhook.construct_event(listener.got[0][1], listener.got[0][0], secret)


def test_a_refused_delivery_is_tried_again_with_the_same_body(
    local: LocalStripe, listener: Listener
) -> None:
    listener.statuses = [500, 302, 503]
    local.client.v1.customers.create({"email": "a@buyer.example"})
    local.until_idle()
    assert len(listener.got) == 4
    assert len({body for _, body in listener.got}) == 1
    (delivery,) = local.control("GET", "deliveries")["deliveries"]
    assert [outcome for _, _, outcome in delivery["tries"]] == [500, 302, 503, 200]
    gaps = [b[0] - a[1] for a, b in zip(delivery["tries"], delivery["tries"][1:], strict=False)]
    assert gaps == sorted(gaps) and gaps[0] >= 0.05
    assert local.client.v1.events.list({"delivery_success": False}).data == []


def test_an_endpoint_that_never_answers_well_is_given_up(
    local: LocalStripe, listener: Listener
) -> None:
    listener.statuses = [500] * 9
    local.client.v1.customers.create({"email": "a@buyer.example"})
    assert local.until_idle()["deliveries"]["gave_up"] == 1
    assert len(listener.got) == 4
    (event,) = local.client.v1.events.list({"delivery_success": False}).data
    listener.statuses = []
    assert local.control("POST", f"events/{event.id}/resend") == {"sent_to": 1}
    local.until_idle()
    assert local.client.v1.events.list({"delivery_success": False}).data == []


def test_a_lost_webhook_is_still_listed(local: LocalStripe, listener: Listener) -> None:
    kind = "checkout.session.completed"
    local.control("POST", "faults", target="webhook", kind="drop", match=kind)
    session = local.paid()
    assert local.until_idle()["deliveries"]["dropped"] == 1
    assert kind not in listener.types() and "payment_intent.succeeded" in listener.types()
    (lost,) = local.client.v1.events.list({"delivery_success": False}).data
    assert (lost.type, lost.data.object.id) == (kind, session.id)
    found = local.client.v1.events.list({"types": [kind, "charge.succeeded"]}).data
    assert [e.type for e in found] == [kind, "charge.succeeded"]


def test_events_arrive_twice_late_and_in_reverse_on_command(
    local: LocalStripe, listener: Listener
) -> None:
    for kind, more in (
        ("duplicate", {"match": "charge.succeeded"}),
        ("delay", {"match": "payment_intent.succeeded", "seconds": 0.3}),
    ):
        local.control("POST", "faults", target="webhook", kind=kind, **more)
    local.paid()
    local.until_idle()
    assert listener.types().count("charge.succeeded") == 2
    assert listener.types()[-1] == "payment_intent.succeeded"

    listener.got.clear()
    local.control("POST", "faults", target="webhook", kind="reorder", times=4)
    local.paid()
    local.until_idle()
    assert listener.types() == local.event_types()[:3:-1]
    assert len(listener.types()) == 4


def test_an_endpoint_made_by_the_api_gets_only_its_types(
    local: LocalStripe, listener: Listener
) -> None:
    local.control("DELETE", "webhooks/tests")
    endpoint = local.client.v1.webhook_endpoints.create(
        {"url": listener.url, "enabled_events": ["payment_intent.succeeded"]}
    )
    local.paid()
    local.until_idle()
    assert listener.types() == ["payment_intent.succeeded"]
    stripe.Webhook.construct_event(listener.got[0][1], listener.got[0][0], endpoint.secret)
    local.client.v1.webhook_endpoints.delete(endpoint.id)
    assert local.client.v1.webhook_endpoints.list().data == []
