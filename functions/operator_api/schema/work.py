"""What people and the hub have to do, on the wire: holds, tasks, parked things."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Ulid, Wire


class HoldOut(Wire):
    hold_id: str
    customer_id: str
    reason: str
    starts_on: date
    ends_on: date
    by: str
    documents: list[str]
    amount: Amount | None
    line: int
    ended_on: date | None


class HoldIn(Wire):
    """No documents: all of them. amount holds only so much of one document, line all of a line."""

    customer_id: Ulid
    reason: Annotated[str, Field(min_length=3, max_length=300)]
    ends_on: date
    documents: list[Ulid] = Field(default_factory=list, max_length=300)
    amount: Amount | None = None
    line: Annotated[int, Field(ge=0, le=1000)] = 0


class HoldEndIn(Wire):
    customer_id: Ulid


class HoldPage(Wire):
    items: list[HoldOut]
    next: str | None


class TaskOut(Wire):
    """customer is the name of whom the task is about, external_id the ERP's id; "" for nobody."""

    task_id: str
    kind: str
    customer_id: str
    customer: str
    external_id: str
    title: str
    detail: str
    documents: list[str]
    created_at: datetime
    due_on: date
    status: str
    done_at: datetime | None
    done_by: str
    note: str
    notice: int
    not_before: date | None


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


class Asked(Wire):
    asked: bool
