# SPDX-License-Identifier: GPL-3.0-or-later
"""Card disputes and returned debits: opened and closed on command."""

from typing import Any

from localstripe import resources

from infra.local.stripe.balance import BalanceTransaction
from infra.local.stripe.errors import refused
from infra.local.stripe.events import emit
from infra.local.stripe.objects import listing, retrieve
from infra.local.stripe.params import choice
from infra.local.stripe.payment_methods import is_debit

FEE_MINOR = 1500
ANSWER_WITHIN_S = 7 * 86_400
RETURN_REASONS = (
    "insufficient_funds",
    "incorrect_account_details",
    "bank_cannot_process",
    "debit_not_authorized",
)


class Dispute(resources.StripeObject):
    """A payer's bank takes a charge back, for now or for good."""

    object = "dispute"
    _id_prefix = "du_"

    def __init__(self, charge: Any, amount: int, reason: str) -> None:
        """Open the dispute and take the amount and the fee from the balance."""
        super().__init__()
        self.amount = amount
        self.charge = charge.id
        self.currency = charge.currency
        self.enhanced_eligibility_types = []
        self.evidence = {}
        self.evidence_details = {
            "due_by": self.created + ANSWER_WITHIN_S,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        }
        self.is_charge_refundable = False
        self.metadata = {}
        self.network_reason_code = "10"
        self.payment_intent = charge.payment_intent
        self.payment_method_details = {"type": charge._method.type}
        self.reason = reason
        self.status = "needs_response"
        self.balance_transactions = []
        self._move(-amount, FEE_MINOR)

    def _move(self, amount: int, fee: int) -> None:
        movement = BalanceTransaction(amount, self.currency, self.id, "adjustment", fee)
        self.balance_transactions.append(movement)


def open_dispute(charge_id: str, amount: int | None, reason: str) -> Dispute:
    """Open a dispute over a paid charge and return it."""
    charge = retrieve("charge", charge_id)
    if charge.status != "succeeded" or charge.disputed:
        raise refused(f"Charge {charge_id} cannot be disputed now.")
    dispute = Dispute(charge, amount or charge.amount - charge.amount_refunded, reason)
    charge.disputed = True
    emit("charge.dispute.created", dispute)
    emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(dispute_id: str, status: str) -> Dispute:
    """Close a dispute as won (the money comes back) or lost, and return it."""
    dispute = retrieve("dispute", dispute_id)
    choice(status, "status", ("won", "lost"))
    if dispute.status in ("won", "lost"):
        raise refused(f"Dispute {dispute_id} is already {dispute.status}.")
    dispute.status = status
    if status == "won":
        dispute._move(dispute.amount, 0)
        emit("charge.dispute.funds_reinstated", dispute)
    emit("charge.dispute.closed", dispute)
    return dispute


def return_debit(intent_id: str, reason: str) -> Dispute:
    """Let the payer's bank take a settled debit back; that is a dispute which nobody can win."""
    intent = retrieve("payment_intent", intent_id)
    charge = intent.latest_charge
    if charge is None or not is_debit(charge._method):
        raise refused(f"PaymentIntent {intent_id} was not paid by debit.")
    dispute = open_dispute(charge.id, None, choice(reason, "reason", RETURN_REASONS))
    return close_dispute(dispute.id, "lost")


def list_disputes(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of disputes, newest first."""
    return listing("dispute", "/v1/disputes", query, "charge", "payment_intent")
