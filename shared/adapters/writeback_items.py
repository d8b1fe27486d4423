"""Notes of what the ERP is still to be told of a payment."""

from collections.abc import Iterable, Iterator, Mapping

from shared.adapters import keys
from shared.adapters.table import Put
from shared.domain.account import Document
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.movement import TAKES_OFF, MovementKind, Posting
from shared.domain.payment import Allocation, Payment
from shared.ids import derived_id


def writeback_puts(
    entity_id: str,
    payment: Payment,
    allocations: Iterable[Allocation],
    now: Now,
    step: int = 0,
    discounts: Mapping[str, int] | None = None,
) -> tuple[Put, ...]:
    """Return the writes of one note for each of allocations, pending until the ERP has it.

    step is 0 for those that come with the payment, and its version for later changes: an amount
    below zero takes back what the ERP was told before. discounts are what comes off a document
    (minor units, by id) beside its allocation.
    """
    off = discounts or {}
    return tuple(
        _put(entity_id, payment, a, now, step, off.get(a.document_id, 0)) for a in allocations
    )


def credit_note_put(
    entity_id: str,
    customer_id: str,
    note: Document,
    invoice: Document,
    now: Now,
    discount_minor: int = 0,
) -> Put:
    """Return the write of a note that the hub credited an invoice of the ERP.

    discount_minor is the early-payment discount that is taken with it.
    """
    as_money = Payment(
        payment_id=note.document_id,
        customer_id=customer_id,
        amount=note.total,
        method=str(note.kind),
        received_on=note.issued_on,
        received_at=now.business,
        gateway_reference=note.number,
    )
    whole = Allocation(invoice.document_id, invoice.number, invoice.external_id, note.total)
    return _put(entity_id, as_money, whole, now, 0, discount_minor)


def adjustment_puts(entity_id: str, books: Books, posting: Posting, now: Now) -> Iterator[Put]:
    """Yield the notes of what posting takes off the ERP's invoices without money, and gives back.

    One for each document and kind; method is the kind, and below zero means that it holds no more.
    """
    taken: dict[tuple[str, MovementKind], int] = {}
    for movement in posting.movements:
        if movement.kind in TAKES_OFF and movement.document_id:
            key = (movement.document_id, TAKES_OFF[movement.kind])
            taken[key] = taken.get(key, 0) - movement.amount.minor
    for (document_id, kind), minor in taken.items():
        document = books.document(document_id)
        if document is None or not document.external_id or not minor:
            continue
        off = Money(minor=minor, currency=document.total.currency)
        as_money = Payment(
            payment_id=derived_id("adjustment", posting.posting_id, kind),
            customer_id=books.customer_id,
            amount=off,
            method=str(kind),
            received_on=posting.value_date,
            received_at=posting.recorded_at,
        )
        whole = Allocation(document_id, document.number, document.external_id, off)
        yield _put(entity_id, as_money, whole, now, 0, 0)


def _put(
    entity_id: str, payment: Payment, allocation: Allocation, now: Now, step: int, discount: int
) -> Put:
    ids = (payment.payment_id, allocation.document_id)
    return Put(
        {
            **keys.writeback(entity_id, payment.customer_id, *ids, step),
            **keys.pending_entry(entity_id, "writeback", now.wall, "#".join((*ids, str(step)))),
            "type": "WRITEBACK",
            "step": step,
            "customer_id": payment.customer_id,
            "payment_id": payment.payment_id,
            "document_id": allocation.document_id,
            "invoice_external_id": allocation.invoice_external_id,
            "number": allocation.number,
            "received_on": payment.received_on.isoformat(),
            "currency": allocation.amount.currency,
            "amount": allocation.amount.minor,
            **({"discount": discount} if discount else {}),
            "method": payment.method,
            "gateway_reference": payment.gateway_reference,
        }
    )
