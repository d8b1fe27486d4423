"""Who may do what: roles are granted per entity and nest."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

ENTITY_ID = re.compile(r"[a-z][a-z0-9-]{1,30}")
EVERY_ENTITY = "*"


class Role(IntEnum):
    """What a person may do in an entity; a higher role includes the lower ones.

    A viewer reads; a clerk works tasks, holds, imports and sweeps; a controller releases and
    edits policies; an admin does all.
    """

    VIEWER = 1
    CLERK = 2
    CONTROLLER = 3
    ADMIN = 4


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who is signed in. grants maps an entity id, or "*" for every one, to a role."""

    subject: str
    name: str
    grants: Mapping[str, Role]

    def role_in(self, entity_id: str) -> Role | None:
        """Return the role in an entity, or None where there is none."""
        found = [self.grants[e] for e in (entity_id, EVERY_ENTITY) if e in self.grants]
        return max(found, default=None)

    def role_everywhere(self) -> Role | None:
        """Return the role that holds in every entity, or None."""
        return self.grants.get(EVERY_ENTITY)


def grants_from(groups: Iterable[object]) -> dict[str, Role]:
    """Return the grants that group names such as demo:clerk or *:admin give; others give none."""
    grants: dict[str, Role] = {}
    for group in groups:
        entity, _, name = group.partition(":") if isinstance(group, str) else ("", "", "")
        known = entity == EVERY_ENTITY or ENTITY_ID.fullmatch(entity) is not None
        if known and name in _BY_NAME:
            grants[entity] = max(_BY_NAME[name], grants.get(entity, Role.VIEWER))
    return grants


_BY_NAME = {role.name.lower(): role for role in Role}
