"""Make the PDF of a document, store it, and note where it is."""

from dataclasses import replace
from typing import Protocol

from shared.domain.document import Document, DocumentKind
from shared.domain.paper import Paper, PaperView, as_issued
from shared.errors import WriteConflict
from shared.usecases.ports.accounts import Customers
from shared.usecases.ports.books import ReadsLines

_ATTEMPTS_MAX = 8


class Papers(ReadsLines, Protocol):
    def paper(self, entity_id: str, customer_id: str, document_id: str) -> Paper | None: ...
    def has_pdf(
        self, entity_id: str, customer_id: str, document: Document, pdf_key: str
    ) -> bool: ...


class Printer(Protocol):
    def pdf(self, view: PaperView) -> bytes: ...


class Store(Protocol):
    def put_pdf(
        self, entity_id: str, customer_id: str, document_id: str, version: int, body: bytes
    ) -> str: ...


def render_document(
    accounts: Customers,
    papers: Papers,
    printer: Printer,
    store: Store,
    entity_id: str,
    customer_id: str,
    document_id: str,
) -> str:
    """Return what was done, as a code: rendered, known (it was there already), or gone.

    A document that changes meanwhile is looked at again; where only its balance changed, the page
    that was made still holds. Raises WriteConflict when it changes again and again.
    """
    whose = (entity_id, customer_id, document_id)
    printed: tuple[PaperView, str] | None = None
    for _ in range(_ATTEMPTS_MAX):
        paper = papers.paper(*whose)
        if paper is None:
            return "gone"
        if not paper.wanted:
            return "known"
        document = paper.document
        view = PaperView(
            accounts.entity(entity_id),
            accounts.customer(entity_id, customer_id),
            document,
            papers.lines(entity_id, customer_id, document),
            _credited(papers, entity_id, customer_id, document),
        )
        if printed is None or not _says_the_same(printed[0], view):
            body = printer.pdf(view)
            printed = (view, store.put_pdf(*whose, document.version, body))
        if papers.has_pdf(entity_id, customer_id, document, printed[1]):
            return "rendered"
    raise WriteConflict(document=document_id)


def _credited(
    papers: Papers, entity_id: str, customer_id: str, document: Document
) -> Document | None:
    """Return the invoice that a credit note is of, as its paper names it."""
    if document.kind is not DocumentKind.CREDIT_NOTE:
        return None
    found = papers.paper(entity_id, customer_id, document.invoice_id)
    return None if found is None else replace(found.document, open=found.document.total, version=0)


def _says_the_same(one: PaperView, other: PaperView) -> bool:
    """Return whether both print the same page: the balance is not on it."""

    def printed(view: PaperView) -> PaperView:
        customer = replace(view.customer, version=0)
        return replace(view, document=as_issued(view.document), customer=customer)

    return printed(one) == printed(other)
