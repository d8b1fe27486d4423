"""Invoices that come back, on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from functions.operator_api.schema.invoices import Percent
from functions.operator_api.schema.wire import Amount, Name, Ulid, Wire


class RecurrenceIn(Wire):
    customer_id: Ulid
    description: Name
    amount: Amount
    every_months: Literal[1, 3, 12]
    first_on: date
    tax_rate_percent: Annotated[
        Percent | None, Field(description="Of the tax that the amount includes")
    ] = None
    terms: Annotated[
        str, Field(max_length=200, description="Such as net 30; empty: the customer's")
    ] = ""
    anchor_day: Annotated[
        int, Field(ge=0, le=31, description="Day of the month; 0 is that of first_on")
    ] = 0
    ends_on: date | None = None


class RecurrenceOut(Wire):
    recurrence_id: str
    customer_id: str
    description: str
    amount: Amount
    every_months: int
    anchor_day: int
    next_on: date
    terms: str
    tax_rate_percent: str
    ends_on: date | None
    active: bool


class RecurrenceList(Wire):
    items: list[RecurrenceOut]
