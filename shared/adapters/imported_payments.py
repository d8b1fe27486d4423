"""Payments that somebody else received: the ERP's id gives the payment its own, once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.head_items import document_from
from shared.adapters.ledger import Ledger, posting_writes
from shared.adapters.payment_items import payment_item
from shared.adapters.table import Put, Table
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import Group, write_groups
from shared.adapters.writeback_items import discount_puts, granted_alone
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.discount import discounts_of
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.entry_keys import EntryKey
from shared.domain.import_verdicts import Booking, PaymentFact
from shared.domain.movement import frees
from shared.domain.payment import (
    GONE_IN_ERP,
    PaymentState,
    elsewhere_payment_id,
    payment_posting,
)
from shared.errors import WriteConflict


class ImportedPayments:
    """Reads and writes of payments by the ERP's id. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, PaymentFact]:
        """Return what is remembered of the last time each was booked, by external id.

        Raises WriteConflict while one that the ERP took back is still being taken back here.
        """
        facts: dict[str, PaymentFact] = {}
        asked, generation = list(external_ids), 0
        while asked:
            ids = [elsewhere_payment_id(entity_id, e, generation) for e in asked]
            found = self._table.get_many([keys.payment(entity_id, i) for i in ids])
            for item in found:
                facts[item["external_id"]] = PaymentFact(
                    item["payment_id"],
                    item["content_hash"],
                    gone=self._is_gone(entity_id, item),
                    generation=generation,
                )
            asked = [i["external_id"] for i in found if facts[i["external_id"]].gone]
            generation += 1
        return facts

    def _is_gone(self, entity_id: str, payment: Item) -> bool:
        """Return whether it was the ERP that took a payment back, and nobody here."""
        if payment["state"] != PaymentState.RETURNED:
            return False
        name = f"return:{payment['payment_id']}"
        back = Ledger(self._table).posting(entity_id, payment["customer_id"], name)
        if back is None or all(m.reason != GONE_IN_ERP for m in back.movements):
            return False
        if payment["allocations"]:
            raise WriteConflict(payment=payment["payment_id"], reason="it is taken back just now")
        return True

    def ours(self, entity_id: str, pairs: Sequence[tuple[str, str]]) -> frozenset[str]:
        """Return the payment ids, of (customer id, payment id), that this hub itself gave out.

        The ids of its credit notes are among them: the ERP was told of both in the same way.
        """
        wanted = [keys.payment(entity_id, payment_id) for _, payment_id in pairs]
        wanted += [keys.closed_head(entity_id, *pair) for pair in pairs]
        found = {
            (i["customer_id"], i.get("payment_id") or i["document_id"])
            for i in self._table.get_many(wanted)
        }
        return frozenset(payment_id for _, payment_id in found & set(pairs))

    def told(self, entity_id: str, keys_of: Sequence[tuple[str, EntryKey]]) -> frozenset[EntryKey]:
        """Return those keys, each beside its customer, under which the ERP is, or was, told."""
        wanted = [
            keys.writeback(entity_id, customer_id, key.payment_id, key.document_id, key.step)
            for customer_id, key in keys_of
        ]
        return frozenset(
            EntryKey(i["payment_id"], i["document_id"], i.get("step", 0))
            for i in self._table.get_many(wanted)
        )

    def documents(
        self, entity_id: str, pairs: Sequence[tuple[str, str]]
    ) -> Mapping[str, tuple[Document, Mapping[str, Any]]]:
        """Return documents and what is stored of them, of (customer id, document id) pairs.

        By document id; of those of which nothing is open only the ones that took a discount.
        """
        wanted = [keys.open_head(entity_id, *pair) for pair in pairs]
        found = {item["document_id"]: item for item in self._table.get_many(wanted)}
        closed = [keys.closed_head(entity_id, *pair) for pair in pairs if pair[1] not in found]
        read = {id_: (document_from(item), item) for id_, item in found.items()}
        for item in self._table.get_many(closed) if closed else ():
            document = document_from(item)
            if document.discount is not None and document.discount.taken_minor:
                read[document.document_id] = (document, item)
        return read

    def granted(self, entity_id: str, customer_id: str, document_id: str) -> int:
        """Return the discount, in minor units, that the ERP was or is to be told by itself."""
        return granted_alone(self._table, entity_id, customer_id, document_id)

    def add(
        self,
        entity: Entity,
        bookings: Sequence[Booking],
        heads: Mapping[str, Mapping[str, Any]],
        now: Now,
    ) -> set[int]:
        """Write payments with what they settle; return the indexes of those that lost.

        No two of bookings may settle the same document. heads are the stored open heads by
        document id. Nobody is sent a receipt. Who took the money knows of it, and is told only of
        the discounts that it earns here. The sweep looks at whom a document is open for more.
        """
        entity_id, today = entity.entity_id, now.today(entity.time_zone)
        groups: list[Group] = []
        for booking in bookings:
            payment = booking.payment
            touched = {a.document_id: heads[a.document_id] for a in payment.allocations}
            documents = tuple(document_from(head) for head in touched.values())
            books = Books(payment.customer_id, documents, stored=touched)
            posting = payment_posting(payment, booking.settlement.movements, now)
            item = payment_item(entity_id, payment) | {"content_hash": booking.content_hash}
            earned = discounts_of(posting.movements)
            told = [*discount_puts(entity_id, books, posting, earned, now)]
            part = _part_puts(entity_id, booking)
            if frees(posting.movements):
                told += [ticket_put(entity, today, payment.customer_id, posting.posting_id)]
            groups.append((Put(item), *posting_writes(entity_id, books, posting), *told, *part))
        return write_groups(self._table, groups)


def _part_puts(entity_id: str, booking: Booking) -> tuple[Put, ...]:
    """Return the note by which a part is found when its payment is gone; it may be there before."""
    if not booking.part_of:
        return ()
    part = booking.payment.external_id
    key = keys.payment_part(entity_id, booking.part_of, part)
    same = "attribute_not_exists(pk) OR part = :part"
    return (Put({**key, "type": "PAYMENT_PART", "part": part}, same, {":part": part}),)
