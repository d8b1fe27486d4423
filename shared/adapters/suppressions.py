"""The addresses that an entity mails no more, kept by their hash."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from shared.adapters import keys
from shared.adapters.table import EXISTS, NEW, Check, ConditionLost, Delete, Put, Table
from shared.domain.clock import iso


def not_suppressed(entity_id: str, address: str) -> Check:
    """Return the condition that address may be mailed, to go into a transaction."""
    return Check(_key(entity_id, address), condition=NEW)


def no_longer_suppressed(entity_id: str, address: str) -> Delete:
    """Return the write that lets address be mailed again, to go into a transaction."""
    return Delete(_key(entity_id, address), condition=f"{EXISTS} OR {NEW}")


class Suppressions:
    """Reads and writes of an entity's own list; the mail service keeps one beside it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, entity_id: str, address: str, reason: str, wall: datetime) -> bool:
        """Mail address no more; return False where it is on the list already (and stays as is)."""
        item = {
            **_key(entity_id, address),
            "type": "SUPPRESSED",
            "reason": reason,
            "since": iso(wall),
        }
        try:
            self._table.write(Put(item))
        except ConditionLost:
            return False
        return True

    def among(self, entity_id: str, addresses: Iterable[str]) -> dict[str, str]:
        """Return those of addresses that are on the list, each with the reason."""
        by_key = {_key(entity_id, a)["pk"]: a for a in addresses}
        found = self._table.get_many([_key(entity_id, a) for a in by_key.values()])
        return {by_key[item["pk"]]: item["reason"] for item in found}


def _key(entity_id: str, address: str) -> keys.Key:
    name = hashlib.sha256(f"{entity_id} {address.strip().lower()}".encode()).hexdigest()
    return keys.fact(entity_id, f"suppressed:{name}")
