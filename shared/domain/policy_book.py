"""The ladders that one customer's documents climb, and the days on which nobody is bothered."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.domain.document import Document
from shared.domain.notice import Notice
from shared.domain.policy import Policy
from shared.domain.stage import Stage


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """The policies of one customer: its own, and those that single documents name instead.

    others are by name. closed_on are the holidays where the customer is, for policies that keep
    them; a Container, so that a calendar need not be written out for years nobody asks for. note
    says in words what is not known of that calendar, "" where all is. past are the earlier versions
    by which the newest notice tells its positions, by name and version.
    """

    customer_policy: Policy
    others: Mapping[str, Policy] = field(default_factory=dict)
    closed_on: Container[date] = frozenset()
    note: str = ""
    past: Mapping[tuple[str, int], Policy] = field(default_factory=dict)

    @property
    def versions(self) -> Mapping[str, int]:
        """Return the version of each policy by name."""
        found = {policy.name: policy.version for policy in self.others.values()}
        return found | {self.customer_policy.name: self.customer_policy.version}

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
        return policy.sends_on(day) and not (policy.holidays and day in self.closed_on)

    def remark(self, policy: Policy) -> str:
        """Return what to say beside a decision by policy: a sentence after a space, or ""."""
        return f" {self.note}" if policy.holidays and self.note else ""

    def carried(self, document: Document, position: int, notice: Notice | None) -> int:
        """Return where document stands on its policy now that stood at position by notice.

        A stage that moved up the ladder since is not said again: what was said of it, and of those
        before it, counts where they stand now. What a stage is called plays no part where its place
        is the same.
        """
        policy = self.of(document)
        then = _told_by(notice, policy) if notice is not None else None
        before = self.past.get(then) if then is not None else None
        carried = position
        for stage in before.stages if before is not None else ():
            now = policy.stage(stage.id)
            if stage.position <= position and now is not None:
                last = min(position, stage.position_after(stage.repeats))
                carried = max(carried, now.position_after(stage.times_said(last)))
        return carried


def told_by(notice: Notice) -> Mapping[str, int]:
    """Return the versions of policies by which notice tells positions, by name."""
    return notice.ladders or ({notice.policy: notice.policy_version} if notice.policy else {})


def _told_by(notice: Notice, policy: Policy) -> tuple[str, int] | None:
    """Return name and version of the policy by which an item that is on policy now was told."""
    ladders = told_by(notice)
    if policy.name in ladders:
        return policy.name, ladders[policy.name]
    return next(iter(ladders.items())) if len(ladders) == 1 else None
