"""Routes of what a customer says about paying: promises and disputes."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.schema.agreements import (
    DisputeCloseIn,
    DisputeIn,
    DisputeList,
    DisputeOut,
    PromiseIn,
    PromiseList,
    PromiseOut,
    PromiseWithdrawIn,
)
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.account import Dispute, Promise
from shared.domain.promise import PromiseState
from shared.domain.promise_rule import PromiseRule
from shared.domain.roles import Role
from shared.usecases.disputes import close_dispute, open_dispute
from shared.usecases.promise_to_pay import promise_to_pay, promises_of

router = APIGatewayHttpRouter()


@router.get("/api/v1/entities/<entity>/promises", summary="A customer's promises to pay")
@needs(Role.VIEWER)
def list_promises(entity: str, customer: Annotated[str, Query(max_length=100)] = "") -> PromiseList:
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer)
    today = current().now.today(runtime.accounts().customer(entity, whose).time_zone)
    found = promises_of(runtime.promises(), runtime.papers(), entity, whose, today)
    return PromiseList(items=[_promise_out(whose, promise, state) for promise, state in found])


@router.post("/api/v1/entities/<entity>/promises", status_code=201, summary="Note a promise to pay")
@needs(Role.CLERK)
def add_promise(entity: str, body: PromiseIn) -> PromiseOut:
    request = current()
    promise = promise_to_pay(
        runtime.accounts(),
        runtime.promises(),
        entity,
        body.customer_id,
        documents=tuple(body.documents),
        amount=body.amount.money() if body.amount else None,
        pays_on=body.pays_on,
        rule=PromiseRule(),
        by=request.principal.name,
        now=request.now,
    )
    return _promise_out(body.customer_id, promise, PromiseState.RUNNING)


@router.post("/api/v1/entities/<entity>/promises/<promise>/withdraw", summary="Take a promise back")
@needs(Role.CLERK)
def withdraw_promise(entity: str, promise: str, body: PromiseWithdrawIn) -> PromiseOut:
    of = entity_of(entity)
    today = current().now.today(runtime.accounts().customer(entity, body.customer_id).time_zone)
    past = runtime.promises().withdraw(of, body.customer_id, promise, today)
    return _promise_out(body.customer_id, past, PromiseState.WITHDRAWN)


@router.get("/api/v1/entities/<entity>/disputes", summary="A customer's disputes")
@needs(Role.VIEWER)
def list_disputes(entity: str, customer: Annotated[str, Query(max_length=100)] = "") -> DisputeList:
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer)
    found = runtime.disputes().of(entity, whose)
    return DisputeList(items=[_dispute_out(whose, dispute) for dispute in found])


@router.post("/api/v1/entities/<entity>/disputes", status_code=201, summary="Open a dispute")
@needs(Role.CLERK)
def add_dispute(entity: str, body: DisputeIn) -> DisputeOut:
    request = current()
    dispute = open_dispute(
        runtime.accounts(),
        runtime.disputes(),
        entity,
        body.customer_id,
        documents=tuple(body.documents),
        reason=body.reason,
        text=body.text,
        amount=body.amount.money() if body.amount else None,
        line=body.line,
        by=request.principal.name,
        now=request.now,
    )
    return _dispute_out(body.customer_id, dispute)


@router.post(
    "/api/v1/entities/<entity>/disputes/<dispute>/close", summary="Say how a dispute ended"
)
@needs(Role.CLERK)
def end_dispute(entity: str, dispute: str, body: DisputeCloseIn) -> DisputeOut:
    ended = close_dispute(
        runtime.accounts(),
        runtime.disputes(),
        entity,
        body.customer_id,
        dispute,
        outcome=body.outcome,
        answer=body.answer,
        now=current().now,
    )
    return _dispute_out(body.customer_id, ended)


def _promise_out(customer_id: str, promise: Promise, state: PromiseState) -> PromiseOut:
    return PromiseOut(
        promise_id=promise.promise_id,
        customer_id=customer_id,
        documents=list(promise.documents),
        amount=amount(promise.amount),
        made_on=promise.made_on,
        pays_on=promise.pays_on,
        last_day=promise.last_day,
        by=promise.by,
        state=str(state),
    )


def _dispute_out(customer_id: str, dispute: Dispute) -> DisputeOut:
    return DisputeOut(
        dispute_id=dispute.dispute_id,
        customer_id=customer_id,
        documents=list(dispute.documents),
        reason=dispute.reason,
        amount=amount(dispute.amount) if dispute.amount else None,
        line=dispute.line,
        text=dispute.text,
        by=dispute.by,
        opened_on=dispute.opened_on,
        closed_on=dispute.closed_on,
        outcome=dispute.outcome,
        answer=dispute.answer,
        quiet_through=dispute.quiet_through,
    )
