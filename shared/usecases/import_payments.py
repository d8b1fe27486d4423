"""Payments that were received elsewhere: they settle, and nobody is sent a receipt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from shared.domain.apply_cash import after
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.discount import given_way, with_discounts
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.entry_keys import EntryKey, parse_entry_key
from shared.domain.import_verdicts import (
    Booking,
    InvoiceFact,
    PaymentFact,
    judge_payment,
)
from shared.domain.imports import PaymentRow, Problem
from shared.domain.movement import Movement
from shared.domain.payment import Allocation, Payment, elsewhere_payment_id
from shared.domain.settle import settle
from shared.usecases.import_rows import Judged
from shared.usecases.ports.imported import ReadsInvoiceFacts


class Payments(Protocol):
    def facts(self, entity_id: str, external_ids: Iterable[str]) -> Mapping[str, PaymentFact]: ...
    def ours(self, entity_id: str, pairs: Sequence[tuple[str, str]]) -> frozenset[str]: ...
    def told(self, entity_id: str, keys: Sequence[tuple[str, EntryKey]]) -> frozenset[EntryKey]: ...
    def documents(
        self, entity_id: str, pairs: Sequence[tuple[str, str]]
    ) -> Mapping[str, tuple[Document, Mapping[str, Any]]]: ...
    def granted(self, entity_id: str, customer_id: str, document_id: str) -> int: ...
    def add(
        self, entity: Entity, bookings: Sequence[Booking], heads: Mapping[str, Mapping[str, Any]],
        now: Now,
    ) -> set[int]: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Payments of one entity's invoices."""

    store: Payments
    invoices: ReadsInvoiceFacts
    entity: Entity
    now: Now

    def judge(self, rows: Sequence[PaymentRow]) -> list[Judged]:
        """Return what each row means; the basis is the fact of its invoice, and its generation."""
        entity_id = self.entity.entity_id
        facts = self.store.facts(entity_id, (row.external_id for row in rows))
        invoices = self.invoices.facts(entity_id, {row.invoice_external_id for row in rows})
        pairs = [
            (invoices[row.invoice_external_id].customer_id, row.external_id)
            for row in rows
            if row.maybe_ours and row.invoice_external_id in invoices
        ]
        ours = self.store.ours(entity_id, pairs) if pairs else frozenset()
        told = self._told(rows, invoices)
        today = self.now.today(self.entity.time_zone)
        judged = []
        for row in rows:
            invoice = invoices.get(row.invoice_external_id)
            fact = facts.get(row.external_id)
            is_ours = row.external_id in ours or parse_entry_key(row.our_key) in told
            verdict = judge_payment(row, fact, invoice, is_ours, today)
            if isinstance(verdict, Problem):
                judged.append(Judged(row, None, (verdict,)))
            else:
                generation = fact.generation + fact.gone if fact else 0
                judged.append(Judged(row, verdict, basis=(invoice, generation)))
        return judged

    def write(self, judged: Sequence[Judged]) -> list[PaymentRow]:
        """Write payments together, those of one document one after the other; return who lost.

        What the ERP settles with another row itself earns no discount here: it is written off
        there. Where that row comes in a later pull, the discount that was granted meanwhile gives
        way to it.
        """
        lost: list[PaymentRow] = []
        left = list(judged)
        while left:
            of_document = {one.basis[0].document_id: one for one in reversed(left)}
            this_round = list(of_document.values())
            lost += self._add(this_round, _asked(left))
            chosen = {id(one) for one in this_round}
            left = [one for one in left if id(one) not in chosen]
        return lost

    def _told(
        self, rows: Sequence[PaymentRow], invoices: Mapping[str, InvoiceFact]
    ) -> frozenset[EntryKey]:
        """Return the keys on rows under which this hub told, or is to tell, the ERP something."""
        named = [
            (customer_id, key)
            for row in rows
            if (invoice := invoices.get(row.invoice_external_id))
            and (key := parse_entry_key(row.our_key))
            for customer_id in (invoice.customer_id, *invoice.elsewhere)
        ]
        return self.store.told(self.entity.entity_id, named) if named else frozenset()

    def _add(self, judged: Sequence[Judged], asked: Mapping[str, int]) -> list[PaymentRow]:
        entity_id = self.entity.entity_id
        pairs = [(i.customer_id, i.document_id) for i, _ in (one.basis for one in judged)]
        found = self.store.documents(entity_id, pairs)
        bookings = [self._booking(one.row, one.basis, found, asked) for one in judged]
        heads = {document_id: head for document_id, (_, head) in found.items()}
        lost = self.store.add(self.entity, bookings, heads, self.now)
        return [judged[i].row for i in sorted(lost)]

    def _booking(
        self,
        row: PaymentRow,
        basis: tuple[InvoiceFact, int],
        found: Mapping[str, tuple[Document, Any]],
        asked: Mapping[str, int],
    ) -> Booking:
        invoice, generation = basis
        known = found.get(invoice.document_id)
        plan = [(invoice.document_id, row.amount)]
        booked_as = elsewhere_payment_id(self.entity.entity_id, row.external_id, generation)
        way = self._way(invoice, known[0], asked) if known else ()
        documents = list(_after(known[0], way, row.paid_on)) if known else []
        settlement = settle(booked_as, row.amount, plan, documents)
        movements = (*way, *settlement.movements)
        if known and not way and known[0].open.minor > asked[invoice.document_id]:
            movements = with_discounts(documents, movements, row.paid_on)
        number = known[0].number if known else row.invoice_external_id
        beyond = Allocation(
            invoice.document_id, number, row.invoice_external_id, settlement.unapplied
        )
        payment = Payment(
            payment_id=booked_as,
            customer_id=invoice.customer_id,
            amount=row.amount,
            method=row.method,
            received_on=row.paid_on,
            received_at=datetime.combine(row.paid_on, time(12), UTC),
            source="elsewhere",
            external_id=row.external_id,
            allocations=settlement.allocations,
            excess=beyond if beyond.amount else None,
        )
        settled = replace(settlement, movements=movements)
        return Booking(payment, settled, row.content_hash, row.part_of)

    def _way(
        self, invoice: InvoiceFact, document: Document, asked: Mapping[str, int]
    ) -> tuple[Movement, ...]:
        """Return what takes back a discount in whose place the ERP settled the invoice itself.

        That is one that money of the ERP earned here, of which it is told by itself.
        """
        way = given_way(document)
        if not way or document.open.minor >= asked[document.document_id]:
            return ()
        whose = (self.entity.entity_id, invoice.customer_id, document.document_id)
        taken = document.discount.taken_minor if document.discount else 0
        return way if self.store.granted(*whose) >= taken else ()


def _after(document: Document, movements: tuple[Movement, ...], day: date) -> tuple[Document, ...]:
    """Return document as movements leave it."""
    return after(Books("", (document,)), movements, day).documents


def _asked(judged: Iterable[Judged]) -> Mapping[str, int]:
    """Return what rows together settle, in minor units, by document id."""
    found: dict[str, int] = {}
    for one in judged:
        document_id = one.basis[0].document_id
        found[document_id] = found.get(document_id, 0) + one.row.amount.minor
    return found
