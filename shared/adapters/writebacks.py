"""What the ERP is still to be told, as the table holds it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.heads import read_heads
from shared.adapters.parked import parked_put
from shared.adapters.table import ConditionLost, Table, Update, Write
from shared.adapters.tasks import open_task_put
from shared.adapters.write_groups import again
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.parked import Parked
from shared.domain.tasks import Task
from shared.domain.writeback import Failure, Writeback
from shared.errors import NotFound, WriteConflict

_OPEN = "attribute_exists(ppk)"
_UNCALLED = f"{_OPEN} AND attribute_not_exists(calls)"
_AS_SEEN = f"{_OPEN} AND calls = :seen"
TRIED = ("called_at", "doubted", "again", "not_before", "failure", "stopped")
"""What a note carries while it is tried."""

NOT_PENDING = ("ppk", "psk")


class Writebacks:
    """Reads of write-backs, and the notes of what became of each."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(
        self, entity_id: str, customer_id: str, payment_id: str, document_id: str, step: int = 0
    ) -> Writeback:
        """Return the write-back. Raises NotFound."""
        key = keys.writeback(entity_id, customer_id, payment_id, document_id, step)
        item = self._table.get(key)
        if item is None:
            raise NotFound(payment=payment_id, document=document_id)
        return note_from(item)

    def line(self, entity_id: str, customer_id: str, document_id: str) -> tuple[Writeback, ...]:
        """Return all that the ERP was and is to be told of a document, in the order of its making.

        One consistent Query.
        """
        partition, begins = keys.writebacks(entity_id, customer_id, document_id)
        found = [note_from(item) for item in self._table.query(partition, begins=begins)]
        return tuple(sorted(found, key=lambda note: (note.written_at, note.payment_id, note.step)))

    def head(self, entity_id: str, customer_id: str, document_id: str) -> Document | None:
        """Return the document, open or closed, or None."""
        return read_heads(self._table, entity_id, [(customer_id, document_id)]).get(document_id)

    def claim(self, entity_id: str, note: Writeback, wall: datetime) -> Writeback:
        """Note that the ERP is called at wall, and return note as it is then.

        Raises WriteConflict where anybody called since it was read: what came of that is not known.
        """
        before = {":seen": note.calls} if note.calls else {}
        claimed = replace(note, calling=wall, calls=note.calls + 1)
        self._write(
            note,
            Update(
                place(entity_id, note),
                set={"called_at": wall.isoformat(), "calls": claimed.calls},
                condition=_AS_SEEN if note.calls else _UNCALLED,
                values=before,
            ),
        )
        return claimed

    def done(self, entity_id: str, note: Writeback) -> None:
        """Take it off the list of pending facts."""
        self._table.write(Update(place(entity_id, note), remove=NOT_PENDING))

    def told(self, entity_id: str, note: Writeback, erp_id: str, wall: datetime) -> None:
        """Note how the ERP calls what note, as it was claimed, was booked as.

        Raises WriteConflict where somebody else called since.
        """
        self._write(
            note,
            Update(
                place(entity_id, note),
                set={"erp_id": erp_id, "told_at": wall.isoformat()},
                remove=(*NOT_PENDING, *TRIED),
                condition=_AS_SEEN,
                values={":seen": note.calls},
            ),
        )

    def leave(self, entity_id: str, note: Writeback, reason: str, task: Task | None) -> None:
        """Note that note is never told, and why. Raises WriteConflict where that is decided."""
        change = Update(
            place(entity_id, note),
            set={"left": reason},
            remove=(*NOT_PENDING, *TRIED),
            condition=_OPEN,
        )
        self._write(note, change, *([again(open_task_put(entity_id, task))] if task else []))

    def later(self, entity_id: str, after: Writeback, since: datetime) -> None:
        """Note a try that failed; it is pending since then, for the janitor.

        Raises WriteConflict where somebody else called since.
        """
        self._write(
            after,
            Update(
                place(entity_id, after),
                set=_tried(after) | pending(entity_id, after, since),
                remove=("called_at",),
                condition=_AS_SEEN,
                values={":seen": after.calls},
            ),
        )

    def stop(self, entity_id: str, after: Writeback, parked: Parked, task: Task) -> None:
        """Note that a line waits for a person, and tell people.

        Raises WriteConflict where somebody else called since.
        """
        self._write(
            after,
            Update(
                place(entity_id, after),
                set=_tried(after) | {"stopped": True},
                remove=(*NOT_PENDING, "called_at"),
                condition=_AS_SEEN,
                values={":seen": after.calls},
            ),
            again(parked_put(entity_id, parked)),
            again(open_task_put(entity_id, task)),
        )

    def _write(self, note: Writeback, *writes: Write) -> None:
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            raise WriteConflict(document=note.document_id, payment=note.payment_id) from lost


def note_from(item: Mapping[str, object] | Item) -> Writeback:
    """Return the write-back of an item."""
    stored: Item = dict(item)
    failure = stored.get("failure")
    return Writeback(
        payment_id=stored["payment_id"],
        document_id=stored["document_id"],
        invoice_external_id=stored["invoice_external_id"],
        received_on=date.fromisoformat(stored["received_on"]),
        amount=Money(minor=stored["amount"], currency=stored["currency"]),
        method=stored["method"],
        gateway_reference=stored["gateway_reference"],
        pending="ppk" in stored,
        step=stored.get("step", 0),
        discount_minor=stored.get("discount", 0),
        customer_id=stored["customer_id"],
        number=stored.get("number", ""),
        written_at=stored.get("at", ""),
        calling=_instant(stored.get("called_at", "")),
        doubted=stored.get("doubted", False),
        not_before=_instant(stored.get("not_before", "")),
        failure=_failure(failure) if failure else None,
        stopped=stored.get("stopped", False),
        again=stored.get("again", False),
        attempt=stored.get("attempt", 0),
        calls=stored.get("calls", 0),
        erp_id=stored.get("erp_id", ""),
        by_hand="by" in stored,
        left=stored.get("left", ""),
    )


def _failure(stored: Item) -> Failure:
    since = datetime.fromisoformat(stored["since"])
    return Failure(stored["code"], stored["words"], since, stored["tries"])


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def place(entity_id: str, note: Writeback) -> keys.Key:
    """Return the key of the item of note."""
    whose = (entity_id, note.customer_id)
    return keys.writeback(*whose, note.payment_id, note.document_id, note.step)


def pending(entity_id: str, note: Writeback, since: datetime) -> dict[str, object]:
    """Return what makes note one of the pending facts, since then."""
    fact = "#".join((note.payment_id, note.document_id, str(note.step)))
    return dict(keys.pending_entry(entity_id, "writeback", since, fact))


def _tried(note: Writeback) -> dict[str, object]:
    failure, not_before = note.failure, note.not_before
    return {
        "doubted": note.doubted,
        "not_before": not_before.isoformat() if not_before else "",
        "failure": {
            "code": failure.code,
            "words": failure.words,
            "since": failure.since.isoformat(),
            "tries": failure.tries,
        }
        if failure
        else {},
    }
