"""What people do with lines that the ERP did not take, and with such that it lost."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.adapters import keys
from shared.adapters.parked import ParkedItems
from shared.adapters.table import ConditionLost, Delete, Table, Update, Write
from shared.adapters.writebacks import NOT_PENDING, TRIED, Writebacks, note_from, pending, place
from shared.domain.entry_keys import EntryKey
from shared.domain.parked import Parked
from shared.domain.telling import PARKED
from shared.domain.writeback import Writeback
from shared.errors import WriteConflict


class WritebackRepairs:
    """Reads of the lines that wait, and the writes by which they wait no more."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._notes = Writebacks(table)
        self._parked = ParkedItems(table)

    def get(self, entity_id: str, customer_id: str, key: EntryKey) -> Writeback:
        """Return the line. Raises NotFound."""
        ids = (key.payment_id, key.document_id, key.step)
        return self._notes.get(entity_id, customer_id, *ids)

    def waiting(
        self, entity_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Parked]:
        """Yield what waits for a person, by parked id, after the id given, at most limit."""
        for parked in self._parked.list(entity_id, after or f"{PARKED}-", limit):
            if parked.kind == PARKED:
                yield parked

    def on_the_way(self, entity_id: str, limit: int) -> tuple[Writeback, ...]:
        """Return the oldest lines that are still to be told, at most limit of them."""
        partition = keys.pending_partition(entity_id)
        found = self._table.query(partition, begins="writeback#", index="pending", limit=limit)
        places = [{"pk": entry["pk"], "sk": entry["sk"]} for entry in found]
        notes = map(note_from, self._table.get_many(places))
        return tuple(sorted((n for n in notes if n.pending), key=lambda n: n.written_at))

    def resume(self, entity_id: str, note: Writeback, parked_id: str, wall: datetime) -> None:
        """Make a line that waits for a person pending again. Raises WriteConflict if it is not."""
        self._write(
            note,
            Update(
                place(entity_id, note),
                set=_anew(entity_id, note, wall),
                remove=("stopped", "doubted", "not_before", "failure"),
                condition="stopped = :yes",
                values={":yes": True},
            ),
            *_unparked(entity_id, parked_id),
        )

    def settle(
        self, entity_id: str, note: Writeback, parked_id: str, became: Mapping[str, str]
    ) -> None:
        """Note what a person says became of a line that waited. Raises WriteConflict as resume."""
        self._write(
            note,
            Update(
                place(entity_id, note),
                set=became,
                remove=(*NOT_PENDING, *TRIED),
                condition="stopped = :yes",
                values={":yes": True},
            ),
            *_unparked(entity_id, parked_id),
        )

    def reopen(self, entity_id: str, note: Writeback, wall: datetime) -> None:
        """Make a line pending again that the ERP lost, or could not be told of.

        Raises WriteConflict where it is not as it was seen.
        """
        name, was = ("left", note.left) if note.left else ("erp_id", note.erp_id)
        self._write(
            note,
            Update(
                place(entity_id, note),
                set=_anew(entity_id, note, wall),
                remove=("erp_id", "told_at", "left"),
                condition=f"#{name} = :was AND attribute_not_exists(ppk)",
                values={":was": was},
            ),
        )

    def _write(self, note: Writeback, *writes: Write) -> None:
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            raise WriteConflict(document=note.document_id, payment=note.payment_id) from lost


def _anew(entity_id: str, note: Writeback, wall: datetime) -> dict[str, object]:
    return {**pending(entity_id, note, wall), "again": True, "attempt": note.attempt + 1}


def _unparked(entity_id: str, parked_id: str) -> Iterator[Write]:
    yield Delete(keys.parked(entity_id, parked_id), condition="attribute_exists(pk)")
