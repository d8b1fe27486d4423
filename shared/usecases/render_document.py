"""Make the PDF of a document, store it, and note where it is."""

from dataclasses import replace
from typing import Protocol

from shared.domain.account import Customer, Document, Entity, Line
from shared.domain.paper import Paper, PaperView
from shared.errors import WriteConflict

_ATTEMPTS_MAX = 8


class Accounts(Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def customer(self, entity_id: str, customer_id: str) -> Customer: ...


class Papers(Protocol):
    def paper(self, entity_id: str, customer_id: str, document_id: str) -> Paper | None: ...
    def lines(self, entity_id: str, customer_id: str, document_id: str) -> tuple[Line, ...]: ...
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
    accounts: Accounts,
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
            papers.lines(*whose),
        )
        if printed is None or not _says_the_same(printed[0], view):
            body = printer.pdf(view)
            printed = (view, store.put_pdf(*whose, document.version, body))
        if papers.has_pdf(entity_id, customer_id, document, printed[1]):
            return "rendered"
    raise WriteConflict(document=document_id)


def _says_the_same(one: PaperView, other: PaperView) -> bool:
    """Return whether both print the same page: the balance is not on it."""

    def printed(view: PaperView) -> PaperView:
        document = replace(view.document, open=view.document.total, version=0, pdf_key="")
        customer = replace(view.customer, version=0)
        return replace(view, document=document, customer=customer)

    return printed(one) == printed(other)
