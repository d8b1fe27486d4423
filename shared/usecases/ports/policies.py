"""Reading the ladders that debts climb."""

from typing import Protocol

from shared.domain.account import Account
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook


class ReadsPolicy(Protocol):
    def policy(self, entity_id: str, name: str) -> Policy: ...


class ReadsBook(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...
