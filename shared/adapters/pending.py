"""Facts that somebody must still act on, found by the pending index."""

from collections.abc import Iterator
from datetime import datetime

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import Table
from shared.domain.clock import from_iso

KINDS = ("notice", "payment", "writeback", "document", "checkout", "await")


class Pending:
    """Reads of the pending index."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def older_than(self, entity_id: str, kind: str, since: datetime) -> Iterator[Item]:
        """Yield the whole items of kind that have been pending since before since (wall)."""
        partition = keys.pending_partition(entity_id)
        stale = [
            {"pk": entry["pk"], "sk": entry["sk"]}
            for entry in self._table.query(partition, begins=f"{kind}#", index="pending")
            if from_iso(entry["psk"].split("#")[1]) < since
        ]
        yield from (item for item in self._table.get_many(stale) if "ppk" in item)
