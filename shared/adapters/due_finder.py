"""Who may be due: the due index and the tickets."""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.adapters import keys
from shared.adapters.table import Table
from shared.domain.entity import Entity


class DueFinder:
    """Finds candidates by date. It may name too many customers, never too few."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        """Yield the customers with an open entry due from first through last."""
        for shard in range(entity.shards):
            partition = keys.due_partition(entity.entity_id, shard)
            for item in self._table.query(partition, between=_days(first, last), index="due"):
                yield item["gsk"].split("#")[1]

    def ticketed_between(self, entity: Entity, first: date, last: date) -> Iterator[str]:
        """Yield the customers with a ticket for a day from first through last."""
        for shard in range(entity.shards):
            partition = keys.ticket_partition(entity.entity_id, shard)
            for item in self._table.query(partition, between=_days(first, last)):
                yield item["sk"].split("#")[1]


def _days(first: date, last: date) -> tuple[str, str]:
    return first.isoformat(), (last + timedelta(days=1)).isoformat()
