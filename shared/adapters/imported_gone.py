"""Invoices that the ERP has no more: their void, and the note that one is asked for."""

from shared.adapters import keys
from shared.adapters.ledger import Ledger, posting_writes
from shared.adapters.table import EXISTS, NEW, Check, ConditionLost, Table, Update
from shared.domain.books import Books
from shared.domain.document import Document
from shared.domain.import_verdicts import InvoiceFact
from shared.domain.movement import Posting
from shared.errors import WriteConflict

_AS_KNOWN = "content_hash = :old AND customer_id = :whose"


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

    def void(
        self, entity_id: str, external_id: str, fact: InvoiceFact, books: Books, posting: Posting,
        why: str,
    ) -> bool:  # fmt: skip
        """Write the void of an invoice; return False where somebody wrote first."""
        credited = keys.credited(entity_id, fact.customer_id, fact.document_id)
        known = Update(
            _key(entity_id, external_id),
            set={"gone": why},
            remove=("gone_asked",),
            condition=f"{_AS_KNOWN} AND attribute_not_exists(gone)",
            values=_seen(fact),
        )
        try:
            self._table.write(
                *posting_writes(entity_id, books, posting), known, Check(credited, NEW)
            )
        except (ConditionLost, WriteConflict):
            return False
        return True

    def ask(self, entity_id: str, external_id: str, fact: InvoiceFact, why: str) -> None:
        """Note that the ERP gave up an invoice that cannot be voided yet."""
        key = _key(entity_id, external_id)
        condition = f"{EXISTS} AND {_AS_KNOWN}"
        asked = Update(key, set={"gone_asked": why}, condition=condition, values=_seen(fact))
        try:
            self._table.write(asked)
        except (ConditionLost, WriteConflict):
            return  # it is judged again, by what is there then


def _seen(fact: InvoiceFact) -> dict[str, object]:
    return {":old": fact.content_hash, ":whose": fact.customer_id}


def _key(entity_id: str, external_id: str) -> keys.Key:
    return keys.fact(entity_id, f"erp:invoice:{external_id}")
