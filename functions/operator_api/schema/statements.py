"""Statements of account on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.figures import AgeingOut
from functions.operator_api.schema.wire import Amount, Ulid, Wire


class StatementItemOut(Wire):
    """What is open: a document, or one of its instalments."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    total: Amount
    open: Amount
    days_late: int


class StatementCreditOut(Wire):
    source_id: str
    received_on: date
    amount: Amount


class ActivityLineOut(Wire):
    """amount is what the balance grew by."""

    date: date
    kind: str
    number: str
    amount: Amount
    balance: Amount


class CurrencyStatementOut(Wire):
    currency: str
    items: list[StatementItemOut]
    credits: list[StatementCreditOut]
    ageing: AgeingOut
    brought_forward: Amount
    activity: list[ActivityLineOut]
    balance: Amount


class StatementOut(Wire):
    customer_id: str
    name: str
    on: date
    first: date | None
    currencies: list[CurrencyStatementOut]


class StatementIn(Wire):
    on: Annotated[date | None, Field(description="Default today in the entity's zone")] = None
    first: Annotated[date | None, Field(description="First day of activity; default none")] = None


class StatementPdfOut(Wire):
    """url is None until the PDF is there; it can be read for a minute."""

    statement_id: Ulid
    on: date
    first: date | None
    url: str | None
