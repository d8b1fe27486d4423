"""Invoices and charges on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Wire


class InstalmentOut(Wire):
    number: int
    due_on: date
    total: Amount
    open: Amount


class DiscountOut(Wire):
    percent: str
    last_day: date
    amount: Amount
    treatment: str
    taken: Amount


class DocumentOut(Wire):
    document_id: str
    customer_id: str
    kind: str
    number: str
    external_id: str
    issued_on: date
    due_on: date
    total: Amount
    open: Amount
    instalments: list[InstalmentOut]
    discount: DiscountOut | None
    tax: dict[str, Amount]
    state: str
    description: str
    po_number: str
    stage_done: str
    policy: str
    invoice_id: str
    version: int


class DocumentPatch(Wire):
    """What of an issued invoice may be changed: by which ladder it is chased."""

    policy: Annotated[
        str,
        Field(pattern=r"^[a-z0-9_-]{0,31}$", description="Empty: that of the customer"),
    ]
    reason: Annotated[str, Field(min_length=3, max_length=300)]


class DocumentRow(DocumentOut):
    """A document in a list, with its customer: name and the ERP's id."""

    customer: str
    customer_external_id: str


class DocumentPage(Wire):
    items: list[DocumentRow]
    next: str | None
