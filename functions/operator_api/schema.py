"""What the operator API says and hears. Amounts are decimal text with their currency."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.money import Money, parse_money, to_decimal_text

EntityId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
Ulid = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Limit = Annotated[int, Field(ge=1, le=200)]


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Amount(Wire):
    amount: Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,3})?$", examples=["12.50"])]
    currency: Currency

    def money(self) -> Money:
        """Return the exact amount. Raises InvalidInput."""
        return parse_money(self.amount, self.currency)


def amount(money: Money) -> Amount:
    return Amount(amount=to_decimal_text(money), currency=money.currency)


class EntityOut(Wire):
    entity_id: str
    name: str
    currency: str
    time_zone: str
    language: str
    contact_email: str
    contact_phone: str
    address: str
    bank_account: str
    hold_all: bool
    daily_cap: int | None
    default_policy: str


class EntityIn(Wire):
    entity_id: EntityId
    name: Name
    currency: Currency
    time_zone: Annotated[str, Field(max_length=64)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    contact_phone: Annotated[str, Field(max_length=64)] = ""
    address: Annotated[str, Field(max_length=500)] = ""
    bank_account: Annotated[str, Field(max_length=200)] = ""


class EntityPatch(Wire):
    name: Name | None = None
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    contact_phone: Annotated[str, Field(max_length=64)] | None = None
    address: Annotated[str, Field(max_length=500)] | None = None
    bank_account: Annotated[str, Field(max_length=200)] | None = None
    hold_all: Annotated[bool, Field(description="Only true: release is its own call")] | None = None


class ReleaseIn(Wire):
    daily_cap: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class EntityList(Wire):
    items: list[EntityOut]


class ItemOut(Wire):
    document_id: str
    number: str
    due_on: date
    payable: Amount
    asked: bool


class FeeOut(Wire):
    number: str
    amount: Amount


class MessageOut(Wire):
    customer_id: str
    external_id: str
    name: str
    email: str
    stage: str
    channel: str
    reason: str
    items: list[ItemOut]
    fees: list[FeeOut]


class DryRunOut(Wire):
    on: date
    messages: list[MessageOut]
    looked_at: int
    candidates: int
    next: str | None


class PolicyOut(Wire):
    name: str
    version: int
    valid_from: datetime
    by: str
    yaml: str
    policy: dict[str, Any]


class PolicyList(Wire):
    items: list[PolicyOut]


class ImportIn(Wire):
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.csv$")]
    partial: bool = False


class ImportStarted(Wire):
    import_id: str
    upload_url: str
    upload_headers: dict[str, str]


class RowProblem(Wire):
    line: int
    column: str
    code: str
    message: str


class ImportOut(Wire):
    import_id: str
    file: str
    kind: str
    state: str
    finished: bool
    partial: bool
    by: str
    created_at: datetime
    rows_total: int
    rows_done: int
    new: int
    updated: int
    unchanged: int
    refused: int
    problems: list[RowProblem]
    problems_total: int


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
    promised: Amount
    held: Amount
    free: Amount


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


class HoldOut(Wire):
    hold_id: str
    customer_id: str
    reason: str
    starts_on: date
    ends_on: date
    by: str
    documents: list[str]


class HoldIn(Wire):
    customer_id: Ulid
    reason: Annotated[str, Field(min_length=3, max_length=300)]
    ends_on: date
    documents: Annotated[list[Ulid], Field(max_length=300)] = []


class HoldEndIn(Wire):
    customer_id: Ulid


class HoldPage(Wire):
    items: list[HoldOut]
    next: str | None


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
    lines: Annotated[list[LineIn], Field(max_length=300)] = []


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


class DecisionOut(Wire):
    action: str
    code: str
    reason: str
    documents: list[str]
    stage: str | None
    channel: str | None
    items: list[ItemOut]


class ExplanationOut(Wire):
    customer_id: str
    name: str
    on: date
    policy: str
    policy_version: int
    hold_all: bool
    facts_as_of: datetime
    decisions: list[DecisionOut]
    coverage: list[CoverOut]


class TaskOut(Wire):
    task_id: str
    kind: str
    customer_id: str
    title: str
    detail: str
    documents: list[str]
    created_at: datetime
    due_on: date
    status: str
    done_at: datetime | None
    done_by: str
    note: str


class TaskPage(Wire):
    items: list[TaskOut]
    next: str | None


class TaskDoneIn(Wire):
    note: Annotated[str, Field(max_length=1000)] = ""


class ParkedOut(Wire):
    parked_id: str
    kind: str
    source: str
    reason: str
    created_at: datetime
    facts: dict[str, str | int]


class ParkedPage(Wire):
    items: list[ParkedOut]
    next: str | None


class SweepStarted(Wire):
    run_id: str


class SweepOut(Wire):
    run_id: str
    state: str
    customers: int
    claimed: int
    lost: int
    held: int
    capped: int


class Asked(Wire):
    asked: bool


class AgeingOut(Wire):
    currency: str
    buckets: dict[str, Amount]
    counts: dict[str, int]
    open: Amount
    overdue: Amount
    unapplied: Amount | None


class TurnoverOut(Wire):
    currency: str
    invoiced: Amount
    charged: Amount
    collected: Amount
    open: Amount
    dso_days: str | None


class PeriodOut(Wire):
    first: date
    last: date
    turnover: list[TurnoverOut]
    notices: dict[str, int]
    invoices: int
    payments: int
    charges: int
    open_tasks: int


class FiguresOut(Wire):
    on: date
    ageing: list[AgeingOut]
    period: PeriodOut | None


class ClockOut(Wire):
    business: datetime
    wall: datetime
    movable: bool


class ClockIn(Wire):
    business: datetime
