"""Noting how promises and plans ended: once, on the day they are over, with work for a person."""

from datetime import date, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Dispute, Hold, Plan, PlanState, Promise
from shared.domain.agreements_over import noted, over
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.promise import PromiseState, promise_state
from shared.domain.tasks import Task
from shared.ids import derived_id
from shared.usecases.promise_to_pay import Papers, arrived


class Ends(Protocol):
    def promise(
        self, entity: Entity, customer_id: str, promise: Promise, outcome: PromiseState,
        today: date, task: Task | None,
    ) -> bool: ...  # fmt: skip
    def plan(
        self, entity: Entity, customer_id: str, plan: Plan, today: date, task: Task | None
    ) -> bool: ...
    def dispute(self, entity: Entity, customer_id: str, dispute: Dispute) -> bool: ...
    def hold(self, entity: Entity, customer_id: str, hold: Hold) -> bool: ...
    def wait(self, entity: Entity, customer_id: str, promise: Promise, day: date) -> None: ...


def end_agreements(entity: Entity, account: Account, papers: Papers, ends: Ends, now: Now) -> int:
    """Note how every agreement of account that is over ended; return how many were noted here.

    Whoever looks at the same time notes nothing twice. Where it returns more than 0, what is live
    of the account has changed.
    """
    customer = account.customer
    today = now.today(customer.time_zone)
    found = over(account, today)
    written = 0
    for promise in found.promises:
        money = arrived(papers, entity.entity_id, customer.customer_id, promise)
        outcome = promise_state(promise, money, today)
        task = None
        if outcome is PromiseState.BROKEN:
            what = f"{promise.amount} by {promise.pays_on.isoformat()}"
            title = f"{customer.name} promised {what}, and it did not come: call."
            task = _task("promise_broken", promise.promise_id, promise.documents, title,
                         entity, account, now)  # fmt: skip
        whose = (entity, customer.customer_id)
        written += ends.promise(*whose, promise, outcome, today, task)
    for plan in found.plans:
        task = None
        if plan.state is PlanState.MISSED:
            title = f"{customer.name} missed a part of the plan of {plan.agreed_on.isoformat()}."
            task = _task("plan_missed", plan.plan_id, plan.documents, title, entity, account, now)
        written += ends.plan(entity, customer.customer_id, plan, today, task)
    for promise in found.waiting:
        ends.wait(entity, customer.customer_id, promise, today + timedelta(days=1))
    for dispute in found.disputes:
        written += ends.dispute(entity, customer.customer_id, dispute)
    for hold in found.holds:
        written += ends.hold(entity, customer.customer_id, hold)
    return written


def agreements_ahead(papers: Papers, entity_id: str, account: Account, today: date) -> Account:
    """Return account as it will be once end_agreements has looked at it. Nothing is written."""
    found = over(account, today)
    whose = (entity_id, account.customer.customer_id)
    outcomes = [promise_state(p, arrived(papers, *whose, p), today) for p in found.promises]
    return noted(account, found, outcomes.count(PromiseState.BROKEN)) if found else account


def _task(
    kind: str,
    cause_id: str,
    documents: tuple[str, ...],
    title: str,
    entity: Entity,
    account: Account,
    now: Now,
) -> Task:
    return Task(
        task_id=derived_id(kind, cause_id),
        kind=kind,
        customer_id=account.customer.customer_id,
        title=title,
        created_at=now.business,
        due_on=now.today(entity.time_zone) + timedelta(days=1),
        documents=documents,
    )
