"""Invoices of the ERP: head, posting and the fact that remembers the ERP's id."""

from collections.abc import Iterable, Mapping, Sequence

from shared.adapters import keys
from shared.adapters.account_items import credit_item
from shared.adapters.codec import Item
from shared.adapters.head_items import head_item
from shared.adapters.heads import head_writes, read_heads
from shared.adapters.ledger import posting_put
from shared.adapters.parked import parked_put
from shared.adapters.table import ConditionLost, Put, Table, Write
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import Group, again, write_groups
from shared.domain.account import Credit, Customer, Document, Entity
from shared.domain.clock import Now
from shared.domain.document_posting import document_posting, revision_posting
from shared.domain.import_verdicts import Arrival, InvoiceFact, surplus_facts
from shared.domain.money import Money
from shared.domain.parked import Parked
from shared.errors import WriteConflict
from shared.ids import derived_id


class ImportedInvoices:
    """Reads and writes of invoices by the ERP's id. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, InvoiceFact]:
        """Return what is remembered, by external id."""
        wanted = [keys.fact(entity_id, _name(e)) for e in external_ids]
        return {i["external_id"]: _fact(i) for i in self._table.get_many(wanted)}

    def documents(self, entity_id: str, facts: Iterable[InvoiceFact]) -> Mapping[str, Document]:
        """Return the documents of facts by document id, open or closed."""
        return read_heads(self._table, entity_id, [(f.customer_id, f.document_id) for f in facts])

    def create(self, entity: Entity, new: Sequence[tuple[Document, Arrival]], now: Now) -> set[int]:
        """Write new invoices; return the indexes of those that lost a condition."""
        groups = [_new_writes(entity, document, arrival, now) for document, arrival in new]
        return write_groups(self._table, groups)

    def change(
        self,
        entity: Entity,
        before: Document,
        after: Document,
        surplus: Money,
        arrival: Arrival,
        old_hash: str,
        now: Now,
    ) -> bool:
        """Write after over before; return False where somebody wrote first.

        A surplus becomes the customer's credit and is parked for a person to see.
        """
        fact = _fact_item(entity.entity_id, after, arrival)
        writes: list[Write] = [
            Put(fact, condition="content_hash = :old", values={":old": old_hash}),
            *head_writes(entity, arrival.customer, before, after, now.wall),
            *_tickets(entity, arrival),
        ]
        writes += _revision_writes(entity, arrival.customer, before, after, surplus, now)
        try:
            self._table.write(*writes)
        except (ConditionLost, WriteConflict):
            return False
        return True


def _new_writes(entity: Entity, document: Document, arrival: Arrival, now: Now) -> Group:
    customer = arrival.customer
    pending = keys.pending_entry(entity.entity_id, "document", now.wall, document.document_id)
    return (
        Put(_fact_item(entity.entity_id, document, arrival)),
        Put(head_item(entity.entity_id, customer, document, entity.shards) | pending),
        posting_put(entity.entity_id, customer.customer_id, document_posting(document, now)),
        *_tickets(entity, arrival),
    )


def _revision_writes(
    entity: Entity,
    customer: Customer,
    before: Document,
    after: Document,
    surplus: Money,
    now: Now,
) -> list[Write]:
    """Return the posting of a total that is new, and of a surplus that it has no room for."""
    whose = (entity.entity_id, customer.customer_id)
    revision = f"{after.document_id}:{after.version}"
    surplus_id = derived_id("surplus", entity.entity_id, revision)
    today = now.today(customer.time_zone)
    posting = revision_posting(before, after, surplus_id, today, now)
    writes: list[Write] = [posting_put(*whose, posting)] if posting.movements else []
    if surplus:
        parked = Parked(
            parked_id=derived_id("parked", "surplus", entity.entity_id, revision),
            kind="invoice",
            source="import",
            reason="total_below_paid",
            created_at=now.business,
            facts={"customer_id": customer.customer_id, **surplus_facts(after, surplus)},
        )
        writes.append(Put(credit_item(*whose, Credit(surplus_id, surplus, today))))
        writes.append(parked_put(entity.entity_id, parked))
    return writes


def _tickets(entity: Entity, arrival: Arrival) -> list[Put]:
    reason = f"import:{arrival.import_id}"
    return [
        again(ticket_put(entity, day, arrival.customer.customer_id, reason)) for day in arrival.days
    ]


def _name(external_id: str) -> str:
    return f"erp:invoice:{external_id}"


def _fact_item(entity_id: str, document: Document, arrival: Arrival) -> Item:
    return {
        **keys.fact(entity_id, _name(document.external_id)),
        "type": "FACT",
        "external_id": document.external_id,
        "customer_id": arrival.customer.customer_id,
        "document_id": document.document_id,
        "content_hash": arrival.content_hash,
        "revision": document.revision,
        "currency": document.total.currency,
        "total": document.total.minor,
    }


def _fact(item: Item) -> InvoiceFact:
    return InvoiceFact(
        customer_id=item["customer_id"],
        document_id=item["document_id"],
        content_hash=item["content_hash"],
        revision=item["revision"],
        total=Money(minor=item["total"], currency=item["currency"]),
    )
