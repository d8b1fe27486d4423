"""Rows of invoices: the ERP owns their totals and dates, the hub what is still open of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Line, Said
from shared.domain.entity import Entity
from shared.domain.first_look import days_to_look, days_to_look_again
from shared.domain.import_verdicts import (
    Arrival,
    InvoiceFact,
    Verdict,
    document_of,
    here,
    judge_invoice,
)
from shared.domain.imports import InvoiceRow, Problem
from shared.domain.invoice_lines import lines_of, too_many
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.revision import revised
from shared.ids import derived_id
from shared.usecases.import_rows import Judged
from shared.usecases.ports.imported import ReadsInvoiceFacts, ReadsProfiles
from shared.usecases.ports.policies import ReadsPolicy


class Customers(ReadsProfiles, Protocol):
    def by_external_id(
        self, entity_id: str, external_ids: Iterable[str]
    ) -> Mapping[str, Customer]: ...


class Invoices(ReadsInvoiceFacts, Protocol):
    def known(
        self, entity_id: str, external_ids: Iterable[str]
    ) -> Mapping[str, tuple[InvoiceFact, Document]]: ...
    def create(
        self, entity: Entity, new: Sequence[tuple[Document, Arrival]], now: Now
    ) -> set[int]: ...
    def change(
        self, entity: Entity, before: Document, after: Document, surplus: Money,
        arrival: Arrival, fact: InvoiceFact, now: Now,
    ) -> bool: ...  # fmt: skip


class Policies(ReadsPolicy, Protocol):
    def policy_names(self, entity_id: str) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class InvoiceDesk:
    """Invoices of one entity."""

    store: Invoices
    customers: Customers
    policies: Policies
    entity: Entity
    import_id: str
    now: Now
    _known: dict[str, Policy] = field(default_factory=dict)

    def judge(self, rows: Sequence[InvoiceRow]) -> list[Judged]:
        """Return what each row means; the basis is its fact, its customer and its document."""
        entity_id = self.entity.entity_id
        known = self.store.known(entity_id, (row.external_id for row in rows))
        customers = self._customers(rows, (fact for fact, _ in known.values()))
        named = [(row, *known.get(row.external_id, (None, None))) for row in rows]
        before = self._merged([(row, fact) for row, fact, _ in named], customers)
        return [
            self._judged(
                row,
                fact,
                before.get(row.external_id) or customers.get(row.customer_external_id),
                document,
            )
            for row, fact, document in named
        ]

    def write(self, judged: Sequence[Judged]) -> list[InvoiceRow]:
        """Write new invoices together and changed ones each alone; return those that lost."""
        new = [j for j in judged if j.verdict is Verdict.NEW]
        made = [self._new(j.row, j.basis[1]) for j in new]
        lost = [new[i].row for i in sorted(self.store.create(self.entity, made, self.now))]
        changed = [j for j in judged if j.verdict is Verdict.CHANGED]
        lost += [one.row for one in changed if not self._change(one.row, *one.basis)]
        return lost

    def _customers(
        self, rows: Sequence[InvoiceRow], facts: Iterable[InvoiceFact]
    ) -> dict[str, Customer]:
        """Return the customers whom rows name, by external id.

        Those whose invoices are known are read without looking for their names.
        """
        entity_id = self.entity.entity_id
        known = self.customers.profiles(entity_id, {fact.customer_id for fact in facts})
        found = {c.external_id: c for c in known.values() if not c.merged_into}
        others = {row.customer_external_id for row in rows} - found.keys()
        return found | dict(self.customers.by_external_id(entity_id, others) if others else {})

    def _merged(
        self,
        named: Sequence[tuple[InvoiceRow, InvoiceFact | None]],
        customers: Mapping[str, Customer],
    ) -> dict[str, Customer]:
        """Return the customers, merged into those that rows name, whose invoices still are theirs.

        What was settled stays where it was: only what is open is moved.
        """
        owners = {
            row.external_id: (fact.customer_id, customers[row.customer_external_id].customer_id)
            for row, fact in named
            if fact and row.customer_external_id in customers
        }
        differ = {e: pair for e, pair in owners.items() if pair[0] != pair[1]}
        if not differ:
            return {}
        known = self.customers.profiles(self.entity.entity_id, {old for old, _ in differ.values()})
        return {
            external_id: known[old]
            for external_id, (old, new) in differ.items()
            if old in known and known[old].merged_into == new
        }

    def _judged(
        self,
        row: InvoiceRow,
        fact: InvoiceFact | None,
        customer: Customer | None,
        document: Document | None,
    ) -> Judged:
        stages = self._stages(row.policy or customer.policy) if customer else ()
        whose = customer.customer_id if customer else None
        beyond = too_many(row.lines) if row.lines else None
        verdict = beyond or judge_invoice(row, fact, whose, stages)
        if isinstance(verdict, Problem):
            return Judged(row, None, (verdict,))
        written = verdict is not Verdict.SAME
        whole = written and bool(_lines(row))
        return Judged(row, verdict, basis=(fact, customer, document), whole=whole)

    def _new(self, row: InvoiceRow, customer: Customer) -> tuple[Document, Arrival]:
        document_id = derived_id("invoice", self.entity.entity_id, row.external_id)
        document = _as_said(document_of(row, document_id), row)
        policy, today = self._ladder(document, customer), self.now.today(customer.time_zone)
        return document, self._arrival(row, customer, days_to_look(document, policy, today))

    def _change(
        self, row: InvoiceRow, fact: InvoiceFact, customer: Customer, before: Document
    ) -> bool:
        after, surplus = revised(here(row, fact), before)
        after = _as_said(after, row)
        policy, today = self._ladder(after, customer), self.now.today(customer.time_zone)
        days = days_to_look(after, policy, today)
        if before.policy == after.policy:
            days = days_to_look_again(before, after, policy, today)
        arrival = self._arrival(row, customer, days)
        return self.store.change(self.entity, before, after, surplus, arrival, fact, self.now)

    def _arrival(self, row: InvoiceRow, customer: Customer, days: tuple[date, ...]) -> Arrival:
        return Arrival(customer, days, self.import_id, _lines(row))

    def _ladder(self, document: Document, customer: Customer) -> Policy:
        return self._policy(document.policy or customer.policy)

    def _stages(self, name: str) -> frozenset[str] | None:
        """Return the ids of a policy's stages, None where there is no such policy."""
        if name not in self._known and name not in self._names():
            return None
        return frozenset(stage.id for stage in self._policy(name).stages)

    def _names(self) -> tuple[str, ...]:
        return self.policies.policy_names(self.entity.entity_id)

    def _policy(self, name: str) -> Policy:
        if name not in self._known:
            self._known[name] = self.policies.policy(self.entity.entity_id, name)
        return self._known[name]


def _lines(row: InvoiceRow) -> tuple[Line, ...]:
    """Return the lines that row came with, () where there are none or they are not good."""
    return lines_of(row.lines, row.total)[0] if row.lines else ()


def _as_said(document: Document, row: InvoiceRow) -> Document:
    """Return document with what row says, and the lines that row came with, if they are good."""
    said = replace(document, said=Said(row.content_hash, row.total.minor))
    return replace(said, lines_id=row.lines.lines_id) if row.lines and _lines(row) else said
