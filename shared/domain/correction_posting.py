"""The postings that take a document back: a credit note against it, or a void of all of it."""

from collections.abc import Mapping
from datetime import date

from shared.domain.clock import Now
from shared.domain.discount import with_discounts
from shared.domain.document import Document, DocumentKind
from shared.domain.money import Money
from shared.domain.movement import Movement, MovementKind, Posting
from shared.domain.settle import allocated
from shared.errors import Conflict


def given_up(document: Document) -> Money:
    """Return what of document nobody pays: discounts taken, tolerances, deductions, write-offs."""
    discount = document.discount.taken_minor if document.discount else 0
    minor = discount + sum(document.adjusted.values())
    return Money(minor=minor, currency=document.total.currency)


def credit_note_posting(
    note: Document, invoice: Document, tax: Mapping[str, int], reason: str, now: Now, by: str
) -> Posting:
    """Return the posting of a credit note: it goes first to what is open of its invoice.

    The rest stays unapplied, with the note as its source. A discount is then one on what remains:
    where that was paid in time, it is taken. tax is that part of the note which the books know as
    tax of the invoice, by rate.
    """
    used = min(note.total, invoice.open)
    credit = Movement(
        MovementKind.CREDIT_NOTE, note.total, source_id=note.document_id, reason=reason, tax=tax
    )
    allocations = allocated(note.document_id, invoice, used) if used else ()
    return Posting(
        posting_id=f"credit_note:{note.document_id}",
        value_date=note.issued_on,
        recorded_at=now.business,
        movements=with_discounts([invoice], (credit, *allocations), note.issued_on),
        by=by,
        note=note.description,
    )


def void_posting(
    document: Document,
    credited: bool,
    reason: str,
    note: str,
    today: date,
    now: Now,
    by: str,
    in_erp: bool = False,
) -> Posting:
    """Return the posting that takes all of an invoice back, as if it had never been asked for.

    credited: a credit note of this hub exists for it. in_erp: the ERP, which issued it, voided it.
    Raises Conflict where document is not an invoice, is the ERP's to void, or anything was applied
    to it: what was paid goes back first.
    """
    if document.kind is not DocumentKind.INVOICE:
        raise Conflict(document=document.document_id, reason="only invoices are voided")
    if document.external_id and not in_erp:
        raise Conflict(document=document.document_id, reason="the ERP issued it: void it there")
    if document.voided:
        raise Conflict(document=document.document_id, reason="it is void already")
    if credited or document.open != document.total:
        raise Conflict(
            document=document.document_id, reason="something is applied to it: credit it instead"
        )
    parts = [(i.number, i.open) for i in document.instalments] or [(0, document.open)]
    last = parts[-1][0]
    taken = {rate: -minor for rate, minor in document.tax_minor.items()}
    return Posting(
        posting_id=f"void:{document.document_id}",
        value_date=today,
        recorded_at=now.business,
        movements=tuple(
            Movement(
                MovementKind.VOID,
                -amount,
                document_id=document.document_id,
                instalment=number,
                reason=reason,
                tax=taken if number == last else {},
            )
            for number, amount in parts
        ),
        by=by,
        note=note,
    )
