"""Promises to pay: what became of one, and what is still waited for by it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.domain.account import Account
from shared.domain.agreement import Promise
from shared.domain.document import Document
from shared.domain.money import Money


class PromiseState(StrEnum):
    RUNNING = "running"
    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Arrived:
    """Money that arrived for a promised document, by value date. What went back is negative."""

    value_date: date
    amount: Money


def promise_state(promise: Promise, arrived: Iterable[Arrived], today: date) -> PromiseState:
    """Return how promise stands on today by the money that arrived from the day it was made.

    Kept: all of it by the promised day. Late: all of it within the days of grace. Broken: those
    are over and it is not here; what comes after that does not mend it. What is dated after today
    is not looked at, so a day's answer never changes when later money is added.
    """
    money = tuple(arrived)
    in_time = _sum(promise, money, min(promise.pays_on, today))
    with_grace = _sum(promise, money, min(promise.last_day, today))
    if promise.withdrawn_on is not None and promise.withdrawn_on <= today:
        return PromiseState.WITHDRAWN
    if promise.decided_on is not None and promise.decided_on <= today:
        return PromiseState(promise.outcome)
    if in_time >= promise.amount.minor:
        return PromiseState.KEPT
    if with_grace >= promise.amount.minor:
        return PromiseState.LATE
    return PromiseState.RUNNING if today <= promise.last_day else PromiseState.BROKEN


def still_promised(account: Account, promise: Promise, document: Document, today: date) -> Money:
    """Return how much of document is still waited for by promise on today.

    What left the promised documents since counts as paid, so a kept promise of a part covers no
    more. The rest goes over the documents in the order in which the promise names them.
    """
    nothing = Money.zero(document.open.currency)
    if not promise.in_force(today) or promise.amount.currency != document.open.currency:
        return nothing
    found = (account.document(document_id) for document_id in promise.documents)
    opens = [d.open.minor if d is not None else 0 for d in found]
    left = promise.amount.minor
    if promise.was_open is not None:
        left -= max(promise.was_open.minor - sum(opens), 0)
    for document_id, open_minor in zip(promise.documents, opens, strict=True):
        here = max(min(left, open_minor), 0)
        if document_id == document.document_id:
            return Money(minor=here, currency=document.open.currency)
        left -= here
    return nothing


def _sum(promise: Promise, arrived: Iterable[Arrived], through: date) -> int:
    return sum(
        money.amount.minor
        for money in arrived
        if money.amount.currency == promise.amount.currency
        and money.value_date <= through
        and (promise.made_on is None or promise.made_on <= money.value_date)
    )
