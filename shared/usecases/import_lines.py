"""Lines of invoices: they must add up to the total that the invoice says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.import_verdicts import InvoiceFact, judge_lines
from shared.domain.imports import LineGroup, Problem
from shared.domain.invoice_lines import lines_of
from shared.usecases.import_rows import Judged
from shared.usecases.ports.imported import ReadsProfiles


class Invoices(Protocol):
    def known(
        self, entity_id: str, external_ids: Iterable[str]
    ) -> Mapping[str, tuple[InvoiceFact, Document]]: ...


class Lines(Protocol):
    def put(
        self, entity: Entity, customer: Customer, before: Document, after: Document,
        lines: Sequence[Line], now: Now,
    ) -> bool: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineDesk:
    """Lines of one entity's invoices, all lines of an invoice at once."""

    store: Lines
    invoices: Invoices
    customers: ReadsProfiles
    entity: Entity
    now: Now

    def judge(self, rows: Sequence[LineGroup]) -> list[Judged]:
        """Return what each group means; the basis is its customer, document and lines."""
        entity_id = self.entity.entity_id
        known = self.invoices.known(entity_id, (group.external_id for group in rows))
        whose = {fact.customer_id for fact, _ in known.values()}
        customers = self.customers.profiles(entity_id, whose)
        judged = []
        for group in rows:
            fact, document = known.get(group.external_id, (None, None))
            verdict = judge_lines(group, fact, document.lines_id if document else "")
            if fact is None or isinstance(verdict, Problem):
                problem = (verdict,) if isinstance(verdict, Problem) else ()
                judged.append(Judged(group, None, problem))
                continue
            lines, problems = lines_of(group, fact.total)
            basis = (customers[fact.customer_id], document, lines)
            good = None if problems else verdict
            judged.append(Judged(group, good, tuple(problems), basis))
        return judged

    def write(self, judged: Sequence[Judged]) -> list[LineGroup]:
        """Write each group; return those that lost."""
        lost = []
        for one in judged:
            customer, document, lines = one.basis
            after = replace(
                document, lines_id=one.row.lines_id, pdf_key="", version=document.version + 1
            )
            if not self.store.put(self.entity, customer, document, after, lines, self.now):
                lost.append(one.row)
        return lost
