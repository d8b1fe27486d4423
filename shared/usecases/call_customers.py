"""The call list, and what follows from what came of a call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import DisputeReason
from shared.domain.agreement_drafts import DisputeDraft, PromiseDraft
from shared.domain.call_list import CallFollowUp, CallOutcome, follow_up
from shared.domain.calls import Call, call_about, ranked
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.domain.promise_rule import PromiseRule
from shared.domain.tasks import Task, in_due_order, told
from shared.errors import Conflict, InvalidInput
from shared.ids import derived_id
from shared.usecases import disputes, promise_to_pay
from shared.usecases.ports.accounts import Accounts, ReadsAccount
from shared.usecases.ports.books import ReadsLines
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.ports.tasks import ListsTasks

KIND = "call"
_CUSTOMERS_READ_MAX = 2_000
_ENDED_TOGETHER_MAX = 40
_TRIES_MAX = 4
_NEXT = {
    CallFollowUp.CALL_AGAIN: (KIND, "Call again about {numbers}"),
    CallFollowUp.FIND_NUMBER: ("find_number", "Find a phone number: to call about {numbers}"),
    CallFollowUp.DECIDE: ("decide", "Refuses to pay {numbers}: decide what follows"),
}


class Tasks(ListsTasks, Protocol):
    def get(self, entity_id: str, task_id: str) -> Task: ...
    def followed(self, entity_id: str, done: Sequence[Task], after: Task | None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a call can lead to."""

    accounts: Accounts
    policies: ReadsBook
    tasks: Tasks
    promises: promise_to_pay.Promises
    papers: ReadsLines
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
    """What an outcome led to: the id of the promise or dispute made, or the next task.

    Of promises, one for each currency, made is the first.
    """

    follow_up: CallFollowUp
    made: str
    task: Task | None


def calls(
    accounts: ReadsAccount, tasks: Tasks, entity_id: str, now: Now, limit: int
) -> tuple[Call, ...]:
    """Return whom to call, each customer once: by currency, in each the most expected money first.

    A customer whose debts are covered by now is not called, nor one before the day agreed on, nor
    one whose case somebody else has.
    """
    asked: dict[str, list[Task]] = {}
    for task in tasks.list_open(entity_id):
        if task.kind == KIND and task.customer_id:
            asked.setdefault(task.customer_id, []).append(task)
    found: list[Call] = []
    for customer_id, ones in islice(asked.items(), _CUSTOMERS_READ_MAX):
        call = call_of(accounts.account(entity_id, customer_id), ones, now)
        found += [call] if call else []
    return ranked(found)[:limit]


def call_of(account: Account, waiting: Sequence[Task], now: Now) -> Call | None:
    """Return the call that the open call tasks of a customer ask for by now, None for none."""
    today = now.today(account.customer.time_zone)
    if account.handed_over(today) is not None:
        return None
    return call_about(_ripe(waiting, today), account, today)


def note_outcome(
    ports: Ports, entity_id: str, task_id: str, said: Said, by: str, now: Now
) -> Followed:
    """Note what came of a call and do what follows; return that.

    A promise or dispute is made first, then all that the customer was to be called about is done
    together with the task that follows, so that a repeat after a crash makes nothing twice. Raises
    NotFound for the task, Conflict where it is no call or somebody noted an outcome first,
    InvalidInput for a promise without a day, and what a promise or dispute raises.
    """
    task = ports.tasks.get(entity_id, task_id)
    if task.kind != KIND:
        raise Conflict(task=task_id, reason="it is no call")
    account = ports.accounts.account(entity_id, task.customer_id)
    today = now.today(account.customer.time_zone)
    together = _together(ports.tasks, entity_id, task, today)
    leads_to, made = follow_up(said.outcome), ""
    about = said.documents or _about(together, account, today)
    if leads_to is CallFollowUp.PROMISE:
        rule = ports.policies.book(entity_id, account).customer_policy.promises
        made = _promised(ports, entity_id, account, about, said, rule, by, now)
    if leads_to is CallFollowUp.DISPUTE:
        draft = DisputeDraft(
            customer_id=task.customer_id, documents=about, reason=said.reason, text=said.text
        )
        stores = (ports.accounts, ports.papers, ports.disputes)
        made = disputes.open_dispute(*stores, entity_id, draft, now, by=by).dispute_id
    for _ in range(_TRIES_MAX):
        if task not in together:
            break
        after = _after(together, account, leads_to, said, today, now)
        done = [_done(one, said, by, now) for one in together]
        if ports.tasks.followed(entity_id, done, after):
            return Followed(leads_to, made, after)
        together = _together(ports.tasks, entity_id, task, today)
    raise Conflict(task=task_id, reason="somebody noted an outcome first")


def _ripe(tasks: Iterable[Task], today: date) -> list[Task]:
    return [task for task in tasks if task.not_before is None or task.not_before <= today]


def _together(tasks: Tasks, entity_id: str, named: Task, today: date) -> list[Task]:
    """Return the open call tasks that one call to the customer of the named one is about."""
    of_customer = [
        task
        for task in tasks.list_open(entity_id)
        if task.kind == KIND and task.customer_id == named.customer_id
    ]
    ripe = [t for t in _ripe(of_customer, today) if t.task_id != named.task_id]
    itself = [t for t in of_customer if t.task_id == named.task_id]
    return in_due_order([*itself, *in_due_order(ripe)][:_ENDED_TOGETHER_MAX])


def _about(tasks: Sequence[Task], account: Account, today: date) -> tuple[str, ...]:
    """Return what a call is about: what may be chased, else all of it that is open."""
    call = call_about(tasks, account, today)
    if call is not None:
        return tuple(document.document_id for document in call.documents)
    named = dict.fromkeys(document for task in tasks for document in task.documents)
    return tuple(document for document in named if account.document(document) is not None)


def _promised(
    ports: Ports,
    entity_id: str,
    account: Account,
    documents: tuple[str, ...],
    said: Said,
    rule: PromiseRule,
    by: str,
    now: Now,
) -> str:
    """Return the id of the promise of documents: of the first, where there is one by currency."""
    if said.pays_on is None:
        raise InvalidInput(field="pays_on", reason="on which day does the money come")
    stores, whose = (ports.accounts, ports.promises), account.customer.customer_id
    made = []
    for some in _promisable(account, documents, said):
        draft = PromiseDraft(
            customer_id=whose, documents=some, pays_on=said.pays_on, amount=said.amount
        )
        promise = promise_to_pay.promise_to_pay(*stores, entity_id, draft, rule, now, by=by)
        made.append(promise.promise_id)
    return made[0]


def _promisable(
    account: Account, documents: tuple[str, ...], said: Said
) -> Sequence[tuple[str, ...]]:
    """Return documents by currency; where an amount is said, those in its currency, if any."""
    by_currency: dict[str, list[str]] = {}
    for document_id in documents:
        document = account.document(document_id)
        if document is not None:
            by_currency.setdefault(document.open.currency, []).append(document_id)
    if said.amount is not None and said.amount.currency in by_currency:
        return [tuple(by_currency[said.amount.currency])]
    if said.amount is not None or not by_currency:
        return [documents]
    return [tuple(some) for _, some in sorted(by_currency.items())]


def _done(task: Task, said: Said, by: str, now: Now) -> Task:
    note = f"{said.outcome}: {said.note}" if said.note else str(said.outcome)
    return task.done(now.business, by, note)


def _after(
    tasks: Sequence[Task],
    account: Account,
    leads_to: CallFollowUp,
    said: Said,
    today: date,
    now: Now,
) -> Task | None:
    if leads_to not in _NEXT:
        return None
    kind, title = _NEXT[leads_to]
    again = leads_to is CallFollowUp.CALL_AGAIN
    day = today + timedelta(days=said.days if again else 1)
    first = tasks[0]
    documents = tuple(dict.fromkeys(name for task in tasks for name in task.documents))
    parts = any(task.items for task in tasks)
    items = dict.fromkeys(item for task in tasks for item in task.items or task.documents)
    named = (account.document(document_id) for document_id in documents)
    return Task(
        task_id=derived_id("after-call", first.task_id),
        kind=kind,
        customer_id=first.customer_id,
        title=title.format(numbers=told(d.number for d in named if d is not None)),
        created_at=now.business,
        due_on=day,
        documents=documents,
        detail=said.note or first.detail,
        notice=first.notice,
        not_before=day if again else None,
        items=tuple(items) if parts else (),
    )
