"""Contesting a claim: a task for a person, no reminders meanwhile, and an answer at the end."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Dispute, DisputeOutcome
from shared.domain.agreement_drafts import DisputeDraft
from shared.domain.clock import Now
from shared.domain.contested import contested
from shared.domain.dispute import (
    CORRECTION_DAYS,
    TEXT_MAX,
    closed,
    is_answered,
    may_dispute,
)
from shared.domain.entity import Entity
from shared.domain.limits import text_within
from shared.domain.notice import Notice
from shared.domain.notices import next_notice
from shared.domain.tasks import Task
from shared.errors import NotFound, WriteConflict
from shared.ids import derived_id
from shared.usecases.ports.accounts import Accounts
from shared.usecases.ports.books import ReadsLines


class Disputes(Protocol):
    def open(self, entity: Entity, customer_id: str, dispute: Dispute, task: Task) -> bool: ...
    def find(self, entity_id: str, customer_id: str, dispute_id: str) -> Dispute: ...
    def close(
        self,
        entity: Entity,
        customer_id: str,
        closed: Dispute,
        today: date,
        task: Task | None,
        notice: Notice | None,
        wall: datetime,
    ) -> bool: ...


class Tasks(Protocol):
    def done(self, entity_id: str, task_id: str, at: datetime, by: str, note: str) -> Task: ...


def open_dispute(
    accounts: Accounts,
    papers: ReadsLines,
    disputes: Disputes,
    entity_id: str,
    draft: DisputeDraft,
    now: Now,
    *,
    by: str,
    request_id: str = "",
) -> Dispute:
    """Return the new dispute that draft asks for, and open the task to answer it.

    The same request_id, or without one the same words on a day, give the same dispute.
    A dispute of a line contests what that line asks for, with its tax, unless an amount says less.
    Raises InvalidInput for a text that is too long, and NotFound, InvalidInput or Conflict where
    it may not be opened (shared.domain.dispute.may_dispute).
    """
    text_within("text", draft.text, TEXT_MAX)
    whose = (entity_id, draft.customer_id)
    entity = accounts.entity(entity_id)
    account = accounts.account(*whose)
    today = now.today(account.customer.time_zone)
    named = tuple(sorted(set(draft.documents)))
    words = (request_id,) if request_id else (today.isoformat(), draft.text, *named)
    dispute_id = derived_id("dispute", *whose, *words)
    known = next((d for d in account.disputes if d.dispute_id == dispute_id), None)
    if known is not None:
        return known
    amount, line = draft.amount, draft.line
    may_dispute(account, named, amount, line, today)
    document = account.document(named[0])
    if line and amount is None and document is not None:
        amount = contested(document, papers.lines(*whose, document), line)
    dispute = Dispute(dispute_id, named, draft.reason, today, by, amount, line, draft.text)
    task = _to_answer(account, dispute, now, now.today(entity.time_zone) + timedelta(days=1))
    disputes.open(entity, draft.customer_id, dispute, task)
    return dispute


def _to_answer(account: Account, dispute: Dispute, now: Now, due_on: date) -> Task:
    """Return the task to decide on a dispute and to answer it."""
    numbers = _numbers(account, dispute.documents)
    return Task(
        task_id=dispute.dispute_id,
        kind="dispute",
        customer_id=account.customer.customer_id,
        title=f"{account.customer.name} contests {numbers}: decide and answer.",
        created_at=now.business,
        due_on=due_on,
        documents=dispute.documents,
        detail=dispute.text,
    )


def close_dispute(
    accounts: Accounts,
    disputes: Disputes,
    entity_id: str,
    customer_id: str,
    dispute_id: str,
    *,
    outcome: DisputeOutcome,
    answer: str,
    now: Now,
) -> Dispute:
    """Return the dispute as it ended today. What was lost becomes a task to credit it.

    The customer is told by a mail of its own, which takes its number as the dispute is closed: so
    there is one, whatever is repeated. Raises NotFound, Conflict where the dispute is closed
    already, and WriteConflict where the number was lost again and again.
    """
    entity = accounts.entity(entity_id)
    for _ in range(_ATTEMPTS_MAX):
        account = accounts.account(entity_id, customer_id)
        ended = _close(account, entity, disputes, dispute_id, outcome, answer, now)
        if ended is not None:
            return ended
    raise WriteConflict(dispute=dispute_id, reason="the answer's mail lost its number")


def task_is_done(tasks: Tasks, entity_id: str, closed: Dispute, by: str, at: datetime) -> None:
    """Note that the task to answer a dispute is done, where nobody did so before."""
    with suppress(NotFound):
        tasks.done(entity_id, closed.dispute_id, at, by, closed.answer or str(closed.outcome))


def _close(
    account: Account,
    entity: Entity,
    disputes: Disputes,
    dispute_id: str,
    outcome: DisputeOutcome,
    answer: str,
    now: Now,
) -> Dispute | None:
    entity_id, customer_id = entity.entity_id, account.customer.customer_id
    today = now.today(account.customer.time_zone)
    ended = closed(disputes.find(entity_id, customer_id, dispute_id), outcome, answer, today)
    task = None
    if outcome is DisputeOutcome.LOST:
        task = Task(
            task_id=derived_id("dispute-lost", dispute_id),
            kind="credit",
            customer_id=customer_id,
            title=f"Credit what {account.customer.name} was right about: "
            f"{_numbers(account, ended.documents)}. It is chased again in {CORRECTION_DAYS} days.",
            created_at=now.business,
            due_on=now.today(entity.time_zone) + timedelta(days=1),
            documents=ended.documents,
            detail=answer,
        )
    notice = None
    if is_answered(ended):
        notice = next_notice(
            account.newest_notice,
            kind="answer",
            as_of=today,
            claimed_at=now.business,
            dispute_id=dispute_id,
        )
    made = disputes.close(entity, customer_id, ended, today, task, notice, now.wall)
    return ended if made else None


def _numbers(account: Account, documents: tuple[str, ...]) -> str:
    found = [d.number for d in account.documents if d.document_id in documents]
    return ", ".join(found[:_NAMED_MAX]) + (" and more" if len(found) > _NAMED_MAX else "")


_NAMED_MAX = 5
_ATTEMPTS_MAX = 8
