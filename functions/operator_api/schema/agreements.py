"""What was agreed with a customer, on the wire: promises to pay, disputes and plans."""

from datetime import date
from typing import Annotated

from pydantic import Field

from functions.operator_api.schema.wire import Amount, Ulid, Wire
from shared.domain.agreement import DisputeOutcome, DisputeReason, PlanState
from shared.domain.dispute import TEXT_MAX
from shared.domain.plan import Pace

Named = Annotated[list[Ulid], Field(min_length=1, max_length=50)]


class PromiseIn(Wire):
    """amount may be left out: then all that is payable of the documents is promised."""

    customer_id: Ulid
    documents: Named
    pays_on: date
    amount: Amount | None = None


class PromiseOut(Wire):
    promise_id: str
    customer_id: str
    documents: list[str]
    amount: Amount
    made_on: date | None
    pays_on: date
    last_day: date
    by: str
    state: str


class PromiseList(Wire):
    items: list[PromiseOut]


class PromiseWithdrawIn(Wire):
    customer_id: Ulid


class DisputeIn(Wire):
    """amount may be left out: then the documents are contested whole."""

    customer_id: Ulid
    documents: Named
    reason: DisputeReason
    text: Annotated[str, Field(max_length=TEXT_MAX)] = ""
    amount: Amount | None = None
    line: Annotated[int, Field(ge=0, le=1000)] = 0


class DisputeCloseIn(Wire):
    customer_id: Ulid
    outcome: DisputeOutcome
    answer: Annotated[str, Field(max_length=TEXT_MAX)] = ""


class DisputeOut(Wire):
    dispute_id: str
    customer_id: str
    documents: list[str]
    reason: DisputeReason
    amount: Amount | None
    line: int
    text: str
    by: str
    opened_on: date
    closed_on: date | None
    outcome: DisputeOutcome | None
    answer: str
    quiet_through: date | None


class DisputeList(Wire):
    items: list[DisputeOut]


class PlanAskIn(Wire):
    """All that is payable of the documents, in so many parts, the first due on first_on."""

    customer_id: Ulid
    documents: Named
    parts: Annotated[int, Field(ge=2, le=36)]
    first_on: date
    pace: Pace = Pace.MONTHLY


class PlanIn(PlanAskIn):
    """consent says how the customer agreed, or the words that they agreed to."""

    consent: Annotated[str, Field(min_length=3, max_length=2000)]


class PlanPartOut(Wire):
    due_on: date
    amount: Amount


class PlanPreview(Wire):
    parts: list[PlanPartOut]
    grace_days: int


class PlanOut(Wire):
    """open_parts are what is still to come of it, as things stand."""

    plan_id: str
    customer_id: str
    documents: list[str]
    parts: list[PlanPartOut]
    open_parts: list[PlanPartOut]
    grace_days: int
    agreed_on: date
    by: str
    consent: str
    state: PlanState
    ended_on: date | None


class PlanList(Wire):
    items: list[PlanOut]


class PlanEndIn(Wire):
    customer_id: Ulid
