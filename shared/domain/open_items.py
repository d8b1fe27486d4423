"""Open items: what is open of a document, as far as one due date goes.

Whatever asks how late something is asks this of items. An item is told as a document of its own:
the document itself, or one of its open instalments, named after it with the instalment's number.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from shared.domain.document import Document

_BETWEEN = "/"


def open_items(document: Document) -> tuple[Document, ...]:
    """Return what is open of document, one item for each due date, first due first.

    A document without instalments is its own item. Items have no discount: it is for the whole.
    """
    if not document.instalments:
        return (document,) if document.open else ()
    last = document.instalments[-1].number
    return tuple(
        replace(
            document,
            document_id=f"{document.document_id}{_BETWEEN}{part.number}",
            number=f"{document.number} ({part.number}/{last})",
            due_on=part.due_on,
            total=part.total,
            open=part.open,
            instalments=(),
            discount=None,
            tax_minor={},
        )
        for part in document.instalments
        if part.open
    )


def all_open_items(documents: Iterable[Document]) -> list[Document]:
    """Return the open items of documents, first due first."""
    found = [item for document in documents for item in open_items(document)]
    return sorted(found, key=lambda item: (item.due_on, item.document_id))


def document_id_of(item_id: str) -> str:
    """Return the id of the document that an open item is of."""
    return item_id.partition(_BETWEEN)[0]


def document_ids_of(item_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the documents that open items are of, each once, in their order."""
    return tuple(dict.fromkeys(document_id_of(item_id) for item_id in item_ids))


def part_id(document_id: str, due_on: date) -> str:
    """Return the id of the item that a plan makes of document_id: its part of that due date."""
    return f"{document_id}{_BETWEEN}{due_on:%Y%m%d}"


def is_plan_part(item_id: str) -> bool:
    """Return whether an open item is a part of a plan."""
    return len(item_id.partition(_BETWEEN)[2]) == len("20260131")
