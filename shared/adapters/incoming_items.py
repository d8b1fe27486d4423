"""A payment that is announced, among the live facts of its customer: to its item, and back."""

from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.domain.account import Incoming
from shared.domain.money import Money
from shared.domain.payment import Payment


def incoming_item(entity_id: str, payment: Payment) -> Item:
    """Return the item of a payment that is pending."""
    return {
        **keys.incoming(entity_id, payment.customer_id, payment.payment_id),
        "type": "INCOMING",
        "payment_id": payment.payment_id,
        "currency": payment.amount.currency,
        "amount": payment.amount.minor,
        "expected_on": payment.received_on.isoformat(),
        "plan": [[document_id, part.minor] for document_id, part in payment.plan],
    }


def incoming_from(item: Item) -> Incoming:
    """Return the announced payment of an item."""
    currency = item["currency"]
    return Incoming(
        payment_id=item["payment_id"],
        amount=Money(minor=item["amount"], currency=currency),
        expected_on=date.fromisoformat(item["expected_on"]),
        allocations=tuple(
            (document_id, Money(minor=minor, currency=currency))
            for document_id, minor in item["plan"]
        ),
    )
