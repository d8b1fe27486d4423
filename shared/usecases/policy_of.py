"""The policy that bounds what a customer may be given time for."""

from shared.domain.policy import Policy
from shared.usecases.ports.accounts import ReadsCustomer
from shared.usecases.ports.policies import ReadsPolicy


def policy_of(
    accounts: ReadsCustomer, policies: ReadsPolicy, entity_id: str, customer_id: str
) -> Policy:
    """Return the customer's policy as it stands now. Raises NotFound."""
    return policies.policy(entity_id, accounts.customer(entity_id, customer_id).policy)
