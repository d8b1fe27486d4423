"""Promises to pay: whether one may be given, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.account import Account, Promise
from shared.domain.coverage import coverage
from shared.domain.money import Money, total
from shared.errors import Conflict, InvalidInput, NotFound


class PromiseRule(BaseModel):
    """How far ahead a customer may promise, and how many days later the money still counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    days_max: Annotated[int, Field(ge=1, le=180)] = 14
    grace_days: Annotated[int, Field(ge=0, le=30)] = 3


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
    if in_time >= promise.amount.minor:
        return PromiseState.KEPT
    if with_grace >= promise.amount.minor:
        return PromiseState.LATE
    return PromiseState.RUNNING if today <= promise.last_day else PromiseState.BROKEN


def may_promise(
    account: Account,
    documents: tuple[str, ...],
    amount: Money | None,
    pays_on: date,
    rule: PromiseRule,
    today: date,
) -> Money:
    """Return the amount of a promise that may be given on today: amount, or all that is payable.

    Raises NotFound for what is not open on the account, InvalidInput for a day or an amount that
    no promise can have, and Conflict where a document is promised already.
    """
    found = [account.document(document_id) for document_id in documents]
    named = [document for document in found if document is not None]
    if not named or len(named) != len(found):
        raise NotFound()
    currencies = {document.open.currency for document in named}
    if len(currencies) > 1 or (amount is not None and amount.currency not in currencies):
        raise InvalidInput(field="amount", reason="one promise is about one currency")
    if not today <= pays_on <= today + timedelta(days=rule.days_max):
        reason = f"today or later, within {rule.days_max} days"
        raise InvalidInput(field="pays_on", reason=reason)
    if any(p.in_force(today) and set(p.documents) & set(documents) for p in account.promises):
        raise Conflict(reason="payment of this is promised already")
    covers = coverage(account, today)
    payable = total((covers[d.document_id].payable for d in named), named[0].open.currency)
    wanted = payable if amount is None else amount
    if not 0 < wanted.minor <= payable.minor:
        raise InvalidInput(field="amount", reason="more than nothing and at most what is payable")
    return wanted


def _sum(promise: Promise, arrived: Iterable[Arrived], through: date) -> int:
    return sum(
        money.amount.minor
        for money in arrived
        if money.amount.currency == promise.amount.currency
        and money.value_date <= through
        and (promise.made_on is None or promise.made_on <= money.value_date)
    )
