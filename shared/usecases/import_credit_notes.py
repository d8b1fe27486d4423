"""Rows of credit notes: the ERP owns their totals and what it used of them, the hub the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.erp_credit import (
    CreditNoteFact,
    Followed,
    follow,
    judge_credit_note,
    note_of,
    uses_of,
)
from shared.domain.import_verdicts import InvoiceFact, Verdict
from shared.domain.imports import CreditNoteRow, Problem
from shared.domain.movement import Posting
from shared.ids import derived_id
from shared.usecases.import_invoices import Customers
from shared.usecases.import_rows import Judged
from shared.usecases.ports.imported import ReadsInvoiceFacts


class CreditNotes(Protocol):
    def facts(
        self, entity_id: str, external_ids: Iterable[str]
    ) -> Mapping[str, CreditNoteFact]: ...
    def note(self, entity_id: str, fact: CreditNoteFact) -> Document: ...
    def look(
        self, entity_id: str, customer_id: str, documents: Sequence[str]
    ) -> tuple[Customer, Books]: ...
    def held(self, entity_id: str, fact: CreditNoteFact) -> Mapping[str, Mapping[int, int]]: ...
    def granted(self, entity_id: str, customer_id: str, document_id: str) -> int: ...
    def write(
        self, entity: Entity, plan: "Plan", posting: Posting, fact: CreditNoteFact, now: Now,
        import_id: str,
    ) -> bool: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written for one row, and at which look it was decided."""

    customer: Customer
    books: Books
    note: Document
    before: CreditNoteFact | None
    followed: Followed


@dataclass(frozen=True, slots=True)
class CreditNoteDesk:
    """Credit notes of one entity, written one after the other.

    A note that is used on more documents than a step takes loses its first steps on purpose: it is
    judged again and goes on from what is written.
    """

    store: CreditNotes
    invoices: ReadsInvoiceFacts
    customers: Customers
    entity: Entity
    import_id: str
    now: Now

    def judge(self, rows: Sequence[CreditNoteRow]) -> list[Judged]:
        """Return what each row means; the basis is the plan of what is to be written."""
        entity_id = self.entity.entity_id
        facts = self.store.facts(entity_id, [row.external_id for row in rows])
        owners = {row.customer_external_id for row in rows}
        customers = self.customers.by_external_id(entity_id, owners)
        named = {name for row in rows for name, _ in row.uses}
        invoices = self.invoices.facts(entity_id, named)
        judged = []
        for row in rows:
            customer, fact = customers.get(row.customer_external_id), facts.get(row.external_id)
            whose = customer.customer_id if customer else None
            verdict = judge_credit_note(row, fact, whose, invoices)
            judged.append(self._planned(row, fact, whose or "", verdict, invoices))
        return judged

    def write(self, judged: Sequence[Judged]) -> list[CreditNoteRow]:
        """Write each note; return those that lost, and those of which more is to be written."""
        return [one.row for one in judged if not self._write(one.row, one.basis)]

    def _planned(
        self,
        row: CreditNoteRow,
        fact: CreditNoteFact | None,
        customer_id: str,
        verdict: Verdict | Problem,
        invoices: Mapping[str, InvoiceFact],
    ) -> Judged:
        if isinstance(verdict, Problem):
            return Judged(row, None, (verdict,))
        if verdict is Verdict.SAME:
            return Judged(row, verdict, basis=fact)
        plan = self._plan(row, fact, customer_id, invoices)
        if isinstance(plan, Problem):
            return Judged(row, None, (replace(plan, line=row.line),))
        return Judged(row, verdict, basis=plan)

    def _plan(
        self,
        row: CreditNoteRow,
        fact: CreditNoteFact | None,
        customer_id: str,
        invoices: Mapping[str, InvoiceFact],
    ) -> Plan | Problem:
        entity_id = self.entity.entity_id
        document_id = derived_id("credit_note", entity_id, row.external_id)
        told = uses_of(row, invoices)
        known: Mapping[str, int] = fact.uses if fact else {}
        customer, books = self.store.look(entity_id, customer_id, sorted({*known, *told}))
        note = note_of(row, document_id, invoices)
        grown, day = row.total, row.issued_on
        held: Mapping[str, Mapping[int, int]] = {}
        if fact is not None:
            stored = self.store.note(entity_id, fact)
            note = replace(
                note,
                pdf_key=stored.pdf_key,
                revision=row.revision or stored.revision,
                version=stored.version + 1,
            )
            grown, day = row.total - stored.total, self.now.today(customer.time_zone)
            held = self.store.held(entity_id, fact) if known or told else {}
        ways = self._ways(entity_id, books, told)
        found = follow(note, grown, known, told, held, books, day, ways)
        if isinstance(found, Problem):
            return found
        return Plan(customer, books, note, fact, found)

    def _ways(self, entity_id: str, books: Books, told: Mapping[str, int]) -> frozenset[str]:
        """Return the documents of told whose discount the ERP heard of, or is to, by itself."""
        taken = {
            d.document_id: d.discount.taken_minor
            for d in books.documents
            if d.document_id in told and d.discount is not None and d.discount.taken_minor
        }
        whose = (entity_id, books.customer_id)
        return frozenset(d for d, minor in taken.items() if self.store.granted(*whose, d) >= minor)

    def _write(self, row: CreditNoteRow, plan: Plan) -> bool:
        note, done = plan.note, plan.followed
        new = plan.before is None
        posting = Posting(
            posting_id=f"credit_note:{note.document_id}" + ("" if new else f":{note.version}"),
            value_date=row.issued_on if new else self.now.today(plan.customer.time_zone),
            recorded_at=self.now.business,
            movements=done.movements,
        )
        fact = CreditNoteFact(
            customer_id=plan.customer.customer_id,
            document_id=note.document_id,
            content_hash=row.content_hash if done.complete else "",
            revision=note.revision if done.complete else "",
            total=row.total,
            uses=done.uses,
        )
        written = self.store.write(self.entity, plan, posting, fact, self.now, self.import_id)
        return written and done.complete
