"""Stripe's objects as the hub reads them. They come from the stripe package; none is made here."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.adapters.stripe_amounts import OddAmount, from_stripe, signed_from_stripe
from shared.domain.gateway import (
    BalanceEntry,
    GatewayCheckout,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    PaymentEntry,
)
from shared.domain.mandate import Method

_BRANDS = ("brand", "bank_name", "bank_code")
_BRAND_CHARS_MAX = 40


def checkout_from(session: Any, payment: GatewayPayment | None) -> GatewayCheckout:
    """Return the page of a session and the payment that was made on it."""
    return GatewayCheckout(
        session_id=session.id,
        state=str(session.status),
        payment_status=str(session.payment_status),
        url=session.url or "",
        payment=payment,
        method=method_from(session.setup_intent) if session.setup_intent else None,
        **_ours(session),
    )


def payment_from(
    intent: Any, refunds: Iterable[Any] = (), disputes: Iterable[Any] = ()
) -> GatewayPayment:
    """Return the payment of an intent whose charge and balance transactions are expanded.

    An amount that is none of ours leaves the payment without any, and says why.
    """
    charge = intent.latest_charge
    booked = charge.balance_transaction if charge else None
    details = charge.payment_method_details if charge else None
    amount, came_in, odd = None, None, ""
    gave_back: tuple[GatewayRefund, ...] = ()
    disputed: tuple[GatewayDispute, ...] = ()
    returned = None
    try:
        amount = from_stripe(intent.amount_received, intent.currency)
        came_in = entry_from(booked)
        gave_back = tuple(refund_from(r) for r in refunds)
        disputed = tuple(dispute_from(d) for d in disputes)
    except OddAmount as exc:
        amount, odd = None, str(exc.facts["reason"])
    if charge and charge.failure_balance_transaction:
        returned = entry_from(charge.failure_balance_transaction)
    return GatewayPayment(
        reference=intent.id,
        status=str(intent.status),
        amount=amount,
        odd=odd,
        method=str(details.type) if details else "unknown",
        received_at=_instant((booked or charge or intent).created),
        came_in=came_in,
        refunds=gave_back,
        disputes=disputed,
        returned=returned,
        decline=_decline(intent.last_payment_error),
        **_ours(intent),
    )


def method_from(setup: Any) -> Method | None:
    """Return the method that an expanded setup intent leaves for later, None until it succeeded."""
    method = setup.payment_method
    if setup.status != "succeeded" or not method or not setup.customer:
        return None
    kind = str(method.type)
    details = getattr(method, kind, None)
    brand = next((getattr(details, n, None) for n in _BRANDS if getattr(details, n, None)), "")
    return Method(
        payer=str(setup.customer),
        reference=method.id,
        kind=kind,
        brand=str(brand)[:_BRAND_CHARS_MAX],
        last4=str(getattr(details, "last4", None) or ""),
    )


def _decline(error: Any) -> str:
    """Return why an attempt failed, as the bank says it, else as Stripe does; "" for no failure."""
    if not error:
        return ""
    return str(getattr(error, "decline_code", None) or error.code or error.type)


def refund_from(refund: Any) -> GatewayRefund:
    """Return a refund whose balance transactions are expanded. Raises OddAmount."""
    return GatewayRefund(
        refund_id=refund.id,
        status=str(refund.status),
        amount=from_stripe(refund.amount, refund.currency),
        made_at=_instant(refund.created),
        asked_as=_written(refund).get("refund", ""),
        left=entry_from(refund.balance_transaction),
        came_back=entry_from(refund.failure_balance_transaction),
    )


def dispute_from(dispute: Any) -> GatewayDispute:
    """Return a dispute with what it took from the balance and gave back. Raises OddAmount."""
    entries = [e for e in map(entry_from, dispute.balance_transactions) if e]
    took = [e for e in entries if e.amount.minor < 0]
    gave = [e for e in entries if e.amount.minor > 0]
    due_by = dispute.evidence_details.due_by if dispute.evidence_details else None
    return GatewayDispute(
        dispute_id=dispute.id,
        status=str(dispute.status),
        reason=str(dispute.reason or ""),
        amount=from_stripe(dispute.amount, dispute.currency),
        opened_at=_instant(dispute.created),
        withdrawn=min(took, key=_when, default=None),
        reinstated=min(gave, key=_when, default=None),
        answer_by=_instant(due_by) if due_by else None,
    )


def entry_from(entry: Any) -> BalanceEntry | None:
    """Return an expanded balance transaction.

    None where there is none yet, or where its amounts are none of ours: the payment is booked all
    the same, and the nightly comparison shows what is missing.
    """
    if not entry:
        return None
    try:
        amount = signed_from_stripe(entry.amount, entry.currency)
        fee = signed_from_stripe(entry.fee, entry.currency)
    except OddAmount:
        return None
    return BalanceEntry(entry.id, str(entry.type), amount, fee, _instant(entry.created))


def payment_entry_from(entry: Any) -> PaymentEntry | None:
    """Return a balance transaction whose source is expanded, None where it is of no payment."""
    source = entry.source
    reference = getattr(source, "payment_intent", None) if source else None
    if not reference:
        return None
    found = entry_from(entry)
    return PaymentEntry(str(reference), found) if found else None


def _when(entry: BalanceEntry) -> tuple[datetime, str]:
    return entry.booked_at, entry.entry_id


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _ours(thing: Any) -> dict[str, str]:
    written = _written(thing)
    return {
        "entity_id": written.get("entity", ""),
        "customer_id": written.get("customer", ""),
        "checkout_id": written.get("checkout", ""),
        "mandate_id": written.get("mandate", ""),
    }


def _written(thing: Any) -> Mapping[str, str]:
    return thing.metadata.to_dict() if thing.metadata else {}
