"""Reading who owes what. Everything read raises NotFound where it is unknown."""

from typing import Protocol

from shared.domain.account import Account
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.notice import Notice


class ReadsEntity(Protocol):
    def entity(self, entity_id: str) -> Entity: ...


class ReadsCustomer(Protocol):
    def customer(self, entity_id: str, customer_id: str) -> Customer: ...


class ReadsAccount(Protocol):
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class ReadsNotice(Protocol):
    def notice(self, entity_id: str, customer_id: str, n: int) -> Notice: ...


class Customers(ReadsEntity, ReadsCustomer, Protocol):
    """Customers and whose they are."""


class Accounts(ReadsEntity, ReadsAccount, Protocol):
    """Accounts and whose they are."""


class AccountsAndNotices(Accounts, ReadsNotice, Protocol):
    """Accounts, whose they are and what they were told."""
