"""How a customer and one of his checkouts stand at the moment when money is to be booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.account import Checkout, Credit, Customer, Document


@dataclass(frozen=True, slots=True)
class Standing:
    """One consistent look.

    others are the customer's other unresolved checkouts. stored is what the store wants back with
    a write, and nobody else's.
    """

    customer: Customer
    documents: tuple[Document, ...]
    credits: tuple[Credit, ...]
    checkout: Checkout
    others: tuple[Checkout, ...]
    stored: Mapping[str, Any]

    def credit(self, payment_id: str) -> Credit | None:
        """Return the unapplied rest of a payment, or None where there is none."""
        return next((c for c in self.credits if c.payment_id == payment_id), None)
