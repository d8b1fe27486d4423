"""An invoice on paper: what its PDF is made from. Values only."""

from dataclasses import dataclass, replace

from shared.domain.books import due_on
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, and whether its PDF is still to be made."""

    document: Document
    wanted: bool


@dataclass(frozen=True, slots=True)
class PaperView:
    """Everything that the PDF of a document says. lines may be none.

    invoice is what a credit note takes back, None for any other document.
    """

    entity: Entity
    customer: Customer
    document: Document
    lines: tuple[Line, ...]
    invoice: Document | None = None


def as_issued(document: Document) -> Document:
    """Return document as it was on the day of issue: what was paid of it since is not on paper."""
    discount = document.discount
    if discount is not None:
        discount = replace(discount, late_minor=0, taken_minor=0)
    instalments = tuple(replace(i, open=i.total) for i in document.instalments)
    return replace(
        document,
        open=document.total,
        due_on=due_on(document.due_on, instalments),
        instalments=instalments,
        discount=discount,
        adjusted={},
        pdf_key="",
        version=0,
    )
