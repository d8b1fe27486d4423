# SPDX-License-Identifier: GPL-3.0-or-later
"""Charges: one attempt to take money, at once by card or days later by debit."""

from collections.abc import Callable
from typing import Any

from localstripe import resources

from infra.local.stripe import payment_methods
from infra.local.stripe.amounts import fee_minor
from infra.local.stripe.balance import BalanceTransaction
from infra.local.stripe.errors import ApiError
from infra.local.stripe.events import emit
from infra.local.stripe.objects import listing, retrieve
from infra.local.stripe.params import metadata
from infra.local.stripe.payment_methods import Failure
from infra.local.stripe.world import world

DAY_S = 86_400


def _nothing() -> None:
    """Be told of an outcome and do nothing."""


class Charge(resources.Charge):
    """An attempt on behalf of a PaymentIntent, in the shape of the pinned API version."""

    amount_refunded = 0
    refunded = False
    refunds = None

    def __init__(self, intent: Any) -> None:
        """Make the attempt for the intent's amount and method; nothing is taken yet."""
        super().__init__(
            amount=intent.amount,
            currency=intent.currency,
            description=intent.description,
            metadata=dict(intent.metadata),
            customer=intent.customer,
            source=intent.payment_method,
            capture=intent.capture_method != "manual",
        )
        method = retrieve("payment_method", self.payment_method)
        self._method = method
        self._failure = payment_methods.failure_of(method, off_session=intent._off_session)
        self._settled: Callable[[], None] = _nothing
        self._failed_later: Callable[[], None] = _nothing
        self.payment_intent = intent.id
        self.receipt_email = intent.receipt_email
        self.receipt_url = None
        self.amount_captured = 0
        self.application = None
        self.application_fee = None
        self.billing_details = method.billing_details
        self.disputed = False
        self.failure_balance_transaction = None
        self.fraud_details = {}
        self.on_behalf_of = None
        self.outcome = None
        self.payment_method_details = _details(method)
        self.review = None
        self.source = None
        self.source_transfer = None
        self.statement_descriptor_suffix = intent.statement_descriptor_suffix
        self.transfer = None
        self.transfer_data = None
        self.transfer_group = None

    def _export(self, expand: Any = None) -> dict[str, Any]:
        body = super()._export()
        body.pop("invoice")
        return body

    def _initialize_charge(
        self,
        on_success: Callable[[], None] | None = None,
        on_failure_now: Callable[[], None] | None = None,
        on_failure_later: Callable[[], None] | None = None,
    ) -> None:
        if payment_methods.is_debit(self._method):
            self._settled = on_success or _nothing
            self._failed_later = on_failure_later or _nothing
            self._start_debit()
        elif self._failure is not None:
            self._fail(self._failure)
            (on_failure_now or _nothing)()
        elif self.captured:
            self._trigger_payment(on_success)
        else:
            self.status = "succeeded"

    def _start_debit(self) -> None:
        self.status = "pending"
        days = world().settings.debit_settles_after_days
        due_s = self.created + days * DAY_S
        world().agenda.add("debit", self.id, due_s, lambda: self._finish_debit(self._failure))
        emit("charge.pending", self)

    def _finish_debit(self, failure: Failure | None) -> None:
        """Settle or fail a pending debit, once."""
        if self.status != "pending":
            return
        if failure is None:
            self._trigger_payment(self._settled)
        else:
            self._fail(failure)
            self._failed_later()

    def _trigger_payment(self, on_success: Callable[[], None] | None = None) -> None:
        self.status = "succeeded"
        self.amount_captured = self.amount
        self.outcome = _outcome("authorized", "Payment complete.", None)
        self.receipt_url = f"{world().settings.origin}/receipts/{self.id}"
        kind = "charge" if self._method.type == "card" else "payment"
        fee = fee_minor(self.amount, self._method.type)
        line = self.description or ""
        movement = BalanceTransaction(self.amount, self.currency, self.id, kind, fee, line)
        self.balance_transaction = movement.id
        emit("charge.succeeded", self)
        (on_success or _nothing)()

    def _fail(self, failure: Failure) -> None:
        self.status = "failed"
        self.failure_code = failure.code
        self.failure_message = failure.message
        self.outcome = _outcome("issuer_declined", failure.message, failure.decline_code)
        emit("charge.failed", self)

    def _raise_failure(self) -> None:
        raise ApiError(402, self.failure_message, executed=True, **self._error())

    def _error(self) -> dict[str, Any]:
        """Return the failure in the fields of Stripe's error object."""
        outcome = self.outcome or {}
        return {
            "kind": "card_error",
            "code": self.failure_code,
            "decline_code": outcome.get("reason"),
            "charge": self.id,
        }


def _details(method: Any) -> dict[str, Any]:
    details = {k: v for k, v in vars(method).get(method.type, {}).items() if k != "mandate_url"}
    if method.type == "card":
        details["network"] = details["brand"]
        details["checks"] = {"cvc_check": "pass"}
    return {"type": method.type, method.type: details}


def _outcome(kind: str, message: str, reason: str | None) -> dict[str, Any]:
    declined = kind == "issuer_declined"
    return {
        "advice_code": None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }


def list_charges(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of charges, newest first."""
    return listing("charge", "/v1/charges", query, "customer", "payment_intent")


def update_charge(params: dict[str, Any], charge_id: str) -> Any:
    """Change a charge's metadata or description and return it."""
    charge = retrieve("charge", charge_id)
    charge.metadata |= metadata(params.get("metadata"))
    charge.description = params.get("description", charge.description)
    return charge


def end_debits(failure: Failure | None, settle_all_alike: bool, intent_id: str | None) -> int:
    """End pending debits now and return how many.

    With settle_all_alike each gets the given failure (or succeeds, for None); without it,
    each ends as its test account says.
    """
    chosen = []
    for entry in world().agenda.live("debit"):
        charge = retrieve("charge", entry.subject)
        if intent_id in (None, charge.payment_intent):
            chosen.append((entry, charge))
    for entry, charge in chosen:
        entry.live = False
        charge._finish_debit(failure if settle_all_alike else charge._failure)
    return len(chosen)
