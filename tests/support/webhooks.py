"""Webhooks as the gateway signs them, and as somebody else would like to."""

import hashlib
import hmac
import json
import time

from tests.support.stack import Answer, Hub, Json

MALFORMED = {
    "empty": b"",
    "null": b"null",
    "a list": b"[]",
    "not JSON": b"\xff\xfe{",
    "deep": b"[" * 100_000,
    "NaN": b'{"id":"evt_1","created":NaN}',
    "no object": b'{"id":"evt_1","type":"charge.succeeded","created":1,"livemode":false}',
}


def signed(body: bytes, secret: str, age_s: int = 0) -> str:
    """Return the signature header for body, made age_s seconds ago by the wall clock."""
    stamp = int(time.time()) - age_s
    mark = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mark}"


def body_of(event: Json) -> bytes:
    return json.dumps(event).encode()


def post(hub: Hub, entity: str, body: bytes, signature: str | None) -> Answer:
    """Return what the hub answers to a webhook."""
    headers = {"content-type": "application/json; charset=utf-8"}
    if signature is not None:
        headers["stripe-signature"] = signature
    return hub.request("POST", f"/webhooks/stripe/{entity}", body=body, headers=headers)


def secret_of(hub: Hub) -> str:
    return str(hub.stack.state["webhook_secret"])
