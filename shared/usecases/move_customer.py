"""An invoice, or all that a customer owes, goes to another customer: a person says so, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.move_document import Moved, move_document
from shared.errors import Conflict, InvalidInput, NotFound
from shared.usecases.ports.accounts import ReadsEntity
from shared.usecases.try_again import try_again


class Moves(Protocol):
    def customer(self, entity_id: str, customer_id: str) -> Customer | None: ...
    def open_documents(self, entity_id: str, customer_id: str) -> tuple[Document, ...]: ...
    def look(
        self, entity_id: str, customer_id: str, into: str, document_id: str
    ) -> tuple[Document | None, Document | None, str]: ...
    def credits(self, entity_id: str, customer_id: str) -> int: ...
    def move(
        self, entity: Entity, old: Customer, new: Customer, before: Document,
        there: Document | None, moved: Moved, now: Now,
    ) -> None: ...  # fmt: skip
    def merge(
        self, entity_id: str, old: Customer, into: str, by: str, note: str, now: Now
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What moving needs from outside. pause waits before try n (from 0)."""

    accounts: ReadsEntity
    moves: Moves
    pause: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of a merge: the numbers that moved, and those that stay with the reason.

    credits counts the sources of money that stay with the old customer until a person uses them.
    """

    moved: tuple[str, ...]
    stayed: tuple[tuple[str, str], ...]
    credits: int


def move_invoice(
    ports: Ports, entity_id: str, customer_id: str, document_id: str, into: str, by: str,
    note: str, now: Now,
) -> Document:  # fmt: skip
    """Give what is open of an ERP's invoice to another customer, and return it as it is there.

    What was paid of it stays with whom it was paid by. Raises NotFound, InvalidInput where it is
    the same customer, Conflict where something open names it (a promise, a dispute, a charge, a
    payment under way), and WriteConflict where it is contended.
    """
    entity = ports.accounts.entity(entity_id)

    def work() -> Document:
        old, new = _two(ports, entity_id, customer_id, into)
        document, there, bound = ports.moves.look(entity_id, customer_id, into, document_id)
        if document is None:
            raise NotFound(document=document_id[:64])
        if bound:
            raise Conflict(document=document_id, reason=f"it is part of something open: {bound}")
        today = now.today(new.time_zone)
        moved = move_document(document, there, today, now, by, note)
        ports.moves.move(entity, old, new, document, there, moved, now)
        return moved.came

    return try_again(ports.pause, work)


def move_rest(
    ports: Ports, entity_id: str, customer_id: str, document_id: str, into: str, now: Now
) -> None:
    """Let what is open again of an invoice that was moved go where it went. Nobody asked for it.

    Raises NotFound where nothing is open, and what move_invoice raises.
    """
    move_invoice(ports, entity_id, customer_id, document_id, into, "", "moved before", now)


def merge_customer(
    ports: Ports, entity_id: str, customer_id: str, into: str, by: str, note: str, now: Now
) -> Merged:
    """Let another customer take one's place: what the ERP says of either is the other's then.

    What is open goes over, invoice by invoice; what cannot, stays and is told. A repeat goes on.
    Raises NotFound, InvalidInput, Conflict where they merged otherwise, and WriteConflict.
    """

    def note_it() -> None:
        old, new = _two(ports, entity_id, customer_id, into)
        if old.merged_into not in ("", into) or new.merged_into:
            raise Conflict(customer=customer_id, reason="one of them was merged before")
        if not old.merged_into:
            ports.moves.merge(entity_id, old, into, by, note, now)

    try_again(ports.pause, note_it)
    moved, stayed = [], []
    for document in ports.moves.open_documents(entity_id, customer_id):
        try:
            move_invoice(ports, entity_id, customer_id, document.document_id, into, by, note, now)
            moved.append(document.number)
        except Conflict as no:
            stayed.append((document.number, str(no.facts.get("reason", no.code))))
    return Merged(tuple(moved), tuple(stayed), ports.moves.credits(entity_id, customer_id))


def _two(ports: Ports, entity_id: str, customer_id: str, into: str) -> tuple[Customer, Customer]:
    if customer_id == into:
        raise InvalidInput(field="into", reason="it is the same customer")
    old, new = (ports.moves.customer(entity_id, c) for c in (customer_id, into))
    if old is None or new is None:
        raise NotFound(customer=(into if old else customer_id)[:64])
    return old, new
