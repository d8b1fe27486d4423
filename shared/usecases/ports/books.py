"""Reading a customer's books: what is open, what was moved, and the lines of a document."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from shared.domain.books import Books
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.movement import Posting


class ReadsBooks(Protocol):
    def look(
        self, entity_id: str, customer_id: str, closed: Sequence[str] = ()
    ) -> tuple[Customer, Books]: ...


class ReadsPostings(Protocol):
    def postings(self, entity_id: str, customer_id: str, begins: str = "") -> Iterator[Posting]: ...


class ReadsLines(Protocol):
    def lines(self, entity_id: str, customer_id: str, document: Document) -> tuple[Line, ...]: ...
