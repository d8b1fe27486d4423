"""The hub's side of a comparison with the ERP: documents by the ERP's ids. All reads consistent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from shared.adapters import keys
from shared.adapters.account_items import credit_from
from shared.adapters.charge_items import invoice_charges_from
from shared.adapters.heads import read_heads
from shared.adapters.receivables import Receivables
from shared.adapters.table import Table
from shared.adapters.writebacks import Writebacks
from shared.domain.document import Document, DocumentKind
from shared.domain.drift import Kept
from shared.domain.money import Money


class DriftReader:
    """Reads of what the hub has of an ERP's invoices and credit notes."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._notes = Writebacks(table)
        self._lists = Receivables(table)

    def kept(
        self, entity_id: str, invoices: Sequence[str], credit_notes: Sequence[str]
    ) -> Mapping[tuple[bool, str], Kept]:
        """Return what is kept, by (whether it is a credit note, external id). lines are left out.

        A document that was moved to another customer is read where it is now.
        """
        named = {_fact(entity_id, False, e)["pk"]: (False, e) for e in invoices}
        named |= {_fact(entity_id, True, e)["pk"]: (True, e) for e in credit_notes}
        facts = self._table.get_many([{"pk": pk, "sk": "FACT"} for pk in named])
        owners = [(f["customer_id"], f["document_id"]) for f in facts]
        heads = read_heads(self._table, entity_id, owners)
        places = [
            keys.credit(entity_id, f["customer_id"], f["document_id"])
            for f in facts
            if named[f["pk"]][0]
        ]
        credits = {c["source_id"]: credit_from(c) for c in self._table.get_many(places)}
        found = {}
        for fact in facts:
            head = heads.get(fact["document_id"])
            if head is None or head.voided:
                continue
            credit = credits.get(head.document_id)
            left = credit.unapplied if credit else Money.zero(head.total.currency)
            found[named[fact["pk"]]] = _kept(fact["customer_id"], head, left)
        return found

    def with_lines(self, entity_id: str, kept: Kept) -> Kept:
        """Return kept with what the ERP was and is to be told of it, read again as it is now."""
        lines = self._notes.line(entity_id, kept.customer_id, kept.document_id)
        own = (kept.customer_id, kept.document_id)
        head = read_heads(self._table, entity_id, [own]).get(kept.document_id)
        if head is None or head.kind is DocumentKind.CREDIT_NOTE:
            return replace(kept, lines=lines)
        now = _kept(kept.customer_id, head, Money.zero(head.total.currency))
        return replace(now, lines=lines)

    def charges(self, entity_id: str, invoices: Sequence[Kept]) -> Mapping[str, tuple[Kept, ...]]:
        """Return the charges on invoices by the invoices' document ids, with their lines."""
        places = [keys.invoice_charges(entity_id, k.customer_id, k.document_id) for k in invoices]
        found = {}
        for item in self._table.get_many(places):
            made = invoice_charges_from(item).made
            owners = [(item["customer_id"], one.charge_id) for one in made]
            heads = read_heads(self._table, entity_id, owners)
            found[item["document_id"]] = tuple(
                replace(
                    _kept(item["customer_id"], head, Money.zero(head.total.currency)),
                    lines=self._notes.line(entity_id, item["customer_id"], head.document_id),
                )
                for head in heads.values()
            )
        return found

    def open_of_erp(self, entity_id: str, shards: int) -> Iterator[Kept]:
        """Yield the ERP's invoices that are open here, each once."""
        seen: set[str] = set()
        for _, customer_id, document in self._lists.open_documents(entity_id, shards):
            if document.external_id and document.document_id not in seen:
                seen.add(document.document_id)
                yield _kept(customer_id, document, Money.zero(document.total.currency))


def _fact(entity_id: str, is_note: bool, external_id: str) -> keys.Key:
    kind = "credit_note" if is_note else "invoice"
    return keys.fact(entity_id, f"erp:{kind}:{external_id}")


def _kept(customer_id: str, head: Document, unapplied: Money) -> Kept:
    is_note = head.kind is DocumentKind.CREDIT_NOTE
    return Kept(
        document_id=head.document_id,
        customer_id=customer_id,
        external_id=head.external_id,
        number=head.number,
        total=-head.total if is_note else head.total,
        open=-unapplied if is_note else head.open,
    )
