# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages on which a payer leaves a way to be charged later, and what is kept of it."""

from typing import Any

from localstripe import resources

from infra.local.stripe import params
from infra.local.stripe.errors import missing
from infra.local.stripe.events import emit
from infra.local.stripe.objects import retrieve
from infra.local.stripe.payment_methods import CARD_FAILURES, Failure
from infra.local.stripe.sessions import Session, expiry, method_types, unknown_refused
from infra.local.stripe.world import world

MODE = "setup"
SAVED_ALL_THE_SAME = frozenset(["4000000000000341"])
"""Stripe's test card that can be saved, and is declined whenever it is charged."""


class SetupIntent(resources.StripeObject):
    """Leave to charge a payment method when its owner is away."""

    object = "setup_intent"
    _id_prefix = "seti_"

    def __init__(self, session: "SetupSession", method: Any, customer: str) -> None:
        """Keep the method of a page for a customer."""
        super().__init__()
        self.application = None
        self.cancellation_reason = None
        self.client_secret = f"{self.id}_secret_{resources.random_id(16)}"
        self.customer = customer
        self.description = None
        self.last_setup_error = None
        self.mandate = None
        self.metadata = dict(session._setup_metadata)
        self.next_action = None
        self.payment_method = method.id
        self.payment_method_types = session.payment_method_types
        self.status = "succeeded"
        self.usage = "off_session"


class SetupSession(Session):
    """A page that takes no money."""

    def __init__(self, given: dict[str, Any], expires_at: int) -> None:
        """Open a page; given holds the parameters, already checked."""
        super().__init__([], given, expires_at)
        self._setup_metadata = given.get("setup_metadata", {})
        self.amount_subtotal = None
        self.amount_total = None
        self.mode = MODE
        self.payment_status = "no_payment_required"

    def pay(self, method: Any, name: str, email: str) -> str | None:
        """Keep a method; return None when done, else the message for the payer."""
        failure = _refusal(method)
        if failure is not None:
            return failure.message
        customer = resources.Customer(name=name, email=email)
        method.customer = self.customer = customer.id
        intent = SetupIntent(self, method, customer.id)
        self.setup_intent = intent.id
        self._complete(name, email)
        emit("setup_intent.succeeded", intent)
        emit("checkout.session.completed", self)
        return None


def _refusal(method: Any) -> Failure | None:
    number = method._card_number if method.type == "card" else ""
    return None if number in SAVED_ALL_THE_SAME else CARD_FAILURES.get(number)


def create(given: dict[str, Any]) -> SetupSession:
    """Return a new open page, or raise the error that the parameters deserve."""
    unknown_refused(given, {"setup_intent_data"})
    for name in ("success_url", "currency"):
        if name not in given:
            raise missing(name)
    currency = params.text(given["currency"], "currency", 3).lower()
    data = given.get("setup_intent_data", {})
    checked = {
        "currency": currency,
        "metadata": params.metadata(given.get("metadata")),
        "setup_metadata": params.metadata(data.get("metadata")),
        "payment_method_types": method_types(given.get("payment_method_types"), currency),
        "success_url": params.url(given["success_url"], "success_url"),
    }
    if "cancel_url" in given:
        checked["cancel_url"] = params.url(given["cancel_url"], "cancel_url")
    if "customer_email" in given:
        checked["customer_email"] = params.email(given["customer_email"], "customer_email")
    for name in {"client_reference_id", "locale"} & given.keys():
        checked[name] = params.text(given[name], name, 200)
    return SetupSession(checked, expiry(given.get("expires_at"), world().clock.now_s()))


def detach(_: dict[str, Any], method_id: str) -> Any:
    """Forget whose method it is: it can be charged no more."""
    method = retrieve("payment_method", method_id)
    method.customer = None
    method._detached = True
    return method


def decline(method_id: str, code: str, decline_code: str | None) -> None:
    """Let every charge of a method fail from now on; with no code, as its number says."""
    method = retrieve("payment_method", method_id)
    why = f"Your card was declined ({decline_code or code})."
    method._declines = Failure(code, why, decline_code) if code else None
