"""Payments that were received elsewhere: they settle, and nobody is sent a receipt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Protocol

from shared.domain.account import Document, Entity
from shared.domain.clock import Now
from shared.domain.import_verdicts import (
    InvoiceFact,
    PaymentFact,
    judge_payment,
)
from shared.domain.imports import PaymentRow, Problem
from shared.domain.payment import Payment
from shared.domain.settle import Settlement, settle
from shared.ids import derived_id
from shared.usecases.import_rows import Judged


class Invoices(Protocol):
    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, InvoiceFact]: ...


class Payments(Protocol):
    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, PaymentFact]: ...
    def ours(self, entity_id: str, pairs: Sequence[tuple[str, str]]) -> frozenset[str]: ...
    def open_document(
        self, entity_id: str, customer_id: str, document_id: str
    ) -> tuple[Document, Mapping[str, Any]] | None: ...
    def add(
        self, entity_id: str, customer_id: str, payment: Payment, settlement: Settlement,
        heads: Mapping[str, Mapping[str, Any]], content_hash: str, now: Now,
    ) -> bool: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Payments of one entity's invoices."""

    store: Payments
    invoices: Invoices
    entity: Entity
    now: Now

    def judge(self, rows: Sequence[PaymentRow]) -> list[Judged]:
        """Return what each row means; the basis is the fact of its invoice."""
        entity_id = self.entity.entity_id
        facts = self.store.facts(entity_id, (row.external_id for row in rows))
        invoices = self.invoices.facts(entity_id, {row.invoice_external_id for row in rows})
        pairs = [
            (invoices[row.invoice_external_id].customer_id, row.external_id)
            for row in rows
            if row.maybe_ours and row.invoice_external_id in invoices
        ]
        ours = self.store.ours(entity_id, pairs) if pairs else frozenset()
        today = self.now.today(self.entity.time_zone)
        judged = []
        for row in rows:
            invoice = invoices.get(row.invoice_external_id)
            fact, is_ours = facts.get(row.external_id), row.external_id in ours
            verdict = judge_payment(row, fact, invoice, is_ours, today)
            if isinstance(verdict, Problem):
                judged.append(Judged(row, None, (verdict,)))
            else:
                judged.append(Judged(row, verdict, basis=invoice))
        return judged

    def write(self, judged: Sequence[Judged]) -> list[PaymentRow]:
        """Write each payment; return those that lost."""
        return [one.row for one in judged if not self._add(one.row, one.basis)]

    def _add(self, row: PaymentRow, invoice: InvoiceFact) -> bool:
        whose = (self.entity.entity_id, invoice.customer_id)
        found = self.store.open_document(*whose, invoice.document_id)
        documents, heads = [], {}
        if found is not None:
            documents, heads = [found[0]], {invoice.document_id: found[1]}
        settlement = settle(row.amount, [(invoice.document_id, row.amount)], documents)
        payment = Payment(
            payment_id=derived_id("payment-elsewhere", self.entity.entity_id, row.external_id),
            amount=row.amount,
            method=row.method,
            received_on=row.paid_on,
            received_at=datetime.combine(row.paid_on, time(12), UTC),
            source="elsewhere",
            external_id=row.external_id,
            allocations=settlement.allocations,
        )
        return self.store.add(*whose, payment, settlement, heads, row.content_hash, self.now)
