"""The ladders that one customer's documents climb, and the days on which nobody is bothered."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.account import Document
from shared.domain.policy import Policy, Stage


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policies of one customer: its own, and those that single documents name instead.

    others are by name. closed_on are the holidays where the customer is; a Container, so that a
    calendar need not be written out for years nobody asks for.
    """

    customer_policy: Policy
    others: Mapping[str, Policy] = field(default_factory=dict)
    closed_on: Container[date] = frozenset()

    def of(self, document: Document) -> Policy:
        """Return the policy of document: its own where it names one that is known."""
        return self.others.get(document.policy, self.customer_policy)

    def stage(self, policy_name: str, stage_id: str) -> Stage | None:
        """Return a stage as it stands now, by the policy and stage that a notice names, or None."""
        policy = self.others.get(policy_name)
        if policy is None and policy_name == self.customer_policy.name:
            policy = self.customer_policy
        return policy.stage(stage_id) if policy else None

    def sends_on(self, policy: Policy, day: date) -> bool:
        """Return whether messages of policy go out on day."""
        return policy.sends_on(day) and day not in self.closed_on
