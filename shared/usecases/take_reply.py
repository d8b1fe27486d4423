"""A mail that came in: a task for a person, and a pause in chasing what it is about."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Hold
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.open_items import document_ids_of
from shared.domain.questions import HOLD_DAYS, HOLD_REASON, Question
from shared.domain.replies import (
    Reply,
    ReplyTag,
    Written,
    named_documents,
    own_words,
    reply_tag,
    says_gone,
)
from shared.domain.tasks import Task
from shared.errors import NotFound
from shared.ids import derived_id
from shared.usecases.ports.accounts import AccountsAndNotices
from shared.usecases.ports.tasks import OpensTasks


class Accounts(AccountsAndNotices, Protocol):
    def entities(self) -> Iterator[str]: ...


class Questions(Protocol):
    def ask(
        self, entity: Entity, customer_id: str, question: Question, task: Task, hold: Hold | None
    ) -> bool: ...


def take_reply(
    accounts: Accounts, questions: Questions, tasks: OpensTasks, reply: Reply, now: Now
) -> str:
    """Write reply down as what it is; return what was done, as a stable code.

    asked (a question of the customer: task and hold), suspected (a task only), gone (an automatic
    reply says that nobody reads there: a task), automatic (nothing to do), unmatched (a task: a
    person finds out whose it is), or nowhere (it names no entity, and there is none or more than
    one: nobody of one reads the mail of another). Taken twice, it is one reply. Nothing is ever
    answered.
    """
    tag = reply_tag(reply.recipients)
    entity = _entity(accounts, tag)
    if entity is None:
        return "nowhere"
    account = _account(accounts, entity, tag)
    if reply.written is Written.BY_MAIL_SERVER:
        return "automatic"  # the mail service tells of bounces itself
    if reply.written is Written.BY_AUTO_REPLY:
        if account is None or not says_gone(reply.text):
            return "automatic"
        title = f"{account.customer.name}: nobody reads this address any more, find a good one"
        tasks.open(entity.entity_id, _task(entity, account, reply, "bounce", title, (), now))
        return "gone"
    if account is None:
        title = "A mail came in that names no customer: find out whose it is"
        tasks.open(entity.entity_id, _task(entity, None, reply, "reply", title, (), now))
        return "unmatched"
    title = f"Answer the mail of {account.customer.name}"
    documents = _about(accounts, entity, account, tag, reply)
    task = _task(entity, account, reply, "question", title, documents, now)
    if reply.suspicious:
        tasks.open(entity.entity_id, task)
        return "suspected"
    question = Question(task.task_id, own_words(reply.text), documents, now.business)
    hold = _hold(account, task.task_id, documents, now)
    questions.ask(entity, account.customer.customer_id, question, task, hold)
    return "asked"


def _entity(accounts: Accounts, tag: ReplyTag | None) -> Entity | None:
    """Return the entity that tag names, else the only one there is, else none."""
    if tag is not None:
        try:
            return accounts.entity(tag.entity_id)
        except NotFound:
            pass
    known = tuple(islice(accounts.entities(), 2))
    return accounts.entity(known[0]) if len(known) == 1 else None


def _account(accounts: Accounts, entity: Entity, tag: ReplyTag | None) -> Account | None:
    """Return the account of the customer that tag names; mail servers may change letter case."""
    if tag is None or tag.entity_id != entity.entity_id or not tag.customer_id:
        return None
    for customer_id in dict.fromkeys((tag.customer_id, tag.customer_id.upper())):
        try:
            return accounts.account(entity.entity_id, customer_id)
        except NotFound:
            continue
    return None


def _about(
    accounts: Accounts, entity: Entity, account: Account, tag: ReplyTag | None, reply: Reply
) -> tuple[str, ...]:
    """Return the open documents that reply is about; none means the whole account.

    Those that the sender's own words name, else the subject, else those the notice asked for.
    """
    named = named_documents(account.documents, own_words(reply.text), reply.subject)
    if named or tag is None or not tag.n:
        return named
    try:
        notice = accounts.notice(entity.entity_id, account.customer.customer_id, tag.n)
    except NotFound:
        return ()
    asked = document_ids_of(item.document_id for item in notice.items if item.asked)
    return tuple(d.document_id for d in account.documents if d.document_id in asked)


def _task(
    entity: Entity,
    account: Account | None,
    reply: Reply,
    kind: str,
    title: str,
    documents: tuple[str, ...],
    now: Now,
) -> Task:
    said = own_words(reply.text)
    return Task(
        task_id=derived_id("reply", entity.entity_id, reply.reply_id),
        kind=kind,
        customer_id=account.customer.customer_id if account else "",
        title=title,
        created_at=now.business,
        due_on=now.today(entity.time_zone) + timedelta(days=1),
        documents=documents,
        detail=f"From {reply.sender or 'nobody named'}: {reply.subject}\n\n{said}",
    )


def _hold(account: Account, hold_id: str, documents: tuple[str, ...], now: Now) -> Hold | None:
    """Return a hold of a few days on documents, or None where a question pauses them already."""
    today = now.today(account.customer.time_zone)
    named = documents or tuple(d.document_id for d in account.documents)
    paused = (
        any(h.reason == HOLD_REASON and h.covers(document_id, today) for h in account.holds)
        for document_id in named
    )
    if named and all(paused):
        return None
    ends_on = today + timedelta(days=HOLD_DAYS)
    return Hold(hold_id, HOLD_REASON, today, ends_on, by="customer", documents=documents)
