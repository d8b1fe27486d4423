"""How a customer and one of their checkouts stand at the moment when money is to be booked."""

from dataclasses import dataclass
from typing import Any

from shared.domain.books import Books
from shared.domain.checkout import Checkout
from shared.domain.customer import Customer


@dataclass(frozen=True, slots=True)
class Standing:
    """One consistent look: a customer, their books, and the checkout that the money came through.

    others are the customer's other unresolved checkouts. stored is the checkout as the store wants
    it back with a write, and nobody else's.
    """

    customer: Customer
    books: Books
    checkout: Checkout
    others: tuple[Checkout, ...]
    stored: dict[str, Any]
