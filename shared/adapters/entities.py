"""Entities and their policies. Every policy version is kept, with the day it began to hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.entity_items import entity_from, entity_item
from shared.adapters.table import NEW, VERSION, ConditionLost, Put, Table, Write, seen
from shared.domain.account import Account
from shared.domain.brake import Braking
from shared.domain.clock import from_iso, iso
from shared.domain.entity import Entity
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook, told_by
from shared.domain.policy_version import PolicyVersion
from shared.errors import Conflict, InvalidInput, NotFound, WriteConflict

_ITEM_BYTES_MAX = 380_000


class Entities:
    """Reads and writes of entities and policies. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, entity: Entity, first: PolicyVersion) -> Entity:
        """Write a new entity with version 1 of its default policy, and return it.

        Raises Conflict where the id is taken.
        """
        created = replace(entity, default_policy=first.policy.name, policy_version=1, version=1)
        version = replace(first, policy=first.policy.model_copy(update={"version": 1}))
        registry = {
            **keys.registry(entity.entity_id),
            "type": "REGISTRY",
            "entity_id": entity.entity_id,
        }
        try:
            self._table.write(
                Put(entity_item(created)),
                Put(registry),
                *_policy_writes(entity.entity_id, version),
            )
        except ConditionLost:
            raise Conflict(entity=entity.entity_id, reason="this id is taken") from None
        return created

    def ids(self) -> Iterator[str]:
        """Yield the ids of all entities."""
        for item in self._table.query("ENTITIES"):
            yield item["entity_id"]

    def get(self, entity_id: str) -> Entity:
        """Return the entity. Raises NotFound."""
        item = self._table.get(keys.entity(entity_id))
        if item is None:
            raise NotFound(entity=entity_id)
        return entity_from(item)

    def update(self, changed: Entity) -> Entity:
        """Write changed over the version it was read at, and return it one version on.

        Raises WriteConflict where somebody wrote first.
        """
        try:
            self._table.write(entity_write(changed))
        except ConditionLost:
            raise WriteConflict(entity=changed.entity_id) from None
        return replace(changed, version=changed.version + 1)

    def brake(self, changed: Entity, at: datetime) -> Entity:
        """Write changed as update() does, with the dated fact of what its erp_stale says now."""
        fact: Item = {
            **keys.braking(changed.entity_id, changed.version + 1),
            "type": "BRAKE",
            "at": iso(at),
            "stale": changed.erp_stale,
        }
        try:
            self._table.write(entity_write(changed), Put(fact, condition=NEW))
        except ConditionLost:
            raise WriteConflict(entity=changed.entity_id) from None
        return replace(changed, version=changed.version + 1)

    def brakes(self, entity_id: str) -> tuple[Braking, ...]:
        """Return every change of the entity's brake, oldest first."""
        partition = keys.braking(entity_id)["pk"]
        found = self._table.query(partition, begins="BRAKE#")
        return tuple(Braking(from_iso(item["at"]), item["stale"]) for item in found)

    def put_policy(self, entity: Entity, changed: PolicyVersion) -> Policy:
        """Write the next version of a policy and return it; it holds from now on.

        The entity counts policy changes in the same transaction, so that the next sweep looks
        at everything. Raises WriteConflict where somebody wrote first.
        """
        current = self._table.get(keys.policy_current(entity.entity_id, changed.policy.name))
        number = current["version"] + 1 if current else 1
        policy = changed.policy.model_copy(update={"version": number})
        counted = replace(entity, policy_version=entity.policy_version + 1)
        try:
            self._table.write(
                entity_write(counted),
                *_policy_writes(entity.entity_id, replace(changed, policy=policy)),
            )
        except ConditionLost:
            raise WriteConflict(entity=entity.entity_id, policy=policy.name) from None
        return policy

    def policy(self, entity_id: str, name: str) -> Policy:
        """Return the current version of a policy. Raises NotFound."""
        return self.policy_version(entity_id, name).policy

    def book(self, entity_id: str, account: Account, at: datetime | None = None) -> PolicyBook:
        """Return the policies that account's documents climb by now, or by the versions of at.

        A policy that a document names and nobody knows is left out: its customer's holds then.
        Raises NotFound.
        """
        current = self._held(entity_id, account.customer.policy, at)
        named = {d.policy for d in account.documents} - {"", current.name}
        known = named.intersection(self.policy_names(entity_id)) if named else ()
        others = {name: self._held(entity_id, name, at) for name in sorted(known)}
        told = told_by(account.newest_notice) if account.newest_notice else {}
        now = {p.name: p.version for p in (current, *others.values())}
        past = {
            (name, version): self.policy_version(entity_id, name, version).policy
            for name, version in told.items()
            if now.get(name) != version and version
        }
        if not any(policy.holidays for policy in (current, *others.values())):
            return PolicyBook(current, others, past=past)
        # only functions that decide carry the calendars: this is the one place that needs them
        from shared.adapters.holiday_calendar import closed_days

        closed_on, note = closed_days(account.customer.country, account.customer.subdivision)
        return PolicyBook(current, others, closed_on, note, past)

    def _held(self, entity_id: str, name: str, at: datetime | None) -> Policy:
        """Return a policy as it held at an instant (None: now); before all versions, the first."""
        if at is None:
            return self.policy(entity_id, name)
        first = keys.policy(entity_id, name, 1)
        begins = first["sk"].removesuffix("000001")
        versions = [_version_from(item) for item in self._table.query(first["pk"], begins=begins)]
        if not versions:
            raise NotFound(policy=name)
        held = [version for version in versions if version.valid_from <= at]
        return (held or versions[:1])[-1].policy

    def policy_version(
        self, entity_id: str, name: str, version: int | None = None
    ) -> PolicyVersion:
        """Return one version of a policy, the current one where none is named. Raises NotFound."""
        if version is None:
            current = self._table.get(keys.policy_current(entity_id, name))
            if current is None:
                raise NotFound(policy=name)
            version = int(current["version"])
        item = self._table.get(keys.policy(entity_id, name, version))
        if item is None:
            raise NotFound(policy=name, version=version)
        return _version_from(item)

    def policies(self, entity_id: str) -> tuple[Policy, ...]:
        """Return the current version of every policy of the entity."""
        partition = keys.entity(entity_id)["pk"]
        return tuple(
            self.policy_version(entity_id, pointer["name"], pointer["version"]).policy
            for pointer in self._table.query(partition, begins="POLICY_CURRENT#")
        )

    def policy_names(self, entity_id: str) -> tuple[str, ...]:
        """Return the names of the entity's policies."""
        partition = keys.entity(entity_id)["pk"]
        return tuple(i["name"] for i in self._table.query(partition, begins="POLICY_CURRENT#"))


def entity_write(changed: Entity) -> Put:
    item = entity_item(replace(changed, version=changed.version + 1))
    return Put(item, condition=VERSION, values=seen(changed.version))


def _policy_writes(entity_id: str, version: PolicyVersion) -> tuple[Write, Write]:
    name, number = version.policy.name, version.policy.version
    stored = version.policy.model_dump_json()
    if len(stored.encode()) + len(version.text.encode()) > _ITEM_BYTES_MAX:
        raise InvalidInput(field="policy", reason="it is too large")
    item: Item = {
        **keys.policy(entity_id, name, number),
        "type": "POLICY",
        "name": name,
        "version": number,
        "valid_from": iso(version.valid_from),
        "by": version.by,
        "json": stored,
        "text": version.text,
    }
    pointer: Item = {
        **keys.policy_current(entity_id, name),
        "type": "POLICY_CURRENT",
        "name": name,
        "version": number,
    }
    if number == 1:
        return Put(item), Put(pointer, condition=NEW)
    return Put(item), Put(pointer, condition=VERSION, values=seen(number - 1))


def _version_from(item: Item) -> PolicyVersion:
    return PolicyVersion(
        policy=Policy.model_validate_json(item["json"]),
        text=item["text"],
        valid_from=from_iso(item["valid_from"]),
        by=item["by"],
    )
