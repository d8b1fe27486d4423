"""The books on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Wire

AccountName = Annotated[str, Field(max_length=120, examples=["Income:Sales"])]


class JournalLineOut(Wire):
    """One line; amount is signed, a debit positive. cost is its worth in another currency."""

    account: str
    amount: Amount
    cost: Amount | None
    document: str
    source: str


class JournalEntryOut(Wire):
    posting_id: str
    value_date: date
    recorded_at: datetime
    lines: list[JournalLineOut]
    by: str
    note: str


class AssertedOut(Wire):
    """What an account must come to after all entries; origin says who says so."""

    account: str
    balance: Amount
    origin: str


class JournalPartOut(Wire):
    """A piece of one customer's books.

    moved: the books changed while they were read, every part of this customer is void and comes
    again. left_out: postings are dated later than asked for, so nothing is asserted.
    """

    customer_id: str
    external_id: str
    name: str
    entries: list[JournalEntryOut]
    asserted: list[AssertedOut]
    last: bool
    moved: bool
    left_out: bool


class JournalPage(Wire):
    items: list[JournalPartOut]
    next: str | None


class ChartOut(Wire):
    """The account of every role."""

    accounts: dict[str, str]


class ChartIn(Wire):
    """Accounts to rename by role; an empty name gives the first one back."""

    accounts: Annotated[dict[str, AccountName], Field(max_length=40)]
