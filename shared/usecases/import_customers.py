"""Rows of customers: the ERP owns who they are and where to reach them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.import_verdicts import CustomerFact, Verdict, customer_of, judge_customer
from shared.domain.imports import CustomerRow, Problem
from shared.ids import derived_id
from shared.usecases.import_rows import Judged
from shared.usecases.ports.imported import ReadsCustomerFacts, ReadsProfiles


class Customers(ReadsCustomerFacts, ReadsProfiles, Protocol):
    def create(self, entity: Entity, new: Sequence[tuple[Customer, str]]) -> set[int]: ...
    def change(
        self, entity: Entity, before: Customer, after: Customer, old_hash: str, new_hash: str,
        now: Now, import_id: str,
    ) -> bool: ...  # fmt: skip
    def remember(
        self, entity_id: str, customer: Customer, old_hash: str, new_hash: str
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class CustomerDesk:
    """Customers of one entity. policies are the names of its policies."""

    store: Customers
    entity: Entity
    policies: Collection[str]
    import_id: str
    now: Now

    def judge(self, rows: Sequence[CustomerRow]) -> list[Judged]:
        """Return what each row means; the basis is the fact and the customer as known."""
        entity_id = self.entity.entity_id
        facts = self.store.facts(entity_id, (row.external_id for row in rows))
        first = [_judged(row, facts.get(row.external_id), self.policies) for row in rows]
        changed = [j.basis.customer_id for j in first if j.verdict is Verdict.CHANGED]
        known = self.store.profiles(entity_id, changed)
        return [self._with_customer(judged, known) for judged in first]

    def write(self, judged: Sequence[Judged]) -> list[CustomerRow]:
        """Write new customers together and changed ones each alone; return who lost."""
        new = [j.row for j in judged if j.verdict is Verdict.NEW]
        made = [(self._new(row), row.content_hash) for row in new]
        lost = [new[i] for i in sorted(self.store.create(self.entity, made))]
        for one in judged:
            if one.verdict is Verdict.CHANGED and not self._change(one):
                lost.append(one.row)
        return lost

    def _new(self, row: CustomerRow) -> Customer:
        customer_id = derived_id("customer", self.entity.entity_id, row.external_id)
        return customer_of(row, self.entity, customer_id, None)

    def _change(self, judged: Judged) -> bool:
        fact, before = judged.basis
        after = customer_of(judged.row, self.entity, before.customer_id, before)
        hashes = (fact.content_hash, judged.row.content_hash)
        if replace(after, version=before.version) == before:
            return self.store.remember(self.entity.entity_id, before, *hashes)
        return self.store.change(self.entity, before, after, *hashes, self.now, self.import_id)

    def _with_customer(self, judged: Judged, known: Mapping[str, Customer]) -> Judged:
        if judged.verdict is not Verdict.CHANGED:
            return judged
        return replace(judged, basis=(judged.basis, known[judged.basis.customer_id]))


def _judged(row: CustomerRow, fact: CustomerFact | None, policies: Collection[str]) -> Judged:
    verdict = judge_customer(row, fact, policies)
    if isinstance(verdict, Problem):
        return Judged(row, None, (verdict,))
    return Judged(row, verdict, basis=fact)
