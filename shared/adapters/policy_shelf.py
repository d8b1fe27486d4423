"""Policies as they stand at one version of an entity's policies, each read once."""

from shared.adapters.entities import Entities
from shared.adapters.table import Table
from shared.domain.policy_version import PolicyVersion


class PolicyShelf(Entities):
    """Reads that remember. Make a new one when the entity's policy_version has changed."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._versions: dict[tuple[str, str, int | None], PolicyVersion] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def policy_version(
        self, entity_id: str, name: str, version: int | None = None
    ) -> PolicyVersion:
        """Return one version of a policy, the current one as first read here. Raises NotFound."""
        asked = (entity_id, name, version)
        if asked not in self._versions:
            self._versions[asked] = super().policy_version(*asked)
        return self._versions[asked]

    def policy_names(self, entity_id: str) -> tuple[str, ...]:
        """Return the names of the entity's policies, as first read here."""
        if entity_id not in self._names:
            self._names[entity_id] = super().policy_names(entity_id)
        return self._names[entity_id]
