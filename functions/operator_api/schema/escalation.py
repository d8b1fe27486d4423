"""What goes on beyond mail, on the wire: approvals, calls, cases handed over and their packs."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Ulid, Wire
from functions.operator_api.schema.work import TaskOut
from shared.domain.agreement import DisputeReason, HandoverTier
from shared.domain.call_list import CallFollowUp, CallOutcome
from shared.domain.no_call import NoCallCode


class ApproveIn(Wire):
    tier: Annotated[
        HandoverTier | None, Field(description="To whom a case goes: for a hand-over only")
    ] = None


class RefuseIn(Wire):
    note: Annotated[str, Field(max_length=1000)] = ""


class Decided(Wire):
    """state is approved, refused, or withdrawn where nothing was left to ask."""

    customer_id: str
    notice: int
    state: str
    by: str


class ContactOut(Wire):
    at: str
    channel: str
    what: str
    state: str


class CallSum(Wire):
    """What may be chased in one currency. expected is what the call may bring: a rank."""

    chaseable: Amount
    days_late: int
    expected: Amount


class CallItem(Wire):
    """One open item that the call is about: an invoice, a part of one, or a charge."""

    document_id: str
    number: str
    due_on: date
    open: Amount


class CallOut(Wire):
    """One customer to call, once. An outcome noted for task_id ends all of its call tasks."""

    task_id: str
    task_ids: list[str]
    customer_id: str
    external_id: str
    name: str
    phone: str
    sums: list[CallSum]
    broken_promises: int
    due_on: date
    detail: str
    items: list[CallItem]
    last_contacts: list[ContactOut]


class NoCallOut(Wire):
    """Why there is nothing to call a customer about, and since when.

    task_id is the open call that waits, by which an outcome can be noted all the same.
    """

    code: NoCallCode
    reason: str
    since: date | None
    task_id: str | None


class CallList(Wire):
    """nothing is there where one customer was asked for who is not to be called."""

    items: list[CallOut]
    nothing: NoCallOut | None = None


class CallOutcomeIn(Wire):
    """pays_on and amount go with a promise, reason and text with a dispute, days with a callback.

    documents are those that the promise or dispute is about; none means all the call was about.
    """

    outcome: CallOutcome
    note: Annotated[str, Field(max_length=1000)] = ""
    days: Annotated[int, Field(ge=1, le=30)] = 2
    pays_on: date | None = None
    amount: Amount | None = None
    reason: DisputeReason = DisputeReason.OTHER
    text: Annotated[str, Field(max_length=2000)] = ""
    documents: list[Ulid] = Field(default_factory=list, max_length=300)


class CallFollowed(Wire):
    """What an outcome led to: made names the promise or dispute, task the next task."""

    follow_up: CallFollowUp
    made: str
    task: TaskOut | None


class HandoverOut(Wire):
    handover_id: str
    customer_id: str
    tier: HandoverTier
    approved_by: str
    starts_on: date
    notice: int
    documents: list[str]
    ended_on: date | None
    ended_by: str
    reason: str


class HandoverList(Wire):
    items: list[HandoverOut]


class TakeBackIn(Wire):
    reason: Annotated[str, Field(min_length=3, max_length=300)]


class PackOut(Wire):
    """url is there once the pack is made, and can be read for a minute; sha256 is of its bytes."""

    pack_id: str
    customer_id: str
    asked_at: datetime
    by: str
    sha256: str
    url: str | None
