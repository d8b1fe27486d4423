"""The hub's side of a comparison with the ERP: documents by the ERP's ids. All reads consistent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from shared.adapters import keys
from shared.adapters.account_items import credit_from
from shared.adapters.charge_items import invoice_charges_from
from shared.adapters.head_items import document_from
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

        A document that was moved to another customer is read where it is, and where it was.
        """
        named = {_fact(entity_id, False, e)["pk"]: (False, e) for e in invoices}
        named |= {_fact(entity_id, True, e)["pk"]: (True, e) for e in credit_notes}
        facts = self._table.get_many([{"pk": pk, "sk": "FACT"} for pk in named])
        owned = {f["pk"]: (f["customer_id"], *f.get("elsewhere", {})) for f in facts}
        heads = self._heads(
            entity_id, [(c, f["document_id"]) for f in facts for c in owned[f["pk"]]]
        )
        places = [
            keys.credit(entity_id, f["customer_id"], f["document_id"])
            for f in facts
            if named[f["pk"]][0]
        ]
        credits = {c["source_id"]: credit_from(c) for c in self._table.get_many(places)}
        found = {}
        for fact in facts:
            mine = [heads.get((c, fact["document_id"])) for c in owned[fact["pk"]]]
            head = mine[0]
            if head is None or head.voided:
                continue
            credit = credits.get(head.document_id)
            left = credit.unapplied if credit else Money.zero(head.total.currency)
            kept = _kept(fact["customer_id"], head, left)
            found[named[fact["pk"]]] = _whole(kept, mine[1:], owned[fact["pk"]][1:])
        return found

    def with_lines(self, entity_id: str, kept: Kept) -> Kept:
        """Return kept with what the ERP was and is to be told of it, read again as it is now."""
        owners = (kept.customer_id, *kept.others)
        lines = tuple(
            line
            for customer_id in owners
            for line in self._notes.line(entity_id, customer_id, kept.document_id)
        )
        heads = self._heads(entity_id, [(c, kept.document_id) for c in owners])
        head = heads.get((kept.customer_id, kept.document_id))
        if head is None or head.kind is DocumentKind.CREDIT_NOTE:
            return replace(kept, lines=lines)
        now = _kept(kept.customer_id, head, Money.zero(head.total.currency))
        others = [heads.get((c, kept.document_id)) for c in kept.others]
        return replace(_whole(now, others, kept.others), lines=lines)

    def _heads(
        self, entity_id: str, wanted: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Document]:
        """Return the documents of (customer id, document id) pairs by those, open or closed."""
        places = [
            place(entity_id, *one) for one in wanted for place in (keys.open_head, keys.closed_head)
        ]
        found = self._table.get_many(places)
        return {(i["customer_id"], i["document_id"]): document_from(i) for i in found}

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


def _whole(kept: Kept, others: Sequence[Document | None], owners: Sequence[str]) -> Kept:
    """Return kept with what was settled of it, and is open again, with other customers."""
    total, left = kept.total, kept.open
    for head in others:
        if head is not None:
            total, left = total + head.total, left + head.open
    return replace(kept, total=total, open=left, others=tuple(owners))


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
