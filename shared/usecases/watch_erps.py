"""An ERP or a bank that gives nothing for too long: the entity says so, and nobody is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.freshness import Pulled, stale_bank, stale_source
from shared.errors import WriteConflict

_ATTEMPTS_MAX = 4


class Entities(Protocol):
    def get(self, entity_id: str) -> Entity: ...
    def brake(self, changed: Entity, at: datetime) -> Entity: ...


class Connections(Protocol):
    def pulled(self, entity_id: str) -> Sequence[Pulled]: ...
    def bank_as_of(self, entity_id: str) -> datetime | None: ...


def as_swept(entities: Entities, connections: Connections, entity_id: str, now: Now) -> Entity:
    """Return the entity as a sweep at this moment sees it: it looks at its sources first."""
    entity = entities.get(entity_id)
    return replace(entity, erp_stale=_old(connections, entity, now))


def watch_erps(entities: Entities, connections: Connections, entity_id: str, now: Now) -> str:
    """Return whose facts are too old at this moment, or "", once the entity says the same.

    It is looked at before each sweep and after each sync, and by the wall clock: an ERP that
    nobody asks any more grows old like one that does not answer. A change is kept as a dated fact,
    by the business clock: past days are explained by it.
    """
    for _ in range(_ATTEMPTS_MAX):
        entity = entities.get(entity_id)
        found = _old(connections, entity, now)
        if found == entity.erp_stale:
            return found
        try:
            entities.brake(replace(entity, erp_stale=found), now.business)
        except WriteConflict:
            continue
        return found
    raise WriteConflict(entity=entity_id, reason="its freshness")


def _old(connections: Connections, entity: Entity, now: Now) -> str:
    """Return whose facts are too old, or "". Who gets no file of the bank has none looked for."""
    pulled = connections.pulled(entity.entity_id)
    hours = entity.bank_max_age_hours
    banked = connections.bank_as_of(entity.entity_id) if hours else None
    of_erp = stale_source(pulled, entity.erp_max_age_hours, now.wall)
    return of_erp or stale_bank(banked, hours, now.wall)
