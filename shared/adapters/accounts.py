"""Entities, customers and accounts as the table holds them."""

from collections.abc import Iterator

from shared.adapters import keys
from shared.adapters.account_items import (
    checkout_from,
    credit_from,
    customer_from,
    hold_from,
    notice_from,
    unresolved,
)
from shared.adapters.agreement_items import dispute_from, plan_from, promise_from
from shared.adapters.autopay_items import collection_from, mandate_from
from shared.adapters.codec import Item
from shared.adapters.entity_items import entity_from
from shared.adapters.handover_items import handover_from
from shared.adapters.head_items import document_from
from shared.adapters.incoming_items import incoming_from
from shared.adapters.table import Table
from shared.domain.account import Account
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.notice import Notice
from shared.errors import NotFound


class Accounts:
    """Reads of entities and customers. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def entities(self) -> Iterator[str]:
        """Yield the ids of all entities."""
        for item in self._table.query("ENTITIES"):
            yield item["entity_id"]

    def entity(self, entity_id: str) -> Entity:
        """Return the entity. Raises NotFound."""
        item = self._table.get(keys.entity(entity_id))
        if item is None:
            raise NotFound(entity=entity_id)
        return entity_from(item)

    def customer(self, entity_id: str, customer_id: str) -> Customer:
        """Return the customer's profile. Raises NotFound."""
        item = self._table.get(keys.profile(entity_id, customer_id))
        if item is None:
            raise NotFound(customer=customer_id)
        return customer_from(item)

    def account(self, entity_id: str, customer_id: str, *, consistent: bool = True) -> Account:
        """Return every live fact of the customer and the newest notice. Raises NotFound.

        Two Queries: the live partition whole, and the newest two records of the notices. One that
        is not consistent costs half, and may be a moment old.
        """
        by_type: dict[str, list[Item]] = {}
        for item in self._table.query(keys.live(entity_id, customer_id), consistent=consistent):
            by_type.setdefault(item["type"], []).append(item)
        if "CUSTOMER" not in by_type:
            raise NotFound(customer=customer_id)

        def of(kind: str) -> list[Item]:
            return by_type.get(kind, [])

        return Account(
            customer=customer_from(by_type["CUSTOMER"][0]),
            documents=tuple(document_from(i) for i in of("HEAD")),
            credits=tuple(credit_from(i) for i in of("CREDIT")),
            holds=tuple(hold_from(i) for i in of("HOLD")),
            promises=tuple(promise_from(i) for i in of("PROMISE")),
            disputes=tuple(dispute_from(i) for i in of("DISPUTE")),
            plans=tuple(plan_from(i) for i in of("PLAN")),
            checkouts=tuple(checkout_from(i) for i in of("CHECKOUT") if unresolved(i)),
            incoming=tuple(incoming_from(i) for i in of("INCOMING")),
            handovers=tuple(handover_from(i) for i in of("HANDOVER")),
            newest_notice=self.newest_notice(entity_id, customer_id, consistent=consistent),
            broken_promises=sum(i["broken_promises"] for i in of("WORD")),
            mandates=tuple(mandate_from(i) for i in of("MANDATE")),
            collections=tuple(collection_from(i) for i in of("COLLECTION")),
        )

    def newest_notice(
        self, entity_id: str, customer_id: str, *, consistent: bool = True
    ) -> Notice | None:
        """Return the newest notice with its delivery state, or None before the first."""
        newest = list(
            self._table.query(
                keys.history(entity_id, customer_id),
                begins="NOTICE#",
                reverse=True,
                limit=2,
                consistent=consistent,
            )
        )
        if not newest:
            return None
        if newest[0]["type"] == "NOTICE":
            return notice_from(newest[0], None)
        return notice_from(newest[1], newest[0])

    def notice(self, entity_id: str, customer_id: str, n: int) -> Notice:
        """Return notice n with its delivery state. Raises NotFound."""
        notice_key = keys.notice(entity_id, customer_id, n)
        records = self._table.get_many([notice_key, keys.delivery(entity_id, customer_id, n)])
        by_type = {i["type"]: i for i in records}
        if "NOTICE" not in by_type:
            raise NotFound(customer=customer_id, notice=n)
        return notice_from(by_type["NOTICE"], by_type.get("DELIVERY"))

    def document(self, entity_id: str, customer_id: str, document_id: str) -> Document:
        """Return the document's head, open or closed. Raises NotFound."""
        heads = self._table.get_many(
            [
                keys.open_head(entity_id, customer_id, document_id),
                keys.closed_head(entity_id, customer_id, document_id),
            ]
        )
        if not heads:
            raise NotFound(document=document_id)
        return document_from(heads[0])
