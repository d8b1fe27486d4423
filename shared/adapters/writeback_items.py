"""Notes of what the ERP is still to be told of a payment."""

from collections.abc import Iterable, Iterator, Mapping

from shared.adapters import keys
from shared.adapters.heads import read_heads
from shared.adapters.table import Put, Table
from shared.domain.books import Books
from shared.domain.clock import Now
from shared.domain.discount import discounts_of
from shared.domain.document import DocumentKind
from shared.domain.money import Money
from shared.domain.movement import TAKES_OFF, MovementKind, Posting
from shared.domain.payment import Allocation, Payment
from shared.domain.writeback import CHARGED_AS, told_as


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


def credit_puts(
    entity_id: str, books: Books, posting: Posting, numbers: Mapping[str, str], now: Now
) -> Iterator[Put]:
    """Yield the notes of what posting uses credit notes for on the ERP's invoices, or takes back.

    numbers are those of the credit notes, by id; other sources are told with their payments. One
    for each note and document, with the discount that is taken beside it; its step is the version
    of the document then.
    """
    used: dict[tuple[str, str], int] = {}
    for movement in posting.movements:
        if movement.document_id and movement.source_id in numbers:
            key = (movement.source_id, movement.document_id)
            used[key] = used.get(key, 0) - movement.amount.minor
    discounts = discounts_of(posting.movements)
    for (note_id, document_id), minor in used.items():
        document = books.document(document_id)
        if document is None or not document.external_id or not minor:
            continue
        amount = Money(minor=minor, currency=document.total.currency)
        as_money = Payment(
            payment_id=note_id,
            customer_id=books.customer_id,
            amount=amount,
            method=str(DocumentKind.CREDIT_NOTE),
            received_on=posting.value_date,
            received_at=posting.recorded_at,
            gateway_reference=numbers[note_id],
        )
        part = Allocation(document_id, document.number, document.external_id, amount)
        off = discounts.pop(document_id, 0)
        yield _put(entity_id, as_money, part, now, document.version + 1, off)


def note_numbers(
    table: Table, entity_id: str, customer_id: str, posting: Posting
) -> Mapping[str, str]:
    """Return the numbers of this hub's credit notes that posting uses or takes back, by their ids.

    The ERP knows what it used of its own.
    """
    sources = dict.fromkeys(m.source_id for m in posting.movements if m.document_id and m.source_id)
    found = read_heads(table, entity_id, [(customer_id, source_id) for source_id in sources])
    return {
        document_id: head.number
        for document_id, head in found.items()
        if head.kind is DocumentKind.CREDIT_NOTE and not head.external_id
    }


def adjustment_puts(
    entity_id: str,
    books: Books,
    posting: Posting,
    now: Now,
    kinds: Mapping[MovementKind, MovementKind] = TAKES_OFF,
) -> Iterator[Put]:
    """Yield the notes of what posting takes off the ERP's invoices without money, and gives back.

    One for each document and kind; method is the kind, and below zero means that it holds no more.
    kinds are those that are told so, and under which of them. A discount is told beside the money
    that earned it, or lost it.
    """
    taken: dict[tuple[str, MovementKind], int] = {}
    for movement in posting.movements:
        if movement.kind in kinds and movement.document_id:
            key = (movement.document_id, kinds[movement.kind])
            taken[key] = taken.get(key, 0) - movement.amount.minor
    yield from _off_puts(entity_id, books, posting, taken, now)


def discount_puts(
    entity_id: str, books: Books, posting: Posting, discounts: Mapping[str, int], now: Now
) -> Iterator[Put]:
    """Yield the notes of posting's discounts (minor units, by document) that go by themselves.

    There is no money beside them of which the ERP does not know.
    """
    taken = {(document_id, MovementKind.DISCOUNT): off for document_id, off in discounts.items()}
    yield from _off_puts(entity_id, books, posting, taken, now)


def granted_alone(table: Table, entity_id: str, customer_id: str, document_id: str) -> int:
    """Return the discount of a document, in minor units, that stands in lines of its own.

    No money of this hub earned it.
    """
    partition, begins = keys.writebacks(entity_id, customer_id, document_id)
    lines = table.query(partition, begins=begins)
    return sum(line["amount"] for line in lines if line["method"] == MovementKind.DISCOUNT)


def _off_puts(
    entity_id: str,
    books: Books,
    posting: Posting,
    taken: Mapping[tuple[str, MovementKind], int],
    now: Now,
) -> Iterator[Put]:
    for (document_id, kind), minor in taken.items():
        document = books.document(document_id)
        if document is None or not document.external_id or not minor:
            continue
        off = Money(minor=minor, currency=document.total.currency)
        as_money = Payment(
            payment_id=told_as(posting.posting_id, str(kind)),
            customer_id=books.customer_id,
            amount=off,
            method=str(kind),
            received_on=posting.value_date,
            received_at=posting.recorded_at,
        )
        whole = Allocation(document_id, document.number, document.external_id, off)
        yield _put(entity_id, as_money, whole, now, 0, 0)


def charged_puts(entity_id: str, books: Books, posting: Posting, now: Now) -> Iterator[Put]:
    """Yield the notes of what posting charges on the ERP's invoices, or takes back of a charge.

    books hold the charges. One note for each charge and kind: what is charged counts above zero,
    and so does what is taken back.
    """
    charges = {d.document_id: d for d in books.documents if d.kind is DocumentKind.CHARGE}
    moved: dict[tuple[str, str], int] = {}
    for movement in posting.movements:
        if movement.kind in CHARGED_AS and movement.document_id in charges:
            key = (movement.document_id, CHARGED_AS[movement.kind])
            moved[key] = moved.get(key, 0) + abs(movement.amount.minor)
    for (document_id, kind), minor in moved.items():
        charge = charges[document_id]
        amount = Money(minor=minor, currency=charge.total.currency)
        as_money = Payment(
            payment_id=told_as(posting.posting_id, kind),
            customer_id=books.customer_id,
            amount=amount,
            method=kind,
            received_on=posting.value_date,
            received_at=posting.recorded_at,
        )
        whole = Allocation(document_id, charge.number, "", amount)
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
            "at": now.wall.isoformat(timespec="microseconds"),
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
