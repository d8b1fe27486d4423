"""Invoices and charges on the wire."""

from datetime import date

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


class DocumentPage(Wire):
    items: list[DocumentOut]
    next: str | None
