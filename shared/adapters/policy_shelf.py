"""Policies as they stand at one version of an entity's policies, each read once."""

from shared.adapters.entities import Entities
from shared.adapters.table import Table
from shared.domain.policy import Policy
from shared.domain.policy_version import PolicyVersion


class PolicyShelf(Entities):
    """Reads that remember. Make a new one when the entity's policy_version has changed."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._policies: dict[tuple[str, str], Policy] = {}
        self._versions: dict[tuple[str, str, int], PolicyVersion] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def policy(self, entity_id: str, name: str) -> Policy:
        """Return the current version of a policy, as first read here. Raises NotFound."""
        if (entity_id, name) not in self._policies:
            self._policies[entity_id, name] = super().policy(entity_id, name)
        return self._policies[entity_id, name]

    def policy_version(
        self, entity_id: str, name: str, version: int | None = None
    ) -> PolicyVersion:
        """Return one version of a policy; a numbered one never changes and is read once."""
        if version is None:
            return super().policy_version(entity_id, name)
        key = (entity_id, name, version)
        if key not in self._versions:
            self._versions[key] = super().policy_version(entity_id, name, version)
        return self._versions[key]

    def policy_names(self, entity_id: str) -> tuple[str, ...]:
        """Return the names of the entity's policies, as first read here."""
        if entity_id not in self._names:
            self._names[entity_id] = super().policy_names(entity_id)
        return self._names[entity_id]
