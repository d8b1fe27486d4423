"""A customer says when money comes: what is promised is not chased until that day is over."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Promise
from shared.domain.agreement_drafts import PromiseDraft
from shared.domain.agreements_over import over
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.money import total
from shared.domain.portal import Received
from shared.domain.promise import Arrived, PromiseState, promise_state
from shared.domain.promise_rule import PromiseRule, may_promise
from shared.ids import derived_id
from shared.usecases.ports.accounts import Accounts


class Promises(Protocol):
    def make(self, entity: Entity, customer_id: str, promise: Promise) -> bool: ...
    def of(self, entity_id: str, customer_id: str) -> Iterable[Promise]: ...


class Papers(Protocol):
    def received(
        self, entity_id: str, customer_id: str, document_id: str, currency: str
    ) -> tuple[Received, ...]: ...


def promise_to_pay(
    accounts: Accounts,
    promises: Promises,
    entity_id: str,
    draft: PromiseDraft,
    rule: PromiseRule,
    now: Now,
    *,
    by: str,
    request_id: str = "",
) -> Promise:
    """Return the new promise that draft asks for.

    The same request_id, or without one the same words on a day, give the same promise. Raises
    NotFound, InvalidInput or Conflict where it may not be given
    (shared.domain.promise_rule.may_promise).
    """
    entity = accounts.entity(entity_id)
    account = accounts.account(entity_id, draft.customer_id)
    today = now.today(account.customer.time_zone)
    named = tuple(sorted(set(draft.documents)))
    words = (request_id,) if request_id else _words(draft, named, today)
    promise_id = derived_id("promise", entity_id, draft.customer_id, *words)
    known = next((p for p in account.promises if p.promise_id == promise_id), None)
    if known is not None:
        return known
    promised = may_promise(account, named, draft.amount, draft.pays_on, rule, today)
    opens = (d.open for d in account.documents if d.document_id in named)
    promise = Promise(
        promise_id=promise_id,
        documents=named,
        amount=promised,
        pays_on=draft.pays_on,
        grace_days=rule.grace_days,
        made_on=today,
        by=by,
        was_open=total(opens, promised.currency),
    )
    promises.make(entity, draft.customer_id, promise)
    return promise


def _words(draft: PromiseDraft, named: tuple[str, ...], today: date) -> tuple[str, ...]:
    """Return what makes two promises of today without a name the same one."""
    amount = draft.amount
    said = "all" if amount is None else f"{amount.minor} {amount.currency}"
    return today.isoformat(), draft.pays_on.isoformat(), said, *named


def promises_of(
    promises: Promises, papers: Papers, entity_id: str, account: Account, today: date
) -> tuple[tuple[Promise, PromiseState], ...]:
    """Return the customer's promises and how each stands on today, the newest last.

    One whose days are gone while money is on its way still runs.
    """
    customer_id = account.customer.customer_id
    waiting = over(account, today).waiting
    told = [
        (
            promise,
            PromiseState.RUNNING
            if promise in waiting
            else promise_state(promise, arrived(papers, entity_id, customer_id, promise), today),
        )
        for promise in promises.of(entity_id, customer_id)
    ]
    return tuple(sorted(told, key=lambda one: (one[0].pays_on, one[0].promise_id)))


def arrived(
    papers: Papers, entity_id: str, customer_id: str, promise: Promise
) -> tuple[Arrived, ...]:
    return tuple(
        Arrived(money.received_on, money.amount)
        for document_id in promise.documents
        for money in papers.received(entity_id, customer_id, document_id, promise.amount.currency)
        if not money.note_id
    )
