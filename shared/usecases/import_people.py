"""What a CRM tells of the ERP's customers: the people there and the segment, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.import_verdicts import CustomerFact, Verdict
from shared.domain.imports import PeopleRow, Problem
from shared.usecases.import_rows import Judged
from shared.usecases.ports.imported import ReadsCustomerFacts, ReadsProfiles


class Customers(ReadsCustomerFacts, ReadsProfiles, Protocol):
    def change(
        self, entity: Entity, before: Customer, after: Customer, old_hash: str, new_hash: str,
        now: Now, import_id: str,
    ) -> bool: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """People of one entity's customers. Who the ERP does not know is made no customer by a CRM."""

    store: Customers
    entity: Entity
    import_id: str
    now: Now

    def judge(self, rows: Sequence[PeopleRow]) -> list[Judged]:
        """Return what each row means; the basis is the fact, and the customer before and after."""
        entity_id = self.entity.entity_id
        facts = self.store.facts(entity_id, (row.external_id for row in rows))
        known = self.store.profiles(entity_id, (fact.customer_id for fact in facts.values()))
        return [self._judged(row, facts.get(row.external_id), known) for row in rows]

    def write(self, judged: Sequence[Judged]) -> list[PeopleRow]:
        """Write each change; return the rows that lost. The ERP's own fact stays as it is."""
        lost = []
        for one in judged:
            fact, before, after = one.basis
            hashes = (fact.content_hash, fact.content_hash)
            written = self.store.change(
                self.entity, before, after, *hashes, self.now, self.import_id
            )
            if not written:
                lost.append(one.row)
        return lost

    def _judged(
        self, row: PeopleRow, fact: CustomerFact | None, known: Mapping[str, Customer]
    ) -> Judged:
        if fact is None or fact.customer_id not in known:
            message = "The ERP has no customer of this id, or it was not pulled yet."
            problem = Problem(row.line, "external_id", "unknown_customer", message)
            return Judged(row, None, (problem,))
        before = known[fact.customer_id]
        told = replace(
            before,
            crm_contacts=row.contacts,
            segment=before.segment if row.segment is None else row.segment,
        )
        if told == before:
            return Judged(row, Verdict.SAME)
        after = replace(told, version=before.version + 1)
        return Judged(row, Verdict.CHANGED, basis=(fact, before, after))
