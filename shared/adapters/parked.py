"""Parked items: what came in and could not be placed without guessing."""

from collections.abc import Iterator
from contextlib import suppress

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import ConditionLost, Delete, Put, Table
from shared.adapters.tasks import open_task_put
from shared.domain.clock import from_iso, iso
from shared.domain.parked import Parked
from shared.domain.tasks import Task
from shared.errors import NotFound


def parked_put(entity_id: str, parked: Parked) -> Put:
    """Return the write of a newly parked item, to go into another fact's transaction."""
    return Put(
        {
            **keys.parked(entity_id, parked.parked_id),
            "type": "PARKED",
            "parked_id": parked.parked_id,
            "kind": parked.kind,
            "source": parked.source,
            "reason": parked.reason,
            "created_at": iso(parked.created_at),
            "facts": dict(parked.facts),
        }
    )


class ParkedItems:
    """Reads and writes of what an entity has parked."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def park(self, entity_id: str, parked: Parked, task: Task | None = None) -> bool:
        """Write it with its task; return False where the same id is parked already (a retry)."""
        work = () if task is None else (open_task_put(entity_id, task),)
        try:
            self._table.write(parked_put(entity_id, parked), *work)
        except ConditionLost:
            return False
        return True

    def get(self, entity_id: str, parked_id: str) -> Parked:
        """Return one parked item. Raises NotFound."""
        item = self._table.get(keys.parked(entity_id, parked_id))
        if item is None:
            raise NotFound(parked=parked_id[:40])
        return _parked_from(item)

    def remove(self, entity_id: str, parked_id: str) -> None:
        """Take it off the list: it was placed after all. One that is not there is no matter."""
        with suppress(ConditionLost):
            self._table.write(Delete(keys.parked(entity_id, parked_id)))

    def list(self, entity_id: str, after: str = "", limit: int | None = None) -> Iterator[Parked]:
        """Yield parked items by id, after the id given, at most limit of them."""
        partition = keys.parked(entity_id, "")["pk"]
        between = (f"PARKED#{after}\x00", "PARKED#\x7f") if after else None
        begins = None if between else "PARKED#"
        for item in self._table.query(partition, begins=begins, between=between, limit=limit):
            yield _parked_from(item)


def _parked_from(item: Item) -> Parked:
    return Parked(
        parked_id=item["parked_id"],
        kind=item["kind"],
        source=item["source"],
        reason=item["reason"],
        created_at=from_iso(item["created_at"]),
        facts=item["facts"],
    )
