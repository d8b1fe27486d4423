"""Whom a mail goes to: the customer's own address, and people by their roles."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.domain.customer import Customer
from shared.domain.stage import Stage

ACCOUNT = "account"
"""The role of the customer's own address, for stages that name further ones beside it."""
RECIPIENTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Recipients:
    """Addresses, none twice, as they are written."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return every address that the mail goes to."""
        return self.to + self.cc

    def without(self, addresses: Collection[str]) -> "Recipients":
        """Return the recipients less addresses, which are in lower case."""
        return Recipients(
            tuple(a for a in self.to if a.lower() not in addresses),
            tuple(a for a in self.cc if a.lower() not in addresses),
        )


def recipients(customer: Customer, stage: Stage | None = None) -> Recipients:
    """Return whom a mail to customer goes to, for stage where there is one.

    Stages name roles: those of contacts, and account for the customer's own address, which is also
    taken where nobody has any of the roles. The customer's copies go along with every mail.
    """
    roles = stage.to if stage is not None else ()
    to = _distinct(_of_roles(customer, roles)) or _distinct((customer.email,))
    copies = (*customer.cc, *_of_roles(customer, stage.cc if stage is not None else ()))
    taken = {address.lower() for address in to}
    cc = tuple(address for address in _distinct(copies) if address.lower() not in taken)
    to = to[:RECIPIENTS_MAX]
    return Recipients(to, cc[: RECIPIENTS_MAX - len(to)])


def only_the_customer(customer: Customer) -> Recipients:
    """Return whom a mail goes to that lets its reader act as the customer: nobody else."""
    return Recipients(_distinct((customer.email,)))


def all_addresses(customer: Customer) -> tuple[str, ...]:
    """Return where customer may be written to: their own address and number, copies, people's."""
    people = (contact.email for contact in customer.people)
    return _distinct((customer.email, customer.phone, *customer.cc, *people))


def gone(before: Customer, after: Customer) -> tuple[str, ...]:
    """Return the addresses that before could be mailed to and after has no more."""
    kept = {address.lower() for address in _mailed(after)}
    return tuple(address for address in _mailed(before) if address.lower() not in kept)


def _mailed(customer: Customer) -> tuple[str, ...]:
    people = (contact.email for contact in customer.people)
    return _distinct((customer.email, *customer.cc, *people))


def _of_roles(customer: Customer, roles: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for role in roles:
        if role == ACCOUNT:
            found.append(customer.email)
        found.extend(contact.email for contact in customer.people if contact.role == role)
    return tuple(found)


def _distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses in their order, the first spelling of each; "" is none."""
    known: dict[str, str] = {}
    for address in addresses:
        if address:
            known.setdefault(address.lower(), address)
    return tuple(known.values())
