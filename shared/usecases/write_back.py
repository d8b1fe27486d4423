"""Tell the ERP of one payment on one invoice, exactly once."""

from typing import Protocol

from shared.domain.writeback import Writeback


class Writebacks(Protocol):
    def get(
        self, entity_id: str, customer_id: str, payment_id: str, document_id: str, step: int
    ) -> Writeback: ...
    def done(
        self, entity_id: str, customer_id: str, payment_id: str, document_id: str, step: int
    ) -> None: ...


class Files(Protocol):
    def put(self, entity_id: str, note: Writeback) -> bool: ...


def write_back(
    notes: Writebacks,
    files: Files,
    entity_id: str,
    customer_id: str,
    payment_id: str,
    document_id: str,
    step: int = 0,
) -> str:
    """Write the file of one payment and document; return "written", "there" or "done_before".

    The file's name comes from the payment, the document and the step, and it is never written
    over, so a crash before the note is repeated without harm.
    """
    ids = (entity_id, customer_id, payment_id, document_id, step)
    note = notes.get(*ids)
    if not note.pending:
        return "done_before"
    written = files.put(entity_id, note)
    notes.done(*ids)
    return "written" if written else "there"
