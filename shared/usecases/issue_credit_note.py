"""A credit note on one invoice: all of it, some of its lines, or an amount."""

from datetime import date
from typing import Protocol

from shared.domain.books import Books
from shared.domain.cash_step import Asked
from shared.domain.clock import Now
from shared.domain.correction_posting import credit_note_posting, given_up
from shared.domain.credit_note import Credited, CreditNoteDraft, CreditPlan, plan_credit
from shared.domain.customer import Customer
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.movement import Posting
from shared.errors import Conflict, InvalidInput, NotFound, WriteConflict
from shared.ids import requested_id
from shared.usecases.cash_desk import Desk, once

_TEXT_MAX = 300


class Corrections(Protocol):
    def look(
        self, entity_id: str, customer_id: str, invoice_id: str
    ) -> tuple[Customer, Books, tuple[Line, ...], Credited]: ...
    def find(self, entity_id: str, customer_id: str, document_id: str) -> Document | None: ...
    def credit(
        self, entity: Entity, customer: Customer, books: Books, unnumbered: Document,
        plan: CreditPlan, posting: Posting, asked: Asked, now: Now,
    ) -> Document | None: ...  # fmt: skip


def issue_credit_note(
    desk: Desk,
    corrections: Corrections,
    entity_id: str,
    customer_id: str,
    draft: CreditNoteDraft,
    asked: Asked,
    now: Now,
) -> Document:
    """Issue a credit note under the entity's next number of them, and return it.

    It goes first to what is open of its invoice; the rest is the customer's credit. What the person
    wrote is shown on it. The same request returns the note that its first call issued.

    Raises NotFound for an unknown invoice, InvalidInput naming the field, Conflict where less is
    left of the invoice than asked for, RequestReused, and WriteConflict where it is contended.
    """
    if len(asked.note) > _TEXT_MAX:
        raise InvalidInput(field="text", reason=f"at most {_TEXT_MAX} characters")
    entity = desk.accounts.entity(entity_id)
    today = now.today(entity.time_zone)
    whose = (entity_id, customer_id)
    invoice_id = draft.invoice_id
    note_id = requested_id(asked.request_id, now.wall, "credit_note", *whose, invoice_id)

    def work() -> str:
        customer, books, lines, credited = corrections.look(*whose, invoice_id)
        invoice = _invoice(books, invoice_id)
        day = _day(draft, invoice, today)
        adjusted = given_up(invoice)
        plan = plan_credit(invoice, lines, credited, adjusted, draft.parts, draft.amount)
        note = _note(note_id, invoice_id, plan, day, asked.note)
        tax = plan.tax_minor if invoice.tax_minor else {}
        posting = credit_note_posting(note, invoice, tax, draft.reason, now, asked.by)
        if corrections.credit(entity, customer, books, note, plan, posting, asked, now) is None:
            raise WriteConflict(document=invoice_id)
        return note_id

    made = corrections.find(*whose, once(desk, entity_id, asked, work))
    if made is None:
        raise NotFound(document=note_id)
    return made


def _day(draft: CreditNoteDraft, invoice: Document, today: date) -> date:
    """Return the day of the note. Raises InvalidInput for one before its invoice or to come."""
    day = draft.issued_on or today
    if not invoice.issued_on <= day <= today:
        raise InvalidInput(field="issued_on", reason="from the invoice's date to today")
    return day


def _note(note_id: str, invoice_id: str, plan: CreditPlan, day: date, text: str) -> Document:
    """Return the note that plan makes, still without a number."""
    return Document(
        document_id=note_id,
        kind=DocumentKind.CREDIT_NOTE,
        number="",
        issued_on=day,
        due_on=day,
        total=plan.total,
        open=Money.zero(plan.total.currency),
        description=text,
        invoice_id=invoice_id,
        tax_minor=plan.tax_minor,
    )


def _invoice(books: Books, invoice_id: str) -> Document:
    invoice = books.document(invoice_id)
    if invoice is None or invoice.kind is not DocumentKind.INVOICE:
        raise Conflict(document=invoice_id, reason="only invoices are credited")
    if invoice.voided:
        raise Conflict(document=invoice_id, reason="it is void: nothing of it is owed")
    return invoice
