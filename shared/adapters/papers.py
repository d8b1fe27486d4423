"""What belongs to a document besides its head: lines, what was paid on it, its PDF."""

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.head_items import document_from
from shared.adapters.invoice_lines import all_lines
from shared.adapters.posting_items import posting_from
from shared.adapters.table import VERSION, ConditionLost, Table, Update, seen
from shared.domain.document import Document, Line
from shared.domain.movement import MovementKind, Posting
from shared.domain.paper import Paper
from shared.domain.portal import Received


class Papers:
    """Reads of lines and receipts of one document, and the note that its PDF is there."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def paper(self, entity_id: str, customer_id: str, document_id: str) -> Paper | None:
        """Return the document, open or closed; None where there is none."""
        item = self._head(entity_id, customer_id, document_id)
        if item is None:
            return None
        return Paper(document_from(item), "ppk" in item or not item["pdf_key"])

    def lines(self, entity_id: str, customer_id: str, document: Document) -> tuple[Line, ...]:
        """Return the lines of a document as it was read; none where it came without."""
        whose = (entity_id, customer_id, document.document_id)
        return all_lines(self._table, self._table.get(keys.lines(*whose, document.lines_id)))

    def received(
        self, entity_id: str, customer_id: str, document_id: str, currency: str
    ) -> tuple[Received, ...]:
        """Return what was paid on a document in currency, oldest first."""
        found = (
            Received(posting.value_date, -movement.amount, _note_id(posting), _taken_back(posting))
            for item in self._table.query(keys.ledger(entity_id, customer_id), begins="P#")
            for posting in (posting_from(item),)
            for movement in posting.movements
            if movement.document_id == document_id
            and movement.kind in (MovementKind.ALLOCATION, MovementKind.DEALLOCATION)
            and movement.amount.currency == currency
        )
        return tuple(sorted(found, key=lambda r: (r.received_on, r.amount.minor)))

    def has_pdf(self, entity_id: str, customer_id: str, document: Document, pdf_key: str) -> bool:
        """Note that the PDF of document is stored under pdf_key.

        Returns False where the head has changed or moved since it was read.
        """
        whose = (entity_id, customer_id, document.document_id)
        place = keys.open_head if document.open else keys.closed_head
        noted = Update(
            place(*whose),
            set={"pdf_key": pdf_key, "version": document.version + 1},
            remove=("ppk", "psk"),
            condition=VERSION,
            values=seen(document.version),
        )
        try:
            self._table.write(noted)
        except ConditionLost:
            return False
        return True

    def _head(self, entity_id: str, customer_id: str, document_id: str) -> Item | None:
        whose = (entity_id, customer_id, document_id)
        heads = self._table.get_many([keys.open_head(*whose), keys.closed_head(*whose)])
        return heads[0] if heads else None


def _note_id(posting: Posting) -> str:
    """Return the id of the credit note that posting is of, "" for any other."""
    first = posting.movements[0]
    return first.source_id if first.kind is MovementKind.CREDIT_NOTE else ""


_TAKEN_BACK = {
    MovementKind.RETURN: "returned",
    MovementKind.CHARGEBACK: "disputed",
    MovementKind.REFUND: "refunded",
}


def _taken_back(posting: Posting) -> str:
    """Return why posting takes money away from what it had settled, "" where it does not."""
    return next((_TAKEN_BACK[m.kind] for m in posting.movements if m.kind in _TAKEN_BACK), "")
