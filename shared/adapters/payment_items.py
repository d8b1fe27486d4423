"""The payment's item to its domain value, and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.clock import from_iso, iso
from shared.domain.money import Money
from shared.domain.payment import Allocation, Payment, PaymentState


def payment_item(entity_id: str, payment: Payment) -> Item:
    """Return the payment without its pending key. The key is the fact that it was booked."""
    return {
        **keys.payment(entity_id, payment.payment_id),
        **keys.payment_entry(entity_id, payment.received_on.isoformat(), payment.payment_id),
        "type": "PAYMENT",
        "customer_id": payment.customer_id,
        "payment_id": payment.payment_id,
        "source": payment.source,
        "currency": payment.amount.currency,
        "amount": payment.amount.minor,
        "method": payment.method,
        "gateway_reference": payment.gateway_reference,
        "checkout_id": payment.checkout_id,
        "external_id": payment.external_id,
        "received_on": payment.received_on.isoformat(),
        "received_at": iso(payment.received_at),
        **({"cash": [payment.cash.minor, payment.cash.currency]} if payment.cash else {}),
        **use_of(payment),
    }


def use_of(payment: Payment) -> Item:
    """Return what changes of a payment: what it is used for, and what of it is here."""
    return {
        "allocations": [_allocation_item(allocation) for allocation in payment.allocations],
        "plan": [[document_id, part.minor] for document_id, part in payment.plan],
        "state": str(payment.state),
        "gone": payment.gone_minor,
        "kept": payment.kept_minor,
        "version": payment.version,
        **({"excess": _allocation_item(payment.excess)} if payment.excess else {}),
    }


def payment_from(item: Item) -> Payment:
    """Return the payment of an item."""
    currency = item["currency"]
    return Payment(
        payment_id=item["payment_id"],
        customer_id=item["customer_id"],
        amount=Money(minor=item["amount"], currency=currency),
        method=item["method"],
        received_on=date.fromisoformat(item["received_on"]),
        received_at=from_iso(item["received_at"]),
        source=item["source"],
        gateway_reference=item["gateway_reference"],
        checkout_id=item["checkout_id"],
        external_id=item["external_id"],
        allocations=tuple(_allocation_from(line, currency) for line in item["allocations"]),
        plan=tuple(
            (document_id, Money(minor=minor, currency=currency))
            for document_id, minor in item["plan"]
        ),
        version=item["version"],
        state=PaymentState(item["state"]),
        gone_minor=item["gone"],
        kept_minor=item["kept"],
        cash=Money(minor=item["cash"][0], currency=item["cash"][1]) if "cash" in item else None,
        excess=_allocation_from(item["excess"], currency) if "excess" in item else None,
    )


def _allocation_item(allocation: Allocation) -> Item:
    item: Item = {
        "document_id": allocation.document_id,
        "number": allocation.number,
        "invoice_external_id": allocation.invoice_external_id,
        "amount": allocation.amount.minor,
    }
    if allocation.parts:
        item["parts"] = [list(part) for part in allocation.parts]
    return item


def _allocation_from(line: Mapping[str, Any], currency: str) -> Allocation:
    return Allocation(
        document_id=line["document_id"],
        number=line["number"],
        invoice_external_id=line["invoice_external_id"],
        amount=Money(minor=line["amount"], currency=currency),
        parts=tuple((number, minor) for number, minor in line.get("parts", ())),
    )
