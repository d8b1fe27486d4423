"""A void: an invoice on which nothing was applied is as if it had never been asked for."""

from dataclasses import replace
from typing import Protocol

from shared.domain.books import Books
from shared.domain.cash_step import Asked
from shared.domain.clock import Now
from shared.domain.correction_posting import void_posting
from shared.domain.credit_note import Credited
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.money import Money
from shared.domain.movement import Posting
from shared.errors import NotFound
from shared.usecases.cash_desk import Desk
from shared.usecases.try_again import try_again


class Corrections(Protocol):
    def look(
        self, entity_id: str, customer_id: str, invoice_id: str
    ) -> tuple[Customer, Books, tuple[Line, ...], Credited]: ...
    def void(self, entity_id: str, books: Books, document: Document, posting: Posting) -> bool: ...


def void_invoice(
    desk: Desk,
    corrections: Corrections,
    entity_id: str,
    customer_id: str,
    invoice_id: str,
    reason: str,
    asked: Asked,
    now: Now,
) -> Document:
    """Take all of an invoice back and return it: closed, void, its number kept.

    One that is void already stays as it is. Raises NotFound for an unknown invoice, Conflict where
    anything was applied to it or it is the ERP's, and WriteConflict where it is contended.
    """
    today = now.today(desk.accounts.entity(entity_id).time_zone)

    def work() -> Document:
        _, books, _, credited = corrections.look(entity_id, customer_id, invoice_id)
        invoice = books.document(invoice_id)
        if invoice is None:
            raise NotFound(document=invoice_id[:64])
        if invoice.voided:
            return invoice
        used, note, by = bool(credited.version), asked.note, asked.by
        posting = void_posting(invoice, used, reason, note, today, now, by)
        corrections.void(entity_id, books, invoice, posting)
        nothing = Money.zero(invoice.open.currency)
        return replace(invoice, open=nothing, voided=True, version=invoice.version + 1)

    return try_again(desk.pause, work)
