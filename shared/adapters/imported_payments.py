"""Payments that somebody else received, and the fact that remembers the ERP's id."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.adapters import keys
from shared.adapters.account_items import document_from
from shared.adapters.codec import Item
from shared.adapters.payment_items import payment_item
from shared.adapters.settlement_writes import settlement_writes
from shared.adapters.table import ConditionLost, Put, Table
from shared.domain.account import Document
from shared.domain.clock import Now
from shared.domain.import_verdicts import PaymentFact
from shared.domain.payment import Payment
from shared.domain.settle import Settlement
from shared.errors import WriteConflict


class ImportedPayments:
    """Reads and writes of payments by the ERP's id. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, PaymentFact]:
        """Return what is remembered, by external id."""
        wanted = [keys.fact(entity_id, _name(e)) for e in external_ids]
        return {
            i["external_id"]: PaymentFact(i["payment_id"], i["content_hash"])
            for i in self._table.get_many(wanted)
        }

    def ours(self, entity_id: str, pairs: Sequence[tuple[str, str]]) -> frozenset[str]:
        """Return the payment ids, of (customer id, payment id), that this hub itself gave out."""
        wanted = [keys.payment(entity_id, *pair) for pair in pairs]
        return frozenset(i["payment_id"] for i in self._table.get_many(wanted))

    def open_document(
        self, entity_id: str, customer_id: str, document_id: str
    ) -> tuple[Document, Mapping[str, Any]] | None:
        """Return the document and what is stored of it, or None where nothing of it is open."""
        item = self._table.get(keys.open_head(entity_id, customer_id, document_id))
        return (document_from(item), item) if item else None

    def add(
        self,
        entity_id: str,
        customer_id: str,
        payment: Payment,
        settlement: Settlement,
        heads: Mapping[str, Mapping[str, Any]],
        content_hash: str,
        now: Now,
    ) -> bool:
        """Write a payment with what it settles; return False where somebody wrote first.

        Nobody is sent a receipt, and nothing is written back: who took the money knows of it.
        """
        fact: Item = {
            **keys.fact(entity_id, _name(payment.external_id)),
            "type": "FACT",
            "external_id": payment.external_id,
            "customer_id": customer_id,
            "payment_id": payment.payment_id,
            "content_hash": content_hash,
        }
        stored = {document_id: dict(head) for document_id, head in heads.items()}
        writes = settlement_writes(
            entity_id, customer_id, payment, settlement, stored, now, writeback=False
        )
        try:
            self._table.write(
                Put(fact), Put(payment_item(entity_id, customer_id, payment)), *writes
            )
        except (ConditionLost, WriteConflict):
            return False
        return True


def _name(external_id: str) -> str:
    return f"erp:payment:{external_id}"
