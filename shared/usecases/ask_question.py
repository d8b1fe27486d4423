"""A customer asks: a task for a person, and a pause in chasing what the question is about."""

import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Hold
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.portal import Principal
from shared.domain.questions import HOLD_DAYS, HOLD_REASON, TEXT_MAX, Question
from shared.domain.tasks import Task
from shared.errors import InvalidInput, NotFound
from shared.ids import derived_id
from shared.usecases.ports.accounts import Accounts

_NAMED_MAX = 5


class Questions(Protocol):
    def ask(
        self, entity: Entity, customer_id: str, question: Question, task: Task, hold: Hold | None
    ) -> bool: ...


def ask_question(
    accounts: Accounts,
    questions: Questions,
    principal: Principal,
    text: str,
    about: Sequence[str],
    now: Now,
) -> str:
    """Write the question down and return its id; asked twice on a day, it is one question.

    about names open documents; empty means the whole account. They are not chased for a week,
    unless an earlier question pauses all of them already.

    Raises InvalidInput for a text that is empty or too long, NotFound for a document that is not
    open on this account.
    """
    words = _clean(text)
    entity = accounts.entity(principal.entity_id)
    account = accounts.account(principal.entity_id, principal.customer_id)
    documents = tuple(sorted(set(about)))
    if any(account.document(document_id) is None for document_id in documents):
        raise NotFound()
    today = now.today(account.customer.time_zone)
    question_id = derived_id(
        "question", entity.entity_id, principal.customer_id, today.isoformat(), words, *documents
    )
    question = Question(question_id, words, documents, now.business)
    task = Task(
        task_id=question_id,
        kind="question",
        customer_id=principal.customer_id,
        title=_title(account, documents),
        created_at=now.business,
        due_on=now.today(entity.time_zone) + timedelta(days=1),
        documents=documents,
        detail=words,
    )
    hold = _hold(account, question_id, documents, today)
    questions.ask(entity, principal.customer_id, question, task, hold)
    return question_id


def _clean(text: str) -> str:
    """Return text with tidy line ends and without control or direction characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    words = kept.strip()
    if not words:
        raise InvalidInput(field="question", reason="it is empty")
    if len(words) > TEXT_MAX:
        raise InvalidInput(field="question", reason=f"it is longer than {TEXT_MAX} characters")
    return words


def _title(account: Account, documents: tuple[str, ...]) -> str:
    numbers = [d.number for d in account.documents if d.document_id in documents]
    named = ", ".join(numbers[:_NAMED_MAX]) + (" and more" if len(numbers) > _NAMED_MAX else "")
    what = f"about {named}" if named else "about the account"
    return f"Answer the question of {account.customer.name} {what}."


def _hold(
    account: Account, question_id: str, documents: tuple[str, ...], today: date
) -> Hold | None:
    named = documents or tuple(d.document_id for d in account.documents)
    paused = [
        any(h.reason == HOLD_REASON and h.covers(document_id, today) for h in account.holds)
        for document_id in named
    ]
    if paused and all(paused):
        return None
    ends_on = today + timedelta(days=HOLD_DAYS)
    return Hold(question_id, HOLD_REASON, today, ends_on, by="customer", documents=documents)
