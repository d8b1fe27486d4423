# SPDX-License-Identifier: GPL-3.0-or-later
"""PaymentIntents: localstripe's, with the parameters, errors and events that it lacks."""

from typing import Any

from localstripe import resources

from infra.local.stripe import payment_methods
from infra.local.stripe.amounts import check_chargeable
from infra.local.stripe.charges import Charge
from infra.local.stripe.errors import invalid, missing, refused, unknown_parameters
from infra.local.stripe.events import emit
from infra.local.stripe.objects import listing, retrieve
from infra.local.stripe.params import boolean, integer, metadata, words

KEPT = ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix")
TAKEN_AND_IGNORED = frozenset(
    [
        "automatic_payment_methods",
        "payment_method_options",
        "return_url",
        "setup_future_usage",
        "shipping",
        "transfer_group",
        "error_on_requires_action",
        "use_stripe_sdk",
        "mandate_data",
        "payment_method_configuration",
        "excluded_payment_method_types",
    ]
)
REAL = frozenset(
    [
        "amount",
        "currency",
        "customer",
        "payment_method",
        "payment_method_data",
        "payment_method_types",
        "metadata",
        "capture_method",
        "confirm",
        "off_session",
    ]
)


class PaymentIntent(resources.PaymentIntent):
    """One sum to be paid, through as many attempts as it takes."""

    def __init__(self, amount: int, currency: str, **given: Any) -> None:
        """Make an intent; given holds customer, metadata, payment_method and the like."""
        check_chargeable(amount, currency)
        extra = {name: given.pop(name, None) for name in KEPT}
        self_types = given.get("payment_method_types") or ["card"]
        super().__init__(amount=amount, currency=currency, **given)
        self.__dict__.update(extra)
        self.payment_method_types = list(self_types)
        self.application = None
        self.automatic_payment_methods = None
        self.canceled_at = None
        self.cancellation_reason = None
        self.confirmation_method = "automatic"
        self.on_behalf_of = None
        self.payment_method_options = {}
        self.payment_record = None
        self.processing = None
        self.review = None
        self.setup_future_usage = None
        self.shipping = None
        self.source = None
        self.transfer_data = None
        self.transfer_group = None
        self._session: Any = None
        self._off_session = False
        emit("payment_intent.created", self)

    @property
    def status(self) -> str:
        """Return where the intent stands; after a failed attempt a new method is needed."""
        failed = self.latest_charge is not None and self.latest_charge.status == "failed"
        if failed and not self._canceled:
            return "requires_confirmation" if self.payment_method else "requires_payment_method"
        return super().status

    @property
    def amount_received(self) -> int:
        """Return what has been taken, in minor units."""
        return self.amount if self.status == "succeeded" else 0

    @property
    def amount_capturable(self) -> int:
        """Return what is authorised and not yet captured, in minor units."""
        return self.amount if self.status == "requires_capture" else 0

    @property
    def last_payment_error(self) -> dict[str, Any] | None:
        """Return why the latest attempt failed, or None."""
        charge = self.latest_charge
        if charge is None or charge.status != "failed":
            return super().last_payment_error
        error = charge._error()
        method = charge._method._export()
        kind = {"type": error.pop("kind"), "message": charge.failure_message}
        return {**error, **kind, "payment_method": method}

    def _export(self, expand: Any = None) -> dict[str, Any]:
        body = super()._export()
        body["latest_charge"] = self.latest_charge.id if self.latest_charge else None
        body.pop("charges")
        body.pop("invoice")
        return body

    def _create_charge(self, on_failure_now: Any) -> None:
        if self.status != "requires_confirmation":
            raise _unexpected_state(self, "confirm")
        charge = Charge(self)
        self.latest_charge = charge
        charge._initialize_charge(self._on_success, on_failure_now, self._report_async_failure)
        if charge.status == "pending":
            emit("payment_intent.processing", self)

    def _on_success(self) -> None:
        super()._on_success()
        if self._session is not None:
            self._session._money_arrived()

    def _note_failure(self) -> None:
        self.payment_method = None
        emit("payment_intent.payment_failed", self)

    def _report_failure(self) -> None:
        self._note_failure()
        self.latest_charge._raise_failure()

    def _report_async_failure(self) -> None:
        self._note_failure()
        if self._session is not None:
            self._session._money_failed()

    def _attempt(self, method: Any) -> bool:
        """Try a payment method and return whether money was taken or is on its way."""
        self.payment_method = method.id
        if method.type not in self.payment_method_types:
            self.payment_method_types.append(method.type)
        self._create_charge(self._note_failure)
        return self.latest_charge.status != "failed"

    def _cancel(self, reason: str | None) -> None:
        self._canceled = True
        self.next_action = None
        self.canceled_at = resources.time.time()
        self.cancellation_reason = reason
        emit("payment_intent.canceled", self)


def _unexpected_state(intent: PaymentIntent, verb: str) -> Exception:
    return refused(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent.status}.",
        "payment_intent_unexpected_state",
    )


def _method_given(params: dict[str, Any]) -> str | None:
    data = params.get("payment_method_data")
    if data is None:
        return params.get("payment_method")
    owner = data.get("billing_details") or {}
    kind = data.get("type")
    details = data.get(kind) or {}
    return payment_methods.make(kind, details, owner.get("name"), owner.get("email")).id


def create(params: dict[str, Any]) -> PaymentIntent:
    """Return a new intent, confirmed when asked to be."""
    unknown = params.keys() - REAL - TAKEN_AND_IGNORED - set(KEPT)
    if unknown:
        raise unknown_parameters(unknown)
    for name in ("amount", "currency"):
        if name not in params:
            raise missing(name)
    given = {name: params[name] for name in (*KEPT, "customer", "capture_method") if name in params}
    if "payment_method_types" in params:
        given["payment_method_types"] = words(
            params["payment_method_types"], "payment_method_types"
        )
    intent = PaymentIntent(
        integer(params["amount"], "amount", least=1),
        str(params["currency"]).lower(),
        metadata=metadata(params.get("metadata")),
        payment_method=_method_given(params),
        **given,
    )
    _owned(intent)
    intent._off_session = boolean(params.get("off_session", False), "off_session")
    if boolean(params.get("confirm", False), "confirm"):
        attempt = intent._create_charge if intent._off_session else intent._confirm
        attempt(on_failure_now=intent._report_failure)
    return intent


def _owned(intent: PaymentIntent) -> None:
    """Return if the method may be charged for the intent's customer. Raises Stripe's error."""
    method = resources.store.get(f"payment_method:{intent.payment_method}")
    if method is None:  # none yet, or one of the names that Stripe's tests go by
        return
    detached = getattr(method, "_detached", False)
    if detached or (method.customer and method.customer != intent.customer):
        raise invalid(
            "The provided PaymentMethod was previously used or belongs to another customer.",
            "payment_method",
            "payment_method_unexpected_state",
        )


def confirm(params: dict[str, Any], intent_id: str) -> PaymentIntent:
    """Try to take the money, by the given method or the one attached before."""
    intent = retrieve("payment_intent", intent_id)
    intent.payment_method = _method_given(params) or intent.payment_method
    if intent.status != "requires_confirmation":
        raise _unexpected_state(intent, "confirm")
    intent._confirm(on_failure_now=intent._report_failure)
    return intent


def cancel(params: dict[str, Any], intent_id: str) -> PaymentIntent:
    """Cancel an intent from which no money has been taken."""
    intent = retrieve("payment_intent", intent_id)
    if intent.status in ("succeeded", "processing", "canceled"):
        raise _unexpected_state(intent, "cancel")
    intent._cancel(params.get("cancellation_reason"))
    return intent


def update(params: dict[str, Any], intent_id: str) -> PaymentIntent:
    """Change what may still change: method, metadata, description, receipt address, amount."""
    intent = retrieve("payment_intent", intent_id)
    unknown = params.keys() - {"amount", "metadata", "payment_method", "customer", *KEPT}
    if unknown:
        raise unknown_parameters(unknown)
    if "amount" in params:
        if intent.status in ("succeeded", "processing", "canceled"):
            raise invalid("The amount can no longer change", "amount")
        intent.amount = integer(params["amount"], "amount", least=1)
    intent.metadata |= metadata(params.get("metadata"))
    for name in params.keys() - {"amount", "metadata"}:
        setattr(intent, name, params[name])
    return intent


def list_intents(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of intents, newest first."""
    return listing("payment_intent", "/v1/payment_intents", query, "customer")
