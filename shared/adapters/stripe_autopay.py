"""What the gateway is told so that money can be taken later, and when it is taken."""

from typing import Any

from shared.adapters.stripe_amounts import to_stripe
from shared.domain.checkout import Checkout
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.mandate import Mandate, Method


def setup_params(entity: Entity, customer: Customer, mandate: Mandate) -> dict[str, Any]:
    """Return what opens a page on which mandate is given: the card stays with the gateway."""
    ours = {
        "entity": entity.entity_id,
        "customer": customer.customer_id,
        "mandate": mandate.mandate_id,
    }
    params: dict[str, Any] = {
        "mode": "setup",
        "client_reference_id": mandate.mandate_id,
        "currency": mandate.currency.lower(),
        "customer_creation": "always",
        "metadata": ours,
        "setup_intent_data": {"metadata": ours},
        "locale": customer.language,
    }
    return params | ({"customer_email": customer.email} if customer.email else {})


def taking_params(
    entity: Entity, customer: Customer, method: Method, checkout: Checkout
) -> dict[str, Any]:
    """Return what takes the amount of checkout from method, with nobody there to ask.

    Raises InvalidInput for an amount that Stripe cannot take.
    """
    minor, currency = to_stripe(checkout.amount)
    return {
        "amount": minor,
        "currency": currency,
        "customer": method.payer,
        "payment_method": method.reference,
        "payment_method_types": [method.kind],
        "off_session": True,
        "confirm": True,
        "metadata": {
            "entity": entity.entity_id,
            "customer": customer.customer_id,
            "checkout": checkout.checkout_id,
            "mandate": checkout.mandate_id,
        },
    }
