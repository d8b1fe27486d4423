"""Routes of people's work: tasks, holds, and what is parked."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api import paging
from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.asked import asked
from functions.operator_api.request_keys import OptionalKey
from functions.operator_api.schema.wire import Limit
from functions.operator_api.schema.work import (
    HoldEndIn,
    HoldIn,
    HoldOut,
    HoldPage,
    ParkedPage,
    TaskDoneIn,
    TaskOut,
    TaskPage,
)
from functions.operator_api.views import hold_out, parked_out, task_out
from shared import runtime
from shared.domain.agreement import Hold
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.roles import Role
from shared.usecases.asked_once import asked_once
from shared.usecases.holds import put_hold
from shared.usecases.work_list import work_list

router = APIGatewayHttpRouter()
_CUSTOMERS_PER_PAGE = 50


@router.get("/api/v1/entities/<entity>/tasks", summary="Open tasks, the one due first first")
@needs(Role.VIEWER)
def list_tasks(
    entity: str,
    cursor: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[Limit, Query()] = 50,
) -> TaskPage:
    entity_of(entity)
    after = paging.place(cursor, paging.TASK)
    rows, more = paging.page(work_list(runtime.tasks(), entity, after=after), limit)
    whose = runtime.receivables().listed(entity, sorted({t.customer_id for t in rows} - {""}))
    return TaskPage(
        items=[task_out(t, whose.get(t.customer_id)) for t in rows],
        next=paging.cursor(rows[-1].place) if more else None,
    )


@router.post("/api/v1/entities/<entity>/tasks/<task>/done", summary="Note that a task is done")
@needs(Role.CLERK)
def finish_task(entity: str, task: str, body: TaskDoneIn) -> TaskOut:
    request = current()
    by = request.principal.name
    done = runtime.tasks().done(entity, task, request.now.business, by, body.note)
    whose = runtime.receivables().listed(entity, [done.customer_id] if done.customer_id else [])
    return task_out(done, whose.get(done.customer_id))


@router.get("/api/v1/entities/<entity>/holds", summary="Holds, customer by customer")
@needs(Role.VIEWER)
def list_holds(
    entity: str,
    customer: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(max_length=120)] = "",
) -> HoldPage:
    entity_of(entity)
    lists = runtime.receivables()
    if customer:
        customers, more = [lists.find_customer(entity, customer)], False
    else:
        listed = lists.customers(entity, paging.place(cursor), _CUSTOMERS_PER_PAGE + 1)
        rows, more = paging.page(listed, _CUSTOMERS_PER_PAGE)
        customers = [row.customer_id for row in rows]
    holds = runtime.holds()
    return HoldPage(
        items=[hold_out(c, hold) for c in customers for hold in holds.of(entity, c)],
        next=paging.cursor(customers[-1]) if more else None,
    )


@router.post("/api/v1/entities/<entity>/holds", status_code=201, summary="Stop chasing for a while")
@needs(Role.CLERK)
def add_hold(
    entity: str,
    body: HoldIn,
    idempotency_key: OptionalKey = "",
) -> HoldOut:
    request = current()
    named = asked(idempotency_key, body, "hold")

    def work() -> Hold:
        draft = HoldDraft(
            customer_id=body.customer_id,
            reason=body.reason,
            ends_on=body.ends_on,
            documents=tuple(body.documents),
            amount=body.amount.money() if body.amount else None,
            line=body.line,
        )
        return put_hold(
            runtime.accounts(),
            runtime.papers(),
            runtime.holds().asked(named),
            entity,
            draft,
            request.now,
            by=request.principal.name,
            request_id=idempotency_key,
        )

    hold = asked_once(runtime.requests(), entity, named, work)
    return hold_out(body.customer_id, hold)


@router.post("/api/v1/entities/<entity>/holds/<hold>/end", summary="End a hold before its day")
@needs(Role.CLERK)
def end_hold(entity: str, hold: str, body: HoldEndIn) -> HoldOut:
    customer = runtime.accounts().customer(entity, body.customer_id)
    today = current().now.today(customer.time_zone)
    return hold_out(
        body.customer_id, runtime.holds().end(entity_of(entity), body.customer_id, hold, today)
    )


@router.get("/api/v1/entities/<entity>/parked", summary="What could not be placed")
@needs(Role.VIEWER)
def list_parked(
    entity: str,
    cursor: Annotated[str, Query(max_length=120)] = "",
    limit: Annotated[Limit, Query()] = 50,
) -> ParkedPage:
    entity_of(entity)
    found = runtime.parked_items().list(entity, paging.place(cursor), limit + 1)
    rows, more = paging.page(found, limit)
    return ParkedPage(
        items=[parked_out(p) for p in rows],
        next=paging.cursor(rows[-1].parked_id) if more else None,
    )
