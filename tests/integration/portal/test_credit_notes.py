"""A credit note in the portal: beside what was paid, and read by the customer whose it is."""

from shared import runtime
from shared.adapters import keys
from shared.adapters.table import Table, Update
from shared.domain.cash_step import Asked
from shared.domain.credit_note import CreditNoteDraft
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.money import Money
from shared.usecases.issue_credit_note import issue_credit_note
from tests.integration.portal.people import D1, signed_in


def credit(whose: Customer, minor: int | None) -> Document:
    """Credit so much of the customer's first invoice, all that is left where it is None."""
    amount = None if minor is None else Money(minor=minor, currency="EUR")
    draft = CreditNoteDraft(invoice_id=D1, reason="price", amount=amount)
    stores = (runtime.cash_desk(), runtime.corrections())
    asked = Asked("", "", "clerk")
    return issue_credit_note(*stores, "demo", whose.customer_id, draft, asked, runtime.now())


def test_a_note_is_shown_with_its_paper_while_its_invoice_is_open(
    payer: Customer, stranger: Customer, table: Table
) -> None:
    note = credit(payer, 450)
    browser = signed_in(payer)
    page = browser.get(f"/p/demo/invoices/{D1}")["body"]
    paper = f"/p/demo/invoices/{note.document_id}/pdf"
    assert f'<a href="{paper}">credit note</a>' in page
    assert "€4.50" in page
    assert browser.get(paper)["headers"]["location"] == f"/p/demo/invoices/{D1}"
    head = keys.closed_head("demo", payer.customer_id, note.document_id)
    table.write(Update(head, set={"pdf_key": "invoices/demo/n.pdf"}))
    assert "/invoices/demo/n.pdf?" in browser.get(paper)["headers"]["location"]
    assert signed_in(stranger).get(paper)["statusCode"] == 404
    credit(payer, None)
    assert browser.get(paper)["statusCode"] == 404
