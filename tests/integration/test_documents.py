"""The documents function: one PDF per document, stored, noted, and never lost to a race."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from pypdf import PdfReader

from functions.documents.handler import handler
from shared import runtime
from shared.adapters import keys
from shared.adapters.head_items import document_from, head_item
from shared.adapters.invoice_lines import lines_item
from shared.adapters.ledger import posting_writes
from shared.adapters.table import Put, Table
from shared.domain.books import Books
from shared.domain.document import Document, DocumentKind, Line
from shared.domain.line_drafts import LineDraft, draw_up
from shared.domain.money import Money
from shared.domain.paper import PaperView
from shared.domain.payment import Payment, payment_posting
from shared.domain.settle import settle
from shared.domain.tax import TaxCategory
from shared.usecases.render_document import render_document
from tests.support.samples import customer, entity, eur

_CONTEXT = SimpleNamespace(
    function_name="documents",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:documents",
    aws_request_id="1",
)
DOCUMENT = Document(
    document_id="d1",
    kind=DocumentKind.INVOICE,
    number="INV-7",
    issued_on=date(2026, 11, 2),
    due_on=date(2026, 12, 2),
    total=eur(11_900),
    open=eur(11_900),
)
LINE = Line("Paper filters #strong[no]", "40", eur(250), "19", eur(10_000))


@pytest.fixture
def seeded(table: Table) -> Table:
    from shared.adapters.account_items import customer_item
    from shared.adapters.entity_items import entity_item

    pending = keys.pending_entry("demo", "document", datetime.now(UTC), "d1")
    table.write(Put(entity_item(entity())))
    table.write(Put(customer_item("demo", customer(language="de"))))
    table.write(Put(head_item("demo", customer(), DOCUMENT, 1) | pending))
    table.write(Put(lines_item("demo", "c1", DOCUMENT, [LINE])))
    return table


def _ask() -> dict[str, Any]:
    body = {"kind": "document", "entity": "demo", "customer_id": "c1", "document_id": "d1"}
    record = {"messageId": "1", "body": json.dumps(body), "eventSource": "aws:sqs"}
    return dict(handler({"Records": [record]}, _CONTEXT))


def _head(table: Table) -> dict[str, Any]:
    item = table.get(keys.open_head("demo", "c1", "d1"))
    assert item is not None
    return item


def _stored() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="documents")
    return [found["Key"] for found in listed.get("Contents", [])]


def test_a_document_is_rendered_stored_and_taken_off_the_pending_list(seeded: Table) -> None:
    assert _ask() == {"batchItemFailures": []}
    head = _head(seeded)
    assert head["pdf_key"] == "invoices/demo/c1/d1-1.pdf"
    assert "ppk" not in head
    assert head["gpk"], "it stays in the due index"
    stored = boto3.client("s3").get_object(Bucket="documents", Key=head["pdf_key"])
    pdf = PdfReader(BytesIO(stored["Body"].read()))
    text = pdf.pages[0].extract_text()
    assert "Rechnung INV-7" in text
    assert "Paper filters #strong[no]" in text
    assert "119,00" in text
    assert b"pdfaid" in pdf.trailer["/Root"]["/Metadata"].get_object().get_data()


def test_a_message_that_comes_again_does_nothing(seeded: Table) -> None:
    _ask()
    before = _head(seeded)
    _ask()
    assert _head(seeded) == before
    assert len(_stored()) == 1


def test_a_document_that_is_gone_is_let_go(seeded: Table) -> None:
    whose = ("demo", "c1", "d9")
    ports = (runtime.accounts(), runtime.papers(), runtime.printer(), runtime.documents())
    assert render_document(*ports, *whose) == "gone"


class _Meanwhile:
    """Prints like the real one, and lets something happen while it does."""

    def __init__(self, table: Table, paid: Money) -> None:
        self._table = table
        self._paid = paid
        self.printed = 0

    def pdf(self, view: PaperView) -> bytes:
        self.printed += 1
        if self.printed == 1:
            self._pay(view.document)
        return b"%PDF"

    def _pay(self, document: Document) -> None:
        settlement = settle("p1", self._paid, [(document.document_id, document.open)], [document])
        payment = Payment(
            payment_id="p1",
            customer_id="c1",
            amount=self._paid,
            method="card",
            received_on=document.due_on,
            received_at=datetime(2026, 3, 4, tzinfo=UTC),
            allocations=settlement.allocations,
        )
        heads = {document.document_id: _head(self._table)}
        now = runtime.now()
        books = Books("c1", (document,), stored=heads)
        posting = payment_posting(payment, settlement.movements, now)
        self._table.write(*posting_writes("demo", books, posting))


@pytest.mark.parametrize("open_minor", [400, 0])
def test_a_payment_meanwhile_loses_neither_the_pdf_nor_the_payment(
    seeded: Table, open_minor: int
) -> None:
    paid = DOCUMENT.open - Money(minor=open_minor, currency="EUR")
    printer = _Meanwhile(seeded, paid)
    stores = (runtime.accounts(), runtime.papers(), printer, runtime.documents())
    assert render_document(*stores, "demo", "c1", "d1") == "rendered"
    assert printer.printed == 1, "the balance is not on the page"
    head = document_from(runtime.papers()._head("demo", "c1", "d1") or {})
    assert head.open.minor == open_minor
    assert head.pdf_key == "invoices/demo/c1/d1-1.pdf"


def test_a_credit_note_on_paper_names_its_invoice_and_asks_for_nothing(seeded: Table) -> None:
    line = replace(LINE, quantity="20", net=eur(5_000), discount=eur(500), discount_percent="10")
    note = Document(
        "n1", DocumentKind.CREDIT_NOTE, "CN-3", date(2026, 11, 9), date(2026, 11, 9), eur(5_950),
        eur(0), invoice_id="d1", tax_minor={"19": 950}, description="Beschädigt",
    )  # fmt: skip
    seeded.write(Put(head_item("demo", customer(), note, 1)))
    seeded.write(Put(lines_item("demo", "c1", note, [line])))
    ports = (runtime.accounts(), runtime.papers(), runtime.printer(), runtime.documents())
    assert render_document(*ports, "demo", "c1", "n1") == "rendered"
    stored = boto3.client("s3").get_object(Bucket="documents", Key="invoices/demo/c1/n1-1.pdf")
    text = " ".join(PdfReader(BytesIO(stored["Body"].read())).pages[0].extract_text().split())
    for said in ("Gutschrift CN-3", "Zur Rechnung INV-7", "Grund Beschädigt", "Gutgeschrieben",
                 "19 % Steuer auf 50,00", "abzüglich 10 % (5,00", "59,50"):  # fmt: skip
        assert said in text, text
    assert "Zu zahlen" not in text


def test_what_bears_no_tax_says_why(seeded: Table) -> None:
    lines = draw_up(
        [
            LineDraft("Rat", "1", eur(10_000), tax_category=TaxCategory.REVERSE_CHARGE),
            LineDraft("Kurs", "1", eur(5_000), tax_category=TaxCategory.EXEMPT,
                      tax_reason="Unterricht, § 4 Nr. 21 UStG"),
        ],
        tax_inclusive=False,
    )  # fmt: skip
    view = PaperView(entity(), customer(language="de"), replace(DOCUMENT, total=eur(15_000)), lines)
    text = PdfReader(BytesIO(runtime.printer().pdf(view))).pages[0].extract_text()
    folded = " ".join(text.split())
    assert "Steuerschuldnerschaft des Leistungsempfängers" in folded
    assert "Unterricht, § 4 Nr. 21 UStG" in folded
