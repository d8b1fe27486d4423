"""Charges and interest sheets on the wire."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Wire


class ChargeOut(Wire):
    charge_id: str
    customer_id: str
    invoice_id: str
    number: str
    kind: str
    issued_on: date
    due_on: date
    total: Amount
    open: Amount
    description: str


class ChargePage(Wire):
    items: list[ChargeOut]
    next: str | None


class WaiverIn(Wire):
    amount: Annotated[Amount | None, Field(description="Default: all that is open")] = None
    reason: Literal["goodwill", "agreement", "dispute", "error", "uneconomic", "other"]
    note: Annotated[str, Field(max_length=500)] = ""


class InterestLineOut(Wire):
    first: date
    last: date
    days: int
    balance: Amount
    percent: Annotated[str, Field(description="A year")]
    amount: Amount


class InterestSheetOut(Wire):
    invoice_id: str
    number: str
    law: str
    claim: str
    through: date
    lines: list[InterestLineOut]
    total: Amount
    charged: Annotated[Amount, Field(description="What charges of interest stand at so far")]
    sources: list[str]
