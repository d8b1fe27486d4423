"""Routes of invoices that come back."""

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.request_keys import RequiredKey
from functions.operator_api.schema.recurrences import RecurrenceIn, RecurrenceList, RecurrenceOut
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.recurrence import Recurrence, RecurrenceDraft
from shared.domain.roles import Role
from shared.usecases.create_recurrence import create_recurrence

router = APIGatewayHttpRouter()


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
    idempotency_key: RequiredKey,
) -> RecurrenceOut:
    draft = RecurrenceDraft(
        customer_id=body.customer_id,
        description=body.description,
        amount=body.amount.money(),
        every_months=body.every_months,
        first_on=body.first_on,
        anchor_day=body.anchor_day,
        terms=body.terms,
        tax_rate_percent=body.tax_rate_percent or "",
        ends_on=body.ends_on,
    )
    stores = (runtime.accounts(), runtime.recurrences())
    now = current().now
    return _out(create_recurrence(*stores, entity, draft, now, request_id=idempotency_key))


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
        terms=recurrence.terms,
        tax_rate_percent=recurrence.tax_rate_percent,
        ends_on=recurrence.ends_on,
        active=recurrence.active,
    )
