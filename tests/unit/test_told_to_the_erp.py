"""What the ERP hears of changes: differences only, and of its own invoices only."""

from dataclasses import replace
from datetime import UTC, date, datetime

from shared.adapters.writeback_items import adjustment_puts
from shared.domain.books import Books
from shared.domain.cash_step import to_tell
from shared.domain.clock import Now
from shared.domain.document import Document, DocumentKind
from shared.domain.movement import Posting
from shared.domain.payment import Allocation, Payment, PaymentState
from shared.domain.write_off import recovered, written_off
from tests.support.samples import eur

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)


def document(external_id: str) -> Document:
    return Document(
        "d1", DocumentKind.INVOICE, "N-1", DAY, DAY, eur(1_000), eur(1_000), external_id
    )


def payment(*parts: tuple[str, int], source: str = "bank") -> Payment:
    allocations = tuple(Allocation(d, d.upper(), f"ERP-{d}", eur(minor)) for d, minor in parts)
    return Payment(
        "p", "c1", eur(1_000), "transfer", DAY, AT, source=source, allocations=allocations
    )


def told(before: Payment | None, after: Payment) -> dict[str, int]:
    return {a.document_id: a.amount.minor for a in to_tell(before, after)}


def test_only_what_changed_is_told_and_below_zero_where_it_fell():
    first, then = payment(("a", 300), ("b", 200)), payment(("b", 150), ("c", 50))
    assert told(None, first) == {"a": 300, "b": 200}
    assert told(first, then) == {"a": -300, "b": -50, "c": 50}
    assert told(then, then) == {}


def test_what_somebody_else_took_is_told_only_where_we_changed_it():
    first = payment(("a", 300), source="elsewhere")
    assert told(None, first) == {}
    assert told(first, payment(source="elsewhere")) == {"a": -300}


def test_what_was_only_announced_is_not_told():
    announced = replace(payment(), state=PaymentState.PENDING)
    assert told(None, announced) == {}


def test_a_write_off_and_its_undoing_are_told_of_the_erps_invoices():
    for external_id, count in (("I-1", 1), ("", 0)):
        books = Books("c1", (document(external_id),))
        lost = written_off(books.documents[0], eur(400), "insolvent")
        posting = Posting("write_off:d1:1", DAY, AT, lost)
        notes = list(adjustment_puts("demo", books, posting, Now(AT, AT)))
        assert [(n.item["amount"], n.item["method"]) for n in notes] == [(400, "write_off")] * count
    gone = replace(document("I-1"), open=eur(600), adjusted={"write_off": 400})
    back = recovered(gone, None, "asked_again")
    posting = Posting("recovery:d1:2", DAY, AT, back)
    (note,) = adjustment_puts("demo", Books("c1", (gone,)), posting, Now(AT, AT))
    assert (note.item["amount"], note.item["invoice_external_id"]) == (-400, "I-1")
