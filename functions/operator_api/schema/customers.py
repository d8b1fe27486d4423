"""Customers and their stories on the wire."""

from typing import Annotated, Any

from pydantic import Field

from functions.operator_api.schema.documents import DocumentOut
from functions.operator_api.schema.wire import Amount, Wire
from functions.operator_api.schema.work import HoldOut


class CustomerRow(Wire):
    customer_id: str
    external_id: str
    name: str
    email: str
    open: list[Amount]
    overdue: list[Amount]
    days_late: int


class CustomerPage(Wire):
    items: list[CustomerRow]
    next: str | None


class CoverOut(Wire):
    document_id: str
    number: str
    open: Amount
    processing: Amount
    credit: Amount
    in_checkout: Amount
    disputed: Amount
    promised: Amount
    planned: Amount
    held: Amount
    free: Amount


class CustomerOut(Wire):
    customer_id: str
    external_id: str
    name: str
    email: str
    cc: list[str]
    language: str
    time_zone: str
    currency: str
    policy: str
    terms: str
    phone: str
    address: str
    tax_id: str
    mail_stopped: str
    open: list[Amount]
    overdue: list[Amount]
    unapplied: list[Amount]
    documents: list[DocumentOut]
    holds: list[HoldOut]


class EventOut(Wire):
    at: str
    kind: str
    title: str
    state: str
    facts: dict[str, Any]


class TimelineOut(Wire):
    items: list[EventOut]


class MoveIn(Wire):
    into: Annotated[str, Field(min_length=1, max_length=100, description="Our id or the ERP's")]
    note: Annotated[str, Field(min_length=1, max_length=300, description="Why, for the books")]


class MergeIn(MoveIn):
    pass


class StayedOut(Wire):
    number: str
    reason: str


class MergedOut(Wire):
    into: str
    moved: list[str]
    stayed: list[StayedOut]
    credits: Annotated[int, Field(description="Payments whose money waits with the old customer")]
