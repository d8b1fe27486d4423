"""Routes of the call list: whom to call first, and what came of it."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.escalation import (
    CallFollowed,
    CallItem,
    CallList,
    CallOut,
    CallOutcomeIn,
    CallSum,
    ContactOut,
    NoCallOut,
)
from functions.operator_api.schema.wire import Limit, amount
from functions.operator_api.views import task_out
from shared import runtime
from shared.domain.call_list import CallCase
from shared.domain.calls import Call
from shared.domain.document import Document
from shared.domain.money import Money
from shared.domain.open_items import document_id_of
from shared.domain.roles import Role
from shared.usecases.call_customers import Said, calls, note_outcome
from shared.usecases.call_to import call_to

router = APIGatewayHttpRouter()
_CONTACTS_SHOWN = 3
OneCustomer = Annotated[
    str, Query(max_length=100, description="Only this one, by our id or the ERP's; or why not")
]


@router.get(
    "/api/v1/entities/<entity>/calls",
    summary="Whom to call, by currency",
    description="In each currency the one first whose call is expected to bring most. Amounts of "
    "two currencies are not compared: who owes in two stands where the better place is.",
)
@needs(Role.VIEWER)
def list_calls(
    entity: str, limit: Annotated[Limit, Query()] = 50, customer: OneCustomer = ""
) -> CallList:
    entity_of(entity)
    if customer:
        return _call_to(entity, runtime.receivables().find_customer(entity, customer))
    found = calls(runtime.accounts(), runtime.tasks(), entity, current().now, limit)
    return CallList(items=[_call_out(entity, call) for call in found])


@router.post("/api/v1/entities/<entity>/calls/<task>/outcome", summary="Note what came of a call")
@needs(Role.CLERK)
def add_outcome(entity: str, task: str, body: CallOutcomeIn) -> CallFollowed:
    entity_of(entity)
    request = current()
    said = Said(
        outcome=body.outcome,
        note=body.note,
        days=body.days,
        pays_on=body.pays_on,
        amount=body.amount.money() if body.amount else None,
        reason=body.reason,
        text=body.text,
        documents=tuple(body.documents),
    )
    by = request.principal.name
    done = note_outcome(runtime.calling(), entity, task, said, by, request.now)
    follow = None
    if done.task is not None:
        customer_id = done.task.customer_id
        whose = runtime.receivables().listed(entity, [customer_id])
        follow = task_out(done.task, whose.get(customer_id))
    return CallFollowed(follow_up=done.follow_up, made=done.made, task=follow)


def _call_to(entity: str, customer_id: str) -> CallList:
    ports = (runtime.accounts(), runtime.tasks(), runtime.contacts())
    found = call_to(*ports, entity, customer_id, current().now)
    if isinstance(found, Call):
        return CallList(items=[_call_out(entity, found)])
    nothing = NoCallOut(
        code=found.code,
        reason=found.reason,
        since=found.since,
        task_id=found.task.task_id if found.task else None,
    )
    return CallList(items=[], nothing=nothing)


def _call_out(entity: str, call: Call) -> CallOut:
    customer = call.customer
    told = runtime.contacts().last(entity, customer.customer_id, _CONTACTS_SHOWN)
    return CallOut(
        task_id=call.task.task_id,
        task_ids=[task.task_id for task in call.tasks],
        customer_id=customer.customer_id,
        external_id=customer.external_id,
        name=customer.name,
        phone=customer.phone,
        sums=[_sum_out(case) for case in call.cases],
        broken_promises=max(case.promises_broken for case in call.cases),
        due_on=call.task.due_on,
        detail=call.detail,
        items=[_item_out(item) for item in call.items],
        last_contacts=[
            ContactOut(at=one.at, channel=one.channel, what=one.what, state=one.state)
            for one in told
        ],
    )


def _sum_out(case: CallCase) -> CallSum:
    expected = Money(minor=int(case.expected_minor), currency=case.chaseable.currency)
    return CallSum(
        chaseable=amount(case.chaseable), days_late=case.days_late, expected=amount(expected)
    )


def _item_out(item: Document) -> CallItem:
    return CallItem(
        document_id=document_id_of(item.document_id),
        number=item.number,
        due_on=item.due_on,
        open=amount(item.open),
    )
