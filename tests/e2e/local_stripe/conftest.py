"""The local Stripe as a process of its own, the stripe package as its client, and a listener."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venvs" / "stripe" / "bin" / "python"
SECRET = "whsec_of_the_tests"
WORKING_CARD = "4242424242424242"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass
class Page:
    """An answer of the hosted page."""

    status: int
    headers: HTTPMessage
    text: str


@dataclass
class LocalStripe:
    """The running local Stripe."""

    url: str
    client: stripe.StripeClient

    def control(self, method: str, path: str, /, **body: Any) -> dict[str, Any]:
        """Call the control API."""
        request = urllib.request.Request(
            f"{self.url}/_config/{path}",
            method=method,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def browse(self, url: str, **form: str) -> Page:
        """GET a page, or POST it when fields are given; redirects are not followed."""
        opener = urllib.request.build_opener(_Stay)
        try:
            answer = opener.open(url, urlencode(form).encode() if form else None, timeout=10)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Page(answer.status, answer.headers, answer.read().decode())

    def session(self, minor: int = 123450, currency: str = "eur", **more: Any) -> Any:
        """Return a new Checkout Session for one invoice."""
        price = {"currency": currency, "unit_amount": minor}
        line = {"quantity": 1, "price_data": price | {"product_data": {"name": "Invoice 2026-7"}}}
        key = more.pop("key", None)
        params = {
            "mode": "payment",
            "line_items": [line],
            "client_reference_id": "checkout-7",
            "metadata": {"checkout": "7"},
            "payment_intent_data": {"metadata": {"checkout": "7"}, "description": "2026-7"},
            "customer_email": "payables@buyer.example",
            "success_url": "http://seller.example/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://seller.example/account",
        }
        options = {"idempotency_key": key} if key else {}
        return self.client.v1.checkout.sessions.create(params | more, options)

    def paid(self, minor: int = 123450, **form: str) -> Any:
        """Return a session that was paid by card on its page, expanded to the charge."""
        session = self.session(minor)
        assert self.browse(session.url, **{"card_number": WORKING_CARD} | form).status == 303
        return self.read(session.id)

    def read(self, session_id: str) -> Any:
        """Return a session expanded down to the charge."""
        expand = {"expand": ["payment_intent.latest_charge"]}
        return self.client.v1.checkout.sessions.retrieve(session_id, expand)

    def event_types(self) -> list[str]:
        """Return the types of all events, oldest first."""
        return [e.type for e in self.client.v1.events.list({"limit": 100}).data][::-1]

    def until_idle(self) -> dict[str, Any]:
        """Wait until no webhook is under way."""
        return until(lambda: (state := self.control("GET", "idle"))["idle"] and state)


def until(probe: Callable[[], Any], within_s: float = 8.0) -> Any:
    """Return the first true answer of a probe."""
    end = time.monotonic() + within_s
    while not (answer := probe()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return answer


@pytest.fixture(scope="session")
def process() -> Iterator[str]:
    """Run one local Stripe for all tests; its address comes from its ready line."""
    if not PYTHON.exists():
        pytest.skip("NOT RUN: .venvs/stripe is missing, run `make setup`")
    words = ["--account", "Nordlicht & Söhne", "--webhook-retries", "0.05,0.1,0.2"]
    child = subprocess.Popen(
        [PYTHON, "-m", "infra.local.stripe", *words, "--webhook-timeout", "2"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        assert child.stdout is not None
        ready = child.stdout.readline()
        assert ready.startswith("local stripe ready on http://127.0.0.1:"), ready
        yield ready.split()[-1]
    finally:
        child.terminate()
        assert child.wait(5) == 0


@pytest.fixture
def local(process: str) -> LocalStripe:
    """Return the local Stripe, empty, on the wall clock, with no endpoint."""
    client = stripe.StripeClient(
        "sk_test_of_the_tests", base_addresses={"api": process}, max_network_retries=0
    )
    local = LocalStripe(process, client)
    local.control("DELETE", "data")
    local.control("POST", "clock", offset_seconds=0)
    local.control("DELETE", "webhooks/tests")
    return local


@dataclass
class Listener:
    """An endpoint that keeps what it gets and answers as told."""

    url: str = ""
    got: list[tuple[str, bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def types(self) -> list[str]:
        """Return the types of the events got, in the order of arrival."""
        return [json.loads(body)["type"] for _, body in self.got]


@pytest.fixture
def listener(local: LocalStripe) -> Iterator[Listener]:
    """Return a listener that the local Stripe delivers to."""
    listener = Listener()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.got.append((self.headers["Stripe-Signature"], body))
            self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    listener.url = f"http://127.0.0.1:{server.server_port}/webhooks/stripe/demo"
    local.control("POST", "webhooks/tests", url=listener.url, secret=SECRET)
    yield listener
    local.control("DELETE", "webhooks/tests")
    server.shutdown()
    server.server_close()
