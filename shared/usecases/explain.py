"""Why something is or is not said to a customer: the decision itself, shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.domain.account import Account
from shared.domain.coverage import Cover, coverage
from shared.domain.decide import Decision, decide
from shared.domain.policy_book import PolicyBook


class Accounts(Protocol):
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """What decide says of a customer on a date, with the facts it was given."""

    account: Account
    book: PolicyBook
    on: date
    decisions: tuple[Decision, ...]
    covers: Mapping[str, Cover]


def explain(
    accounts: Accounts, policies: Policies, entity_id: str, customer_id: str, on: date
) -> Explanation:
    """Return what would be said to the customer on a date, by the facts that stand now.

    Raises NotFound for a customer that is unknown.
    """
    account = accounts.account(entity_id, customer_id)
    book = policies.book(entity_id, account)
    return Explanation(
        account=account,
        book=book,
        on=on,
        decisions=decide(account, book, on),
        covers=coverage(account, on),
    )
