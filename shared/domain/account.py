"""The dated facts of one customer, as every decision reads them. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.domain.agreement import Dispute, Handover, Hold, Plan, Promise
from shared.domain.checkout import Checkout
from shared.domain.collection import Collection
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.mandate import Mandate
from shared.domain.money import Money
from shared.domain.notice import Notice
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Credit:
    """The rest of a payment or credit note (its source) that is not allocated yet."""

    source_id: str
    unapplied: Money
    received_on: date
    version: int = 1


@dataclass(frozen=True, slots=True)
class Incoming:
    """A payment that is announced or under way outside our pages, and what it is meant for."""

    payment_id: str
    amount: Money
    expected_on: date
    allocations: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Everything decide reads of one customer: live facts and the newest notice.

    broken_promises counts the promises to pay that were not kept, all time.
    """

    customer: Customer
    documents: tuple[Document, ...] = ()
    credits: tuple[Credit, ...] = ()
    holds: tuple[Hold, ...] = ()
    promises: tuple[Promise, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    plans: tuple[Plan, ...] = ()
    checkouts: tuple[Checkout, ...] = ()
    incoming: tuple[Incoming, ...] = ()
    handovers: tuple[Handover, ...] = ()
    newest_notice: Notice | None = None
    broken_promises: int = 0
    mandates: tuple[Mandate, ...] = ()
    collections: tuple[Collection, ...] = ()

    def document(self, document_id: str) -> Document | None:
        """Return the open document of that id, or None."""
        return next((d for d in self.documents if d.document_id == document_id), None)

    def named(self, documents: Sequence[str]) -> list[Document]:
        """Return the open documents of these ids. Raises NotFound for none and for others."""
        found = {document_id: self.document(document_id) for document_id in documents}
        unknown = [document_id for document_id, document in found.items() if document is None]
        if unknown or not documents:
            raise NotFound(document="".join(unknown[:1])[:64])
        return [document for document in found.values() if document is not None]

    def handed_over(self, today: date) -> Handover | None:
        """Return the case that somebody else has on today, or None."""
        return next((h for h in self.handovers if h.in_force(today)), None)

    def mandate(self, today: date) -> Mandate | None:
        """Return the leave by which money may be taken by itself on today, or None."""
        return next((m for m in self.mandates if m.in_force(today)), None)

    def collecting(self, item_id: str) -> Collection | None:
        """Return the collection that has yet to take money of an open item, or None."""
        return next((c for c in self.collections if not c.over and c.names(item_id)), None)
