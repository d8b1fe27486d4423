"""Routes of invoices that come back."""

from datetime import date
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import Field

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema import Amount, Name, Ulid, Wire, amount
from shared import runtime
from shared.domain.recurrence import Recurrence
from shared.domain.roles import Role
from shared.usecases.create_recurrence import create_recurrence

router = APIGatewayHttpRouter()


class RecurrenceIn(Wire):
    customer_id: Ulid
    description: Name
    amount: Amount
    every_months: Literal[1, 3, 12]
    first_on: date
    terms_days: Annotated[int, Field(ge=0, le=365)] = 30
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
    terms_days: int
    ends_on: date | None
    active: bool


class RecurrenceList(Wire):
    items: list[RecurrenceOut]


@router.get("/api/v1/entities/<entity>/recurrences", summary="Invoices that come back")
@needs(Role.VIEWER)
def list_recurrences(entity: str) -> RecurrenceList:
    entity_of(entity)
    return RecurrenceList(items=[_out(r) for r in runtime.recurrences().list(entity)])


@router.post(
    "/api/v1/entities/<entity>/recurrences",
    status_code=201,
    summary="Issue an invoice every month, quarter or year",
)
@needs(Role.CLERK)
def add_recurrence(
    entity: str,
    body: RecurrenceIn,
    idempotency_key: Annotated[str, Header(alias="idempotency-key", max_length=128)] = "",
) -> RecurrenceOut:
    made = create_recurrence(
        runtime.accounts(),
        runtime.recurrences(),
        entity,
        body.customer_id,
        body.description,
        body.amount.money(),
        body.every_months,
        body.first_on,
        body.terms_days,
        current().now,
        anchor_day=body.anchor_day,
        ends_on=body.ends_on,
        request_id=idempotency_key,
    )
    return _out(made)


@router.post(
    "/api/v1/entities/<entity>/recurrences/<recurrence>/stop", summary="Issue no more of it"
)
@needs(Role.CLERK)
def stop_recurrence(entity: str, recurrence: str) -> RecurrenceOut:
    return _out(runtime.recurrences().switch(entity, recurrence, active=False))


def _out(recurrence: Recurrence) -> RecurrenceOut:
    return RecurrenceOut(
        recurrence_id=recurrence.recurrence_id,
        customer_id=recurrence.customer_id,
        description=recurrence.description,
        amount=amount(recurrence.amount),
        every_months=recurrence.every_months,
        anchor_day=recurrence.anchor_day,
        next_on=recurrence.next_on,
        terms_days=recurrence.terms_days,
        ends_on=recurrence.ends_on,
        active=recurrence.active,
    )
