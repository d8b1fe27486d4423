"""An invoice on paper: what its PDF is made from. Values only."""

from dataclasses import dataclass

from shared.domain.account import Customer, Document, Entity, Line


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, and whether its PDF is still to be made."""

    document: Document
    wanted: bool


@dataclass(frozen=True, slots=True)
class PaperView:
    """Everything that the PDF of a document says. lines may be none."""

    entity: Entity
    customer: Customer
    document: Document
    lines: tuple[Line, ...]
