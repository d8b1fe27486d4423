"""Invoices that the ERP has no more: their void, and the note that one is asked for."""

from shared.adapters import keys
from shared.adapters.ledger import Ledger, posting_writes
from shared.adapters.table import NEW, VERSION, Check, ConditionLost, Table, Update, seen
from shared.domain.books import Books
from shared.domain.document import Document
from shared.domain.import_verdicts import InvoiceFact
from shared.domain.movement import Posting
from shared.errors import WriteConflict

_SAME_OWNER = "customer_id = :whose"


class ImportedGone:
    """Reads and writes of invoices that the ERP gave up. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._ledger = Ledger(table)

    def look(self, entity_id: str, fact: InvoiceFact) -> tuple[Books, Document | None, bool]:
        """Return the customer's books, the invoice, and whether the hub credited it."""
        whose = (entity_id, fact.customer_id)
        _, books = self._ledger.look(*whose, [fact.document_id])
        credited = self._table.get(keys.credited(*whose, fact.document_id))
        return books, books.document(fact.document_id), credited is not None

    def parts(self, entity_id: str, payment: str) -> tuple[str, ...]:
        """Return the ids of the parts in which the ERP's payment was booked here, if it was."""
        partition = keys.payment_part(entity_id, payment, "")["pk"]
        return tuple(item["part"] for item in self._table.query(partition))

    def void(
        self, entity_id: str, external_id: str, fact: InvoiceFact, books: Books, posting: Posting,
        why: str,
    ) -> bool:  # fmt: skip
        """Write the void of an invoice; return False where somebody wrote first."""
        document = books.document(fact.document_id)
        if document is None or not _is_said(document, fact):
            return False
        credited = keys.credited(entity_id, fact.customer_id, fact.document_id)
        known = Update(
            _key(entity_id, external_id),
            set={"gone": why},
            remove=("gone_asked",),
            condition=f"{_SAME_OWNER} AND attribute_not_exists(gone)",
            values={":whose": fact.customer_id},
        )
        try:
            self._table.write(
                *posting_writes(entity_id, books, posting), known, Check(credited, NEW)
            )
        except (ConditionLost, WriteConflict):
            return False
        return True

    def ask(
        self, entity_id: str, external_id: str, fact: InvoiceFact, books: Books, why: str
    ) -> None:
        """Note that the ERP gave up an invoice that cannot be voided yet."""
        document = books.document(fact.document_id)
        if document is None or not _is_said(document, fact):
            return  # it is judged again
        place = keys.open_head if document.open else keys.closed_head
        asked = Update(
            _key(entity_id, external_id),
            set={"gone_asked": why},
            condition=_SAME_OWNER,
            values={":whose": fact.customer_id},
        )
        unchanged = Check(
            place(entity_id, fact.customer_id, fact.document_id),
            condition=VERSION,
            values=seen(document.version),
        )
        try:
            self._table.write(asked, unchanged)
        except (ConditionLost, WriteConflict):
            return  # it is judged again, by what is there then


def _is_said(document: Document, fact: InvoiceFact) -> bool:
    """Return whether the ERP has said nothing of document since fact was read."""
    return document.said is not None and document.said.content_hash == fact.content_hash


def _key(entity_id: str, external_id: str) -> keys.Key:
    return keys.fact(entity_id, f"erp:invoice:{external_id}")
