"""Credit notes of the ERP: head, postings and the fact that remembers the ERP's id and uses."""

from collections.abc import Iterable, Mapping, Sequence

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.head_items import head_item
from shared.adapters.heads import read_heads
from shared.adapters.ledger import Ledger, posting_writes
from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, Write, seen
from shared.adapters.tickets import ticket_put
from shared.adapters.write_groups import again
from shared.adapters.writeback_items import discount_puts, granted_alone
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.discount import discounts_of
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.erp_credit import CreditNoteFact, held_of
from shared.domain.money import Money
from shared.domain.movement import Posting, frees
from shared.errors import WriteConflict
from shared.usecases.import_credit_notes import Plan

_AS_KNOWN = "content_hash = :old AND attribute_not_exists(gone)"


class ImportedCreditNotes:
    """Reads and writes of credit notes by the ERP's id. Every read is consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._ledger = Ledger(table)

    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, CreditNoteFact]:
        """Return what is remembered, by external id."""
        wanted = [keys.fact(entity_id, _name(e)) for e in external_ids]
        return {i["external_id"]: _fact(i) for i in self._table.get_many(wanted)}

    def note(self, entity_id: str, fact: CreditNoteFact) -> Document:
        """Return the credit note of fact as it stands."""
        whose = (fact.customer_id, fact.document_id)
        return read_heads(self._table, entity_id, [whose])[fact.document_id]

    def look(
        self, entity_id: str, customer_id: str, documents: Sequence[str]
    ) -> tuple[Customer, Books]:
        """Return a customer and their books with all that is open, and documents."""
        return self._ledger.look(entity_id, customer_id, documents)

    def held(self, entity_id: str, fact: CreditNoteFact) -> dict[str, dict[int, int]]:
        """Return what of a note is on documents: minor units by instalment, by document."""
        return held_of(fact.document_id, self._ledger.postings(entity_id, fact.customer_id))

    def granted(self, entity_id: str, customer_id: str, document_id: str) -> int:
        """Return the discount, in minor units, that the ERP was or is to be told by itself."""
        return granted_alone(self._table, entity_id, customer_id, document_id)

    def write(
        self,
        entity: Entity,
        plan: Plan,
        posting: Posting,
        fact: CreditNoteFact,
        now: Now,
        import_id: str,
    ) -> bool:
        """Write the note of plan with posting; return False where somebody wrote first.

        The note is one version on from what is stored; fact is what is remembered from now on. The
        ERP is told of the discounts that are earned or lost by it here: the rest it knows.
        """
        entity_id, customer, books, note = entity.entity_id, plan.customer, plan.books, plan.note
        writes: list[Write] = [
            _fact_write(entity_id, note, fact, plan.before),
            _head_write(entity, customer, note),
        ]
        if posting.movements:
            writes += posting_writes(entity_id, books, posting)
            changed = discounts_of(posting.movements)
            writes += discount_puts(entity_id, books, posting, changed, now)
        if frees(posting.movements):
            today = now.today(customer.time_zone)
            why = f"import:{import_id}"
            writes.append(again(ticket_put(entity, today, customer.customer_id, why)))
        try:
            self._table.write(*writes)
        except (ConditionLost, WriteConflict):
            return False
        return True


def _head_write(entity: Entity, customer: Customer, note: Document) -> Put:
    item = head_item(entity.entity_id, customer, note, entity.shards)
    if note.version == 1:
        return Put(item)
    return Put(item, condition=VERSION, values=seen(note.version - 1))


def _fact_write(
    entity_id: str, note: Document, fact: CreditNoteFact, before: CreditNoteFact | None
) -> Write:
    key = keys.fact(entity_id, _name(note.external_id))
    said: Item = {
        "content_hash": fact.content_hash,
        "revision": fact.revision,
        "total": fact.total.minor,
        "uses": dict(fact.uses),
        **({"gone": fact.gone} if fact.gone else {}),
    }
    if before is not None:
        return Update(key, set=said, condition=_AS_KNOWN, values={":old": before.content_hash})
    return Put(
        {
            **key,
            "type": "FACT",
            "external_id": note.external_id,
            "customer_id": fact.customer_id,
            "document_id": fact.document_id,
            "currency": fact.total.currency,
            **said,
        }
    )


def _name(external_id: str) -> str:
    return f"erp:credit_note:{external_id}"


def _fact(item: Item) -> CreditNoteFact:
    return CreditNoteFact(
        customer_id=item["customer_id"],
        document_id=item["document_id"],
        content_hash=item["content_hash"],
        revision=item["revision"],
        total=Money(minor=item["total"], currency=item["currency"]),
        uses=item["uses"],
        gone=item.get("gone", ""),
    )
