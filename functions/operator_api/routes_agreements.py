"""Routes of what a customer says about paying: promises, disputes and plans."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.operator_api.access import current, entity_of, needs
from functions.operator_api.asked import asked
from functions.operator_api.request_keys import OptionalKey
from functions.operator_api.schema.agreements import (
    DisputeCloseIn,
    DisputeIn,
    DisputeList,
    DisputeOut,
    PlanAskIn,
    PlanEndIn,
    PlanIn,
    PlanList,
    PlanOut,
    PlanPartOut,
    PlanPreview,
    PromiseIn,
    PromiseList,
    PromiseOut,
    PromiseWithdrawIn,
)
from functions.operator_api.schema.wire import amount
from shared import runtime
from shared.domain.account import Account
from shared.domain.agreement import Dispute, Plan, PlanPart, Promise
from shared.domain.agreement_drafts import DisputeDraft, PlanDraft, PromiseDraft
from shared.domain.coverage import plan_state
from shared.domain.plan import missing
from shared.domain.policy import Policy
from shared.domain.promise import PromiseState
from shared.domain.roles import Role
from shared.usecases.asked_once import asked_once
from shared.usecases.disputes import close_dispute, open_dispute, task_is_done
from shared.usecases.pay_in_parts import agree_plan, preview
from shared.usecases.policy_of import policy_of
from shared.usecases.promise_to_pay import promise_to_pay, promises_of

router = APIGatewayHttpRouter()
Named = Annotated[str, Query(max_length=100)]


@router.get("/api/v1/entities/<entity>/promises", summary="A customer's promises to pay")
@needs(Role.VIEWER)
def list_promises(entity: str, customer: Named = "") -> PromiseList:
    account, today = _standing(entity, customer)
    whose = account.customer.customer_id
    found = promises_of(runtime.promises(), runtime.papers(), entity, account, today)
    return PromiseList(items=[_promise_out(whose, promise, state) for promise, state in found])


@router.post("/api/v1/entities/<entity>/promises", status_code=201, summary="Note a promise to pay")
@needs(Role.CLERK)
def add_promise(entity: str, body: PromiseIn, idempotency_key: OptionalKey = "") -> PromiseOut:
    request = current()
    named = asked(idempotency_key, body, "promise")

    def work() -> Promise:
        draft = PromiseDraft(
            customer_id=body.customer_id,
            documents=tuple(body.documents),
            amount=body.amount.money() if body.amount else None,
            pays_on=body.pays_on,
        )
        return promise_to_pay(
            runtime.accounts(),
            runtime.promises().asked(named),
            entity,
            draft,
            _policy(entity, body.customer_id).promises,
            request.now,
            by=request.principal.name,
            request_id=idempotency_key,
        )

    promise = asked_once(runtime.requests(), entity, named, work)
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
def list_disputes(entity: str, customer: Named = "") -> DisputeList:
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer)
    found = runtime.disputes().of(entity, whose)
    return DisputeList(items=[_dispute_out(whose, dispute) for dispute in found])


@router.post("/api/v1/entities/<entity>/disputes", status_code=201, summary="Open a dispute")
@needs(Role.CLERK)
def add_dispute(entity: str, body: DisputeIn, idempotency_key: OptionalKey = "") -> DisputeOut:
    request = current()
    named = asked(idempotency_key, body, "dispute")

    def work() -> Dispute:
        draft = DisputeDraft(
            customer_id=body.customer_id,
            documents=tuple(body.documents),
            reason=body.reason,
            text=body.text,
            amount=body.amount.money() if body.amount else None,
            line=body.line,
        )
        return open_dispute(
            runtime.accounts(),
            runtime.papers(),
            runtime.disputes().asked(named),
            entity,
            draft,
            request.now,
            by=request.principal.name,
            request_id=idempotency_key,
        )

    dispute = asked_once(runtime.requests(), entity, named, work)
    return _dispute_out(body.customer_id, dispute)


@router.post(
    "/api/v1/entities/<entity>/disputes/<dispute>/close", summary="Say how a dispute ended"
)
@needs(Role.CLERK)
def end_dispute(entity: str, dispute: str, body: DisputeCloseIn) -> DisputeOut:
    request = current()
    ended = close_dispute(
        runtime.accounts(),
        runtime.disputes(),
        entity,
        body.customer_id,
        dispute,
        outcome=body.outcome,
        answer=body.answer,
        now=request.now,
    )
    task_is_done(runtime.tasks(), entity, ended, request.principal.name, request.now.business)
    return _dispute_out(body.customer_id, ended)


@router.get("/api/v1/entities/<entity>/plans", summary="A customer's instalment plans")
@needs(Role.VIEWER)
def list_plans(entity: str, customer: Named = "") -> PlanList:
    account, today = _standing(entity, customer)
    whose = account.customer.customer_id
    found = runtime.plans().of(entity, whose)
    return PlanList(items=[_plan_out(account, plan, today) for plan in found])


@router.post("/api/v1/entities/<entity>/plans/preview", summary="The parts that a plan would have")
@needs(Role.VIEWER)
def preview_plan(entity: str, body: PlanAskIn) -> PlanPreview:
    rule = _policy(entity, body.customer_id).plans
    draft = PlanDraft(
        customer_id=body.customer_id,
        documents=tuple(body.documents),
        parts=body.parts,
        first_on=body.first_on,
        pace=body.pace,
    )
    parts = preview(runtime.accounts(), entity, draft, rule, current().now)
    return PlanPreview(parts=_parts_out(parts), grace_days=rule.grace_days)


@router.post("/api/v1/entities/<entity>/plans", status_code=201, summary="Agree to pay in parts")
@needs(Role.CLERK)
def add_plan(entity: str, body: PlanIn, idempotency_key: OptionalKey = "") -> PlanOut:
    request = current()
    named = asked(idempotency_key, body, "plan")
    draft = PlanDraft(
        customer_id=body.customer_id,
        documents=tuple(body.documents),
        parts=body.parts,
        first_on=body.first_on,
        pace=body.pace,
        consent=body.consent,
    )

    def work() -> Plan:
        return agree_plan(
            runtime.accounts(),
            runtime.plans().asked(named),
            entity,
            draft,
            _policy(entity, body.customer_id).plans,
            request.now,
            by=request.principal.name,
            request_id=idempotency_key,
        )

    plan = asked_once(runtime.requests(), entity, named, work)
    account = runtime.accounts().account(entity, body.customer_id)
    return _plan_out(account, plan, request.now.today(account.customer.time_zone))


@router.post("/api/v1/entities/<entity>/plans/<plan>/end", summary="End a plan before it is paid")
@needs(Role.CLERK)
def end_plan(entity: str, plan: str, body: PlanEndIn) -> PlanOut:
    account = runtime.accounts().account(entity, body.customer_id)
    today = current().now.today(account.customer.time_zone)
    past = runtime.plans().end(entity_of(entity), body.customer_id, plan, today)
    return _plan_out(account, past, today)


def _standing(entity: str, customer: str) -> tuple[Account, date]:
    """Return the account of a customer named as callers name it, and its today."""
    entity_of(entity)
    whose = runtime.receivables().find_customer(entity, customer)
    account = runtime.accounts().account(entity, whose)
    return account, current().now.today(account.customer.time_zone)


def _policy(entity: str, customer_id: str) -> Policy:
    return policy_of(runtime.accounts(), runtime.entities(), entity, customer_id)


def _plan_out(account: Account, plan: Plan, today: date) -> PlanOut:
    left = missing(account, plan) if plan in account.plans else ()
    return PlanOut(
        plan_id=plan.plan_id,
        customer_id=account.customer.customer_id,
        documents=list(plan.documents),
        parts=_parts_out(plan.parts),
        open_parts=_parts_out(left),
        grace_days=plan.grace_days,
        agreed_on=plan.agreed_on,
        by=plan.by,
        consent=plan.consent,
        state=plan_state(account, plan, today),
        ended_on=plan.ended_on,
    )


def _parts_out(parts: Iterable[PlanPart]) -> list[PlanPartOut]:
    return [PlanPartOut(due_on=part.due_on, amount=amount(part.amount)) for part in parts]


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
