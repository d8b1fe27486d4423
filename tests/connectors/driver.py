"""What a connector's tests ask of an ERP: act there as its users do, and count what it holds.

A driver never goes through the connector under test: it is the witness.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from shared.usecases.erp_port import Connector


class Sources(Protocol):
    """Customers at a system that knows customers; a CRM is one."""

    @property
    def connector(self) -> Connector:
        """Return a connector of this system, with a valid key."""
        ...

    def stranger(self) -> Connector:
        """Return a connector whose key the system does not know."""
        ...

    def customer(self, name: str, email: str) -> str:
        """Make a customer there and return the system's id."""
        ...

    def rename(self, customer: str, name: str) -> None:
        """Change a customer there."""
        ...

    def late(self, seconds: int) -> AbstractContextManager[None]:
        """What is made within is seen later than its change stamp says, as by a long transaction.

        The record's stamp lies so many seconds before those that were seen already.
        """
        ...

    def down(self) -> AbstractContextManager[None]:
        """Take the system off the network."""
        ...

    def garbled(self) -> AbstractContextManager[None]:
        """Let the system answer with what is no answer: a page of HTML, status 200."""
        ...


class Books(Sources, Protocol):
    """An ERP or accounting system: it has invoices, and takes entries."""

    @property
    def currency(self) -> str:
        """Return the currency of the books."""
        ...

    def invoice(
        self, customer: str, minor: int, issued_on: date, due_on: date, *, parts: int = 1
    ) -> str:
        """Make and approve an invoice of so many minor units, tax included.

        With parts it is due in equal parts, a month between them, the first one on due_on.
        """
        ...

    def touch(self, invoice: str) -> None:
        """Change an invoice's change stamp and nothing that the hub knows of it."""
        ...

    def void(self, invoice: str) -> None:
        """Void an invoice on which nothing is applied."""
        ...

    def credit_note(
        self, customer: str, minor: int, on: date, *, use_on: Sequence[str] = ()
    ) -> str:
        """Make a credit note, all of it used on the invoices named, in that order."""
        ...

    def use_note(self, note: str, invoice: str) -> None:
        """Put what is left of a credit note to use on an invoice, as far as that is open."""
        ...

    def unuse_note(self, note: str, invoice: str) -> None:
        """Undo what is used of a credit note on an invoice, as its users do."""
        ...

    def pay(self, invoice: str, minor: int, on: date) -> str:
        """Book money that arrived there, and return the id of the payment."""
        ...

    def unpay(self, payment: str) -> None:
        """Take a payment back, as its users do who booked it wrongly."""
        ...

    def open_minor(self, invoice: str) -> int:
        """Return what is open of an invoice, by the ERP's own books."""
        ...

    def bookings(self, key: str) -> int:
        """Return how many live entries of the ERP carry our key."""
        ...

    def answer_lost(self) -> AbstractContextManager[None]:
        """Let the next write be committed, and its answer be lost."""
        ...
