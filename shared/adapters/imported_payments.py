"""Payments that somebody else received, and the fact that remembers the ERP's id."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.adapters import keys
from shared.adapters.account_items import document_from
from shared.adapters.codec import Item
from shared.adapters.payment_items import payment_item
from shared.adapters.settlement_writes import settlement_writes
from shared.adapters.table import Put, Table
from shared.adapters.write_groups import Group, write_groups
from shared.domain.account import Document
from shared.domain.clock import Now
from shared.domain.import_verdicts import Booking, PaymentFact


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

    def open_documents(
        self, entity_id: str, pairs: Sequence[tuple[str, str]]
    ) -> Mapping[str, tuple[Document, Mapping[str, Any]]]:
        """Return documents and what is stored of them, of (customer id, document id) pairs.

        By document id; one of which nothing is open is not among them.
        """
        wanted = [keys.open_head(entity_id, *pair) for pair in pairs]
        found = self._table.get_many(wanted)
        return {item["document_id"]: (document_from(item), item) for item in found}

    def add(
        self,
        entity_id: str,
        bookings: Sequence[Booking],
        heads: Mapping[str, Mapping[str, Any]],
        now: Now,
    ) -> set[int]:
        """Write payments with what they settle; return the indexes of those that lost.

        No two of bookings may settle the same document. heads are the stored open heads by
        document id. Nobody is sent a receipt, and nothing is written back: who took the money
        knows of it.
        """
        stored = {document_id: dict(head) for document_id, head in heads.items()}
        groups: list[Group] = []
        for booking in bookings:
            whose, payment = (entity_id, booking.customer_id), booking.payment
            fact: Item = {
                **keys.fact(entity_id, _name(payment.external_id)),
                "type": "FACT",
                "external_id": payment.external_id,
                "customer_id": booking.customer_id,
                "payment_id": payment.payment_id,
                "content_hash": booking.content_hash,
            }
            item = Put(payment_item(*whose, payment))
            settled = settlement_writes(
                *whose, payment, booking.settlement, stored, now, writeback=False
            )
            groups.append((Put(fact), item, *settled))
        return write_groups(self._table, groups)


def _name(external_id: str) -> str:
    return f"erp:payment:{external_id}"
