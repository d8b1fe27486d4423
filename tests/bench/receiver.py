"""What the receiver of webhooks takes of a core, beside what nobody can leave out.

The limit is one HMAC over the body and one reading of its JSON. Calls to AWS are left out on both
sides; the rest is what the function does: signature, envelope, what is stored and what is sent on.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime

from shared.adapters.stripe_event import read_event
from shared.adapters.stripe_signature import verify
from shared.domain.gateway_event import GatewayEvent
from shared.usecases import receive_webhook
from tests.bench.paired import Ratio, cpu_ratios

BODY_BYTES_AT_LEAST = 2_000
EVENTS = 2_000
SECRET = "whsec_" + "s" * 32
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
STAMP = int(NOW.timestamp())


class _Shelf:
    """Knows every entity and keeps nothing."""

    def knows(self, entity_id: str) -> bool:
        return True

    def store(
        self, entity_id: str, event: GatewayEvent, body: bytes, wall: datetime
    ) -> receive_webhook.Stored:
        return receive_webhook.Stored.NEW

    def send(self, queue: str, body: dict[str, object]) -> None:
        return None


def receiver_cpu_over_limit() -> Ratio:
    """Return the CPU of receiving a webhook over that of its HMAC and its JSON."""
    body = _body()
    mark = _mark(body)
    header = f"t={STAMP},v1={mark}"
    ports = receive_webhook.Ports(
        lambda *signed: verify(*signed[:2], [SECRET], signed[2]),
        read_event,
        _Shelf(),
        _Shelf(),
        livemode=False,
    )

    def limit() -> None:
        for _ in range(EVENTS):
            assert hmac.compare_digest(_mark(body), mark)
            json.loads(body)

    def ours() -> None:
        for _ in range(EVENTS):
            receive_webhook.receive_webhook(ports, "demo", body, header, NOW)

    return cpu_ratios({"limit": limit, "ours": ours}, "limit")["ours"]


def _mark(body: bytes) -> str:
    return hmac.new(SECRET.encode(), b"%d." % STAMP + body, hashlib.sha256).hexdigest()


def _body() -> bytes:
    """Return an event as long as Stripe's are: a paid page with what it was made of."""
    page = {
        "id": "cs_test_" + "a1" * 29,
        "object": "checkout.session",
        "payment_intent": "pi_3" + "Qx" * 11,
        "metadata": {f"fact_{n}": "x" * 24 for n in range(6)},
        **{f"unset_{n}": None for n in range(40)},
        **{f"nested_{n}": {"enabled": False, "amount": n, "options": []} for n in range(12)},
    }
    event = {
        "id": "evt_1Qx" + "b" * 20,
        "object": "event",
        "type": "checkout.session.completed",
        "api_version": "bench",
        "created": STAMP,
        "livemode": False,
        "data": {"object": page},
    }
    body = json.dumps(event, indent=2).encode()
    assert len(body) > BODY_BYTES_AT_LEAST
    return body
