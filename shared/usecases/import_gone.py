"""Records that the ERP deleted, voided or merged: taken back here too, or left to a person."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from shared.domain.apply_cash import Part
from shared.domain.books import Books
from shared.domain.cash_step import Asked
from shared.domain.clock import Now
from shared.domain.correction_posting import void_posting
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.erp import Gone, GoneRow, RecordKind
from shared.domain.erp_credit import CreditNoteFact, Followed, follow, withdrawn
from shared.domain.erp_gone import (
    day_of,
    judge_gone_customer,
    judge_gone_invoice,
    judge_gone_payment,
    names,
)
from shared.domain.import_verdicts import InvoiceFact, Verdict
from shared.domain.imports import Problem
from shared.domain.money import Money
from shared.domain.movement import Posting
from shared.domain.payment import Payment, PaymentState, elsewhere_payment_id
from shared.errors import Conflict, InvalidInput, NotFound, WriteConflict
from shared.usecases.allocate import allocate
from shared.usecases.cash_desk import Desk as CashDesk
from shared.usecases.import_credit_notes import CreditNotes, Plan
from shared.usecases.import_rows import Judged
from shared.usecases.move_customer import Ports as MovePorts
from shared.usecases.move_customer import move_rest
from shared.usecases.ports.imported import ReadsCustomerFacts, ReadsInvoiceFacts, ReadsProfiles
from shared.usecases.reverse_payment import take_back_gone

_HUB = Asked("", "", "")


class Customers(ReadsCustomerFacts, ReadsProfiles, Protocol):
    """Customers as the ERP knows them and as they are here."""


class GoneInvoices(Protocol):
    def look(self, entity_id: str, fact: InvoiceFact) -> tuple[Books, Document | None, bool]: ...
    def parts(self, entity_id: str, payment: str) -> tuple[str, ...]: ...
    def void(
        self, entity_id: str, external_id: str, fact: InvoiceFact, books: Books, posting: Posting,
        why: str,
    ) -> bool: ...  # fmt: skip
    def ask(
        self, entity_id: str, external_id: str, fact: InvoiceFact, books: Books, why: str
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Void:
    """An invoice to be voided, or, where document is None, one that is asked for only."""

    fact: InvoiceFact
    books: Books
    document: Document | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A credit note to be taken back."""

    fact: CreditNoteFact
    note: Document
    customer: Customer
    books: Books
    followed: Followed


@dataclass(frozen=True, slots=True)
class GoneDesk:
    """What one entity's ERP has no more, one record after the other."""

    store: GoneInvoices
    invoices: ReadsInvoiceFacts
    notes: CreditNotes
    customers: Customers
    cash: CashDesk
    moves: MovePorts
    entity: Entity
    import_id: str
    now: Now

    def judge(self, rows: Sequence[GoneRow]) -> list[Judged]:
        """Return what each row means; the basis is what is to be written."""
        return [self._judged(row) for row in rows]

    def write(self, judged: Sequence[Judged]) -> list[GoneRow]:
        """Take each record back; return those that lost, and those of which more is to be done."""
        return [one.row for one in judged if not self._write(one)]

    def _judged(self, row: GoneRow) -> Judged:
        match row.kind:
            case RecordKind.INVOICES:
                return self._invoice(row)
            case RecordKind.CREDIT_NOTES:
                return self._note(row)
            case RecordKind.PAYMENTS:
                return self._payment(row)
            case RecordKind.CUSTOMERS:
                return self._customer(row)

    def _write(self, one: Judged) -> bool:
        match one.basis:
            case Void():
                return self._void(one.row, one.basis)
            case Withdrawal():
                return self._withdraw(one.row, one.basis)
            case tuple():
                return all([self._take_back(one.row, payment) for payment in one.basis])
        raise ValueError(f"nothing is written for a record of {one.row.kind} that is gone")

    def _invoice(self, row: GoneRow) -> Judged:
        entity_id = self.entity.entity_id
        fact = self.invoices.facts(entity_id, [row.external_id]).get(row.external_id)
        if fact is None or fact.gone:
            return Judged(row, Verdict.SAME, basis=fact)
        books, document, credited = self.store.look(entity_id, fact)
        verdict = judge_gone_invoice(row, fact, document, credited)
        if isinstance(verdict, Problem):
            if fact.gone_asked == row.why:
                return Judged(row, None, (verdict,))
            return Judged(row, Verdict.CHANGED, basis=Void(fact, books, None))
        return Judged(row, verdict, basis=Void(fact, books, document))

    def _void(self, row: GoneRow, found: Void) -> bool:
        entity_id = self.entity.entity_id
        if found.document is None:
            self.store.ask(entity_id, row.external_id, found.fact, found.books, str(row.why))
            return False  # it is judged again, and refused
        today = self.now.today(self.entity.time_zone)
        day = day_of(row, found.document.issued_on, today)
        posting = void_posting(
            found.document, False, str(row.why), "", day, self.now, "", in_erp=True
        )
        why = str(row.why)
        return self.store.void(entity_id, row.external_id, found.fact, found.books, posting, why)

    def _note(self, row: GoneRow) -> Judged:
        entity_id = self.entity.entity_id
        fact = self.notes.facts(entity_id, [row.external_id]).get(row.external_id)
        if fact is None or fact.gone:
            return Judged(row, Verdict.SAME, basis=fact)
        note, held = self.notes.note(entity_id, fact), self.notes.held(entity_id, fact)
        customer, books = self.notes.look(entity_id, fact.customer_id, sorted(held))
        day = day_of(row, note.issued_on, self.now.today(customer.time_zone))
        found = withdrawn(note, str(row.why), held, books, day)
        if isinstance(found, Problem):
            return Judged(row, None, (found,))
        return Judged(row, Verdict.CHANGED, basis=Withdrawal(fact, note, customer, books, found))

    def _withdraw(self, row: GoneRow, found: Withdrawal) -> bool:
        done, version = found.followed, found.note.version + 1
        note = replace(found.note, voided=done.complete, version=version)
        today = self.now.today(found.customer.time_zone)
        posting = Posting(
            posting_id=f"credit_note:{note.document_id}:{version}",
            value_date=day_of(row, note.issued_on, today),
            recorded_at=self.now.business,
            movements=done.movements,
        )
        why = str(row.why) if done.complete else ""
        fact = replace(found.fact, uses={}, gone=why)
        plan = Plan(found.customer, found.books, note, found.fact, done)
        written = self.notes.write(self.entity, plan, posting, fact, self.now, self.import_id)
        return written and done.complete

    def _payment(self, row: GoneRow) -> Judged:
        """Return what is to be taken back: the payment, or those of its parts that are gone."""
        parts = self.store.parts(self.entity.entity_id, row.external_id)
        gone: list[Payment] = []
        known = bool(row.keeps)
        for external_id in parts if parts or row.parts_only else (row.external_id,):
            payment = None if external_id in row.keeps else self._booked_last(external_id)
            known = known or payment is not None
            verdict = judge_gone_payment(row, payment, self._books_of(payment))
            if isinstance(verdict, Problem):
                return Judged(row, None, (verdict,))
            if payment is not None and verdict is Verdict.CHANGED:
                gone.append(payment)
        if not known:
            return Judged(row, Verdict.SAME)
        return Judged(row, Verdict.CHANGED if gone else Verdict.SAME, basis=tuple(gone))

    def _books_of(self, payment: Payment | None) -> Books | None:
        if payment is None or not payment.allocations:
            return None
        named = [a.document_id for a in payment.allocations]
        _, books = self.cash.cash.look(self.entity.entity_id, payment.customer_id, named)
        return books

    def _booked_last(self, external_id: str) -> Payment | None:
        """Return a payment as it was booked last: the ERP may have taken it back before."""
        entity_id, last, generation = self.entity.entity_id, None, 0
        while last is None or last.state is PaymentState.RETURNED:
            payment_id = elsewhere_payment_id(entity_id, external_id, generation)
            payment = self.cash.cash.find_payment(entity_id, payment_id)
            if payment is None:
                break
            last, generation = payment, generation + 1
        return last

    def _take_back(self, row: GoneRow, payment: Payment) -> bool:
        entity_id = self.entity.entity_id
        try:
            take_back_gone(self.cash, entity_id, payment.payment_id, row.on, self.now)
        except (Conflict, WriteConflict):
            return False  # somebody used its money meanwhile: it is judged again
        paid = [a.invoice_external_id for a in payment.allocations if a.invoice_external_id]
        facts = self.invoices.facts(self.entity.entity_id, paid)
        self._move_after(payment, facts)
        self._void_what_waited(facts)
        self._fill_up(payment.customer_id)
        return True

    def _fill_up(self, customer_id: str) -> None:
        """Let money and notes that the ERP has on an invoice take the room that came to be there.

        Else the invoice would be open here, and credit wait beside it.
        """
        entity_id = self.entity.entity_id
        _, books = self.cash.cash.look(entity_id, customer_id)
        for credit in books.credits:
            payment = self.cash.cash.find_payment(entity_id, credit.source_id)
            if payment is None:
                self._fill_up_note(customer_id, credit.source_id)
            elif payment.excess is not None:
                document = books.document(payment.excess.document_id)
                if document is not None and payment.excess.amount:
                    amount = min(payment.excess.amount, document.open, credit.unapplied)
                    part = Part(document.document_id, amount)
                    with suppress(Conflict, InvalidInput, NotFound):
                        allocate(
                            self.cash, entity_id, customer_id, payment.payment_id, [part], _HUB,
                            self.now,
                        )  # fmt: skip

    def _fill_up_note(self, customer_id: str, note_id: str) -> None:
        entity_id = self.entity.entity_id
        _, books = self.cash.cash.look(entity_id, customer_id, [note_id])
        head = books.document(note_id)
        if head is None or not head.external_id:
            return
        fact = self.notes.facts(entity_id, [head.external_id])[head.external_id]
        held = self.notes.held(entity_id, fact)
        customer, books = self.notes.look(entity_id, customer_id, sorted(fact.uses))
        today = self.now.today(customer.time_zone)
        nothing = Money.zero(head.total.currency)
        found = follow(head, nothing, fact.uses, fact.uses, held, books, today)
        if isinstance(found, Problem) or not found.movements:
            return
        note = replace(head, version=head.version + 1)
        posting = Posting(
            f"credit_note:{note_id}:{note.version}", today, self.now.business, found.movements
        )
        plan = Plan(customer, books, note, fact, found)
        self.notes.write(self.entity, plan, posting, fact, self.now, self.import_id)

    def _move_after(self, payment: Payment, facts: Mapping[str, InvoiceFact]) -> None:
        """Forward what is open again of moved invoices to the customer they were moved to."""
        for fact in facts.values():
            if fact.customer_id != payment.customer_id:
                whose = (self.entity.entity_id, payment.customer_id, fact.document_id)
                with suppress(Conflict, NotFound):  # it is bound to something: a person moves it
                    move_rest(self.moves, *whose, fact.customer_id, self.now)

    def _void_what_waited(self, facts: Mapping[str, InvoiceFact]) -> None:
        """Void those invoices that the ERP gave up before the money on them was taken back."""
        rows = [
            GoneRow(RecordKind.INVOICES, external_id, Gone(fact.gone_asked))
            for external_id, fact in facts.items()
            if fact.gone_asked
        ]
        self.write([j for j in self.judge(rows) if j.verdict is Verdict.CHANGED])

    def _customer(self, row: GoneRow) -> Judged:
        entity_id = self.entity.entity_id
        facts = self.customers.facts(entity_id, names([row]))
        fact, into = facts.get(row.external_id), facts.get(row.into)
        account = self.cash.accounts.account(entity_id, fact.customer_id) if fact else None
        verdict = judge_gone_customer(row, account, into.customer_id if into else None)
        if isinstance(verdict, Problem):
            return Judged(row, None, (verdict,))
        return Judged(row, verdict, basis=fact)
