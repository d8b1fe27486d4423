"""The policy that bounds what a customer may be given time for."""

from typing import Protocol

from shared.domain.customer import Customer
from shared.domain.policy import Policy


class Accounts(Protocol):
    def customer(self, entity_id: str, customer_id: str) -> Customer: ...


class Policies(Protocol):
    def policy(self, entity_id: str, name: str) -> Policy: ...


def policy_of(accounts: Accounts, policies: Policies, entity_id: str, customer_id: str) -> Policy:
    """Return the customer's policy as it stands now. Raises NotFound."""
    return policies.policy(entity_id, accounts.customer(entity_id, customer_id).policy)
