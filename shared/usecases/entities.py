"""Opening an entity, letting it send, holding it again, and changing its policies."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from shared.domain.entity import Entity
from shared.domain.entity_rules import check_entity
from shared.domain.policy import Policy
from shared.domain.policy_version import PolicyVersion
from shared.errors import Conflict, InvalidInput

DAILY_CAP_MAX = 1_000_000


class Entities(Protocol):
    def create(self, entity: Entity, first: PolicyVersion) -> Entity: ...
    def get(self, entity_id: str) -> Entity: ...
    def update(self, changed: Entity) -> Entity: ...
    def put_policy(self, entity: Entity, changed: PolicyVersion) -> Policy: ...


def open_entity(
    entities: Entities, entity: Entity, first: PolicyVersion, languages: Collection[str]
) -> Entity:
    """Return a new entity that decides and shows, but sends nothing until it is released.

    Raises Conflict where the id is taken, and InvalidInput for a setting that cannot be.
    """
    check_entity(entity, languages)
    return entities.create(replace(entity, hold_all=True, daily_cap=None), first)


def release(entities: Entities, entity_id: str, daily_cap: int | None) -> Entity:
    """Let the entity send, at most daily_cap messages a day while that is set.

    The next sweep looks at everything that is overdue. Raises Conflict where it was released.
    """
    if daily_cap is not None and not 1 <= daily_cap <= DAILY_CAP_MAX:
        raise InvalidInput(field="daily_cap", reason=f"1 to {DAILY_CAP_MAX}, or none")
    entity = entities.get(entity_id)
    if not entity.hold_all and entity.daily_cap == daily_cap:
        raise Conflict(entity=entity_id, reason="it is released already")
    return entities.update(
        replace(
            entity,
            hold_all=False,
            daily_cap=daily_cap,
            policy_version=entity.policy_version + 1,
        )
    )


def hold_all(entities: Entities, entity_id: str) -> Entity:
    """Stop every message of the entity until it is released again."""
    entity = entities.get(entity_id)
    return entity if entity.hold_all else entities.update(replace(entity, hold_all=True))


def change_policy(
    entities: Entities, entity_id: str, policy: Policy, text: str, by: str, at: datetime
) -> Policy:
    """Make policy the next version of its name, holding from at (business); return it."""
    version = PolicyVersion(policy=policy, text=text, valid_from=at, by=by)
    return entities.put_policy(entities.get(entity_id), version)
