"""Invoices, charges and payments on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Ulid, Wire


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
    state: str
    description: str
    po_number: str
    stage_done: str
    invoice_id: str
    version: int


class DocumentPage(Wire):
    items: list[DocumentOut]
    next: str | None


class LineIn(Wire):
    description: Annotated[str, Field(min_length=1, max_length=300)]
    quantity: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")] = "1"
    unit_price: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$")]
    tax_rate_percent: Annotated[str, Field(pattern=r"^[0-9]{1,2}(\.[0-9]{1,4})?$")] = "0"
    net: Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$")]


class InvoiceIn(Wire):
    customer_id: Ulid
    total: Amount
    issued_on: date
    due_on: date
    description: Annotated[str, Field(max_length=300)] = ""
    po_number: Annotated[str, Field(max_length=64)] = ""
    lines: list[LineIn] = Field(default_factory=list, max_length=300)


class AllocationOut(Wire):
    document_id: str
    number: str
    amount: Amount


class PaymentOut(Wire):
    payment_id: str
    customer_id: str
    amount: Amount
    unapplied: Amount
    method: str
    source: str
    received_on: date
    gateway_reference: str
    allocations: list[AllocationOut]


class PaymentPage(Wire):
    items: list[PaymentOut]
    next: str | None
