"""The call list, and what follows from what came of a call."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import DisputeReason
from shared.domain.call_list import CallFollowUp, CallOutcome, follow_up
from shared.domain.calls import Call, calls_of, ranked
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.policy_book import PolicyBook
from shared.domain.promise_rule import PromiseRule
from shared.domain.tasks import Task
from shared.errors import Conflict, InvalidInput
from shared.ids import derived_id
from shared.usecases import disputes, promise_to_pay

KIND = "call"
_TASKS_READ_MAX = 2_000
_NEXT = {
    CallFollowUp.CALL_AGAIN: (KIND, "Call the customer again about overdue invoices"),
    CallFollowUp.FIND_NUMBER: ("find_number", "Find a phone number that reaches the customer"),
    CallFollowUp.DECIDE: ("decide", "The customer refuses to pay: decide what follows"),
}


class Accounts(Protocol):
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...


class Tasks(Protocol):
    def list_open(self, entity_id: str) -> Iterator[Task]: ...
    def get(self, entity_id: str, task_id: str) -> Task: ...
    def followed(self, entity_id: str, done: Task, after: Task | None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a call can lead to."""

    accounts: promise_to_pay.Accounts
    policies: Policies
    tasks: Tasks
    promises: promise_to_pay.Promises
    papers: disputes.Papers
    disputes: disputes.Disputes


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a call, as the person who made it notes it."""

    outcome: CallOutcome
    note: str = ""
    days: int = 2
    pays_on: date | None = None
    amount: Money | None = None
    reason: DisputeReason = DisputeReason.OTHER
    text: str = ""
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """What an outcome led to: the id of the promise or dispute made, or the next task."""

    follow_up: CallFollowUp
    made: str
    task: Task | None


def calls(
    accounts: Accounts, tasks: Tasks, entity_id: str, now: Now, limit: int
) -> tuple[Call, ...]:
    """Return whom to call, by currency, the one first that is expected to bring most.

    A customer whose debts are covered by now is not called, nor one before the day agreed on, nor
    one whose case somebody else has.
    """
    found: list[Call] = []
    for task in islice(tasks.list_open(entity_id), _TASKS_READ_MAX):
        if task.kind != KIND or not task.customer_id:
            continue
        account = accounts.account(entity_id, task.customer_id)
        today = now.today(account.customer.time_zone)
        if account.handed_over(today) is not None:
            continue
        if task.not_before is None or task.not_before <= today:
            cases = calls_of(task, account, today)
            found += [Call(task, account, case, today) for case in cases]
    return ranked(found)[:limit]


def note_outcome(
    ports: Ports, entity_id: str, task_id: str, said: Said, by: str, now: Now
) -> Followed:
    """Note what came of a call and do what follows; return that.

    A promise or dispute is made first, then the task is done together with the one that follows,
    so that a repeat after a crash makes nothing twice. Raises NotFound for the task, Conflict where
    it is no call, InvalidInput for a promise without a day, and what a promise or dispute raises.
    """
    task = ports.tasks.get(entity_id, task_id)
    if task.kind != KIND:
        raise Conflict(task=task_id, reason="it is no call")
    account = ports.accounts.account(entity_id, task.customer_id)
    leads_to, made = follow_up(said.outcome), ""
    about = said.documents or tuple(d for d in task.documents if account.document(d) is not None)
    whose = (entity_id, task.customer_id)
    if leads_to is CallFollowUp.PROMISE:
        rule = ports.policies.book(entity_id, account).customer_policy.promises
        made = _promised(ports, *whose, about, said, rule, by, now)
    if leads_to is CallFollowUp.DISPUTE:
        dispute = disputes.open_dispute(
            ports.accounts,
            ports.papers,
            ports.disputes,
            *whose,
            documents=about,
            reason=said.reason,
            text=said.text,
            by=by,
            now=now,
        )
        made = dispute.dispute_id
    today = now.today(account.customer.time_zone)
    after = _after(task, leads_to, said, today, now)
    if not ports.tasks.followed(entity_id, _done(task, said, by, now), after):
        raise Conflict(task=task_id, reason="somebody noted an outcome first")
    return Followed(leads_to, made, after)


def _promised(
    ports: Ports,
    entity_id: str,
    customer_id: str,
    documents: tuple[str, ...],
    said: Said,
    rule: PromiseRule,
    by: str,
    now: Now,
) -> str:
    if said.pays_on is None:
        raise InvalidInput(field="pays_on", reason="on which day does the money come")
    promise = promise_to_pay.promise_to_pay(
        ports.accounts,
        ports.promises,
        entity_id,
        customer_id,
        documents=documents,
        amount=said.amount,
        pays_on=said.pays_on,
        rule=rule,
        by=by,
        now=now,
    )
    return promise.promise_id


def _done(task: Task, said: Said, by: str, now: Now) -> Task:
    note = f"{said.outcome}: {said.note}" if said.note else str(said.outcome)
    return task.done(now.business, by, note)


def _after(task: Task, leads_to: CallFollowUp, said: Said, today: date, now: Now) -> Task | None:
    if leads_to not in _NEXT:
        return None
    kind, title = _NEXT[leads_to]
    again = leads_to is CallFollowUp.CALL_AGAIN
    day = today + timedelta(days=said.days if again else 1)
    return Task(
        task_id=derived_id("after-call", task.task_id),
        kind=kind,
        customer_id=task.customer_id,
        title=title,
        created_at=now.business,
        due_on=day,
        documents=task.documents,
        detail=said.note or task.detail,
        notice=task.notice,
        not_before=day if again else None,
    )
