"""What charging an invoice needs from outside."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.books import Books
from shared.domain.cash_step import Step
from shared.domain.charges import InvoiceCharges, Made
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document
from shared.domain.entity import Entity
from shared.domain.interest_charges import Sheet
from shared.domain.movement import Posting
from shared.domain.payment import Payment
from shared.domain.policy_version import PolicyVersion
from shared.usecases.ports.accounts import ReadsAccount
from shared.usecases.ports.books import ReadsBooks, ReadsPostings
from shared.usecases.ports.policies import ReadsPolicy
from shared.usecases.ports.tasks import OpensTasks


class Ledger(ReadsBooks, ReadsPostings, Protocol):
    def lower_charges(self, entity_id: str, books: Books, posting: Posting, now: Now) -> bool: ...


class Policies(ReadsPolicy, Protocol):
    def policy_version(
        self, entity_id: str, name: str, version: int | None = None
    ) -> PolicyVersion: ...


class Charges(Protocol):
    def made_on(
        self, entity_id: str, customer_id: str, document_ids: Iterable[str]
    ) -> Mapping[str, InvoiceCharges]: ...
    def add(
        self,
        entity: Entity,
        customer: Customer,
        invoice: Document,
        charge: Document,
        made: Made,
        before: InvoiceCharges,
        sheet: Sheet | None,
        now: Now,
    ) -> bool: ...
    def looked(
        self, entity_id: str, customer_id: str, before: InvoiceCharges, after: InvoiceCharges
    ) -> None: ...
    def watched(self, entity_id: str, customer_id: str = "") -> Iterator[tuple[str, str]]: ...
    def watch(self, entity_id: str, customer_id: str, document_id: str) -> None: ...
    def unwatch(self, entity_id: str, customer_id: str, document_id: str) -> None: ...


class CashBook(Protocol):
    def find_payment(self, entity_id: str, payment_id: str) -> Payment | None: ...
    def write(
        self, entity: Entity, customer: Customer, books: Books, step: Step, now: Now
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that charging touches. pause waits before try n (from 0)."""

    accounts: ReadsAccount
    ledger: Ledger
    policies: Policies
    charges: Charges
    cash: CashBook
    tasks: OpensTasks
    pause: Callable[[int], None]
