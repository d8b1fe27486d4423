# SPDX-License-Identifier: GPL-3.0-or-later
"""Refunds: never more than was paid, and announced."""

from typing import Any

from localstripe import resources

from infra.local.stripe.balance import BalanceTransaction
from infra.local.stripe.errors import missing, refused, unknown_parameters
from infra.local.stripe.events import emit
from infra.local.stripe.objects import computed, listing, retrieve
from infra.local.stripe.params import choice, integer, metadata

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
KNOWN = frozenset(["amount", "charge", "payment_intent", "reason", "metadata", "currency"])


class Refund(resources.Refund):
    """Money given back on one charge."""

    def __init__(self, charge: Any, amount: int, reason: str | None, data: dict[str, str]) -> None:
        """Give back the amount and move the balance by it."""
        resources.StripeObject.__init__(self)
        self.amount = amount
        self.charge = charge.id
        self.currency = charge.currency
        self.customer = charge.customer
        self.description = None
        self.destination_details = {"type": charge._method.type}
        self.failure_balance_transaction = None
        self.failure_reason = None
        self.metadata = data
        self.payment_intent = charge.payment_intent
        self.payment_method = charge.payment_method
        self.pending_reason = None
        self.reason = reason
        self.receipt_number = None
        self.source_transfer_reversal = None
        self.status = "succeeded"
        self.transfer_reversal = None
        movement = BalanceTransaction(-amount, charge.currency, self.id, "refund")
        self.balance_transaction = movement.id
        del self.livemode


def create(params: dict[str, Any]) -> Refund:
    """Refund a charge, in full or in part, and return the refund."""
    if params.keys() - KNOWN:
        raise unknown_parameters(params.keys() - KNOWN)
    charge = _charge_of(params)
    reason = choice(params["reason"], "reason", REASONS) if "reason" in params else None
    data = metadata(params.get("metadata"))
    left = charge.amount - charge.amount_refunded
    amount = integer(params["amount"], "amount", least=1) if "amount" in params else left
    if charge.status != "succeeded" or not charge.captured:
        raise refused(f"Charge {charge.id} has not been paid.", "charge_not_refundable")
    if left == 0:
        raise refused(f"Charge {charge.id} has already been refunded.", "charge_already_refunded")
    if charge.disputed:
        raise refused(f"Charge {charge.id} has been charged back.", "charge_disputed")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise refused(message, param="amount")
    refund = Refund(charge, amount, reason, data)
    before = {"amount_refunded": charge.amount_refunded, "refunded": charge.refunded}
    charge.amount_refunded += amount
    charge.refunded = charge.amount_refunded == charge.amount
    emit("refund.created", refund)
    emit("charge.refunded", charge, before)
    emit("refund.updated", refund)
    return refund


def _charge_of(params: dict[str, Any]) -> Any:
    if "charge" in params:
        return retrieve("charge", params["charge"])
    if "payment_intent" not in params:
        raise missing("charge")
    intent = retrieve("payment_intent", params["payment_intent"])
    if intent.latest_charge is None:
        raise refused(f"PaymentIntent {intent.id} has no charge.", "charge_not_refundable")
    return intent.latest_charge


def fail(refund_id: str) -> Refund:
    """Let the payer's bank send a refund back, days later, and return the refund."""
    refund = retrieve("refund", refund_id)
    if refund.status != "succeeded":
        raise refused(f"Refund {refund_id} is {refund.status}.")
    charge = retrieve("charge", refund.charge)
    returned = BalanceTransaction(refund.amount, refund.currency, refund.id, "refund_failure")
    refund.status = "failed"
    refund.failure_reason = "lost_or_stolen_card"
    refund.failure_balance_transaction = returned.id
    charge.amount_refunded -= refund.amount
    charge.refunded = False
    emit("refund.failed", refund, {"status": "succeeded"})
    emit("refund.updated", refund, {"status": "succeeded"})
    return refund


def update(params: dict[str, Any], refund_id: str) -> Refund:
    """Change a refund's metadata and return it."""
    refund = retrieve("refund", refund_id)
    refund.metadata |= metadata(params.get("metadata"))
    emit("refund.updated", refund)
    return refund


def list_refunds(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of refunds, newest first."""
    return listing("refund", "/v1/refunds", query, "charge", "payment_intent")


def refunds_of(charge_id: str) -> dict[str, Any]:
    """Return the refunds of one charge, as its expanded list."""
    body = listing("refund", f"/v1/charges/{charge_id}/refunds", {"charge": charge_id}, "charge")
    return body


def register() -> None:
    """Let a charge's refunds be expanded."""
    computed("charge", "refunds", refunds_of)
