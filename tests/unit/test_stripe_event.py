"""The event's envelope is read strictly: what is odd is refused, not guessed."""

import json

import pytest

from shared.adapters.stripe_event import read_event
from shared.errors import MalformedWebhook


def event(**changes: object) -> dict[str, object]:
    sample: dict[str, object] = {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "livemode": False,
        "data": {
            "object": {
                "id": "cs_test_1",
                "object": "checkout.session",
                "payment_intent": "pi_1",
                "customer_details": {"email": "ap@nordlicht.example"},
            }
        },
    }
    return sample | changes


def test_an_event_is_its_envelope_and_nothing_personal():
    read = read_event(json.dumps(event()).encode())
    assert (read.event_id, read.type, read.object_id) == (
        "evt_1",
        "checkout.session.completed",
        "cs_test_1",
    )
    assert read.payment_reference == "pi_1"
    assert "nordlicht" not in repr(read)


@pytest.mark.parametrize(
    ("subject", "reference"),
    [
        ({"id": "pi_7", "object": "payment_intent"}, "pi_7"),
        ({"id": "ch_7", "object": "charge", "payment_intent": "pi_7"}, "pi_7"),
        ({"id": "du_7", "object": "dispute", "payment_intent": {"id": "pi_7"}}, "pi_7"),
        ({"id": "ch_7", "object": "charge", "payment_intent": None}, ""),
        ({"id": "ch_7", "object": "charge", "payment_intent": "pi_7/../x"}, ""),
        ({"object": "balance"}, ""),
    ],
)
def test_the_payment_that_an_object_belongs_to_is_found(subject, reference):
    read = read_event(json.dumps(event(data={"object": subject})).encode())
    assert read.payment_reference == reference


BAD = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "text": b'"x"',
    "deep": b"[" * 100_000,
    "not utf-8": b'{"id": "\xff"}',
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(event()).encode(),
    "NaN": json.dumps(event(created=float("nan"))).encode(),
    "Infinity": json.dumps(event(created=float("inf"))).encode(),
    "1e400": json.dumps(event()).replace("1790000000", "1e400").encode(),
    "no id": json.dumps(event(id=None)).encode(),
    "id with a path": json.dumps(event(id="evt_../../x")).encode(),
    "id of a kilobyte": json.dumps(event(id="evt_" + "a" * 1000)).encode(),
    "no type": json.dumps(event(type=7)).encode(),
    "no data": json.dumps(event(data=None)).encode(),
    "no object": json.dumps(event(data={"object": []})).encode(),
    "livemode 0": json.dumps(event(livemode=0)).encode(),
    "created true": json.dumps(event(created=True)).encode(),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_what_is_no_event_is_refused(body):
    with pytest.raises(MalformedWebhook):
        read_event(body)


def test_of_a_key_given_twice_the_last_counts_since_all_of_it_is_signed():
    body = json.dumps(event())[:-1] + ', "livemode": true}'
    assert read_event(body.encode()).livemode is True
