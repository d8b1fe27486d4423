"""The sweep's part of autopay: announce what will be taken, begin what is due, close what is over.

It comes before the decision of the same day, so that money is taken before anybody is reminded.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.autopay import (
    Announced,
    Taking,
    to_announce,
    to_end,
    to_forget,
    to_take,
)
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import Now
from shared.domain.collection import NOT_ANNOUNCED, Collection
from shared.domain.coverage import items_on
from shared.domain.entity import Entity
from shared.domain.mandate import Mandate
from shared.domain.money import total
from shared.domain.notice import AUTOPAY, DeliveryState, Notice, NoticeItem
from shared.domain.notices import next_notice
from shared.domain.policy import Policy
from shared.domain.put_off import quiet_until
from shared.ids import derived_id
from shared.usecases.ports.accounts import ReadsNotice

_EXPECTED_WITHIN = timedelta(days=30)
_UNSAID = (
    DeliveryState.WITHDRAWN,
    DeliveryState.FAILED,
    DeliveryState.BOUNCED,
    DeliveryState.UNKNOWN,
)


class Collections(Protocol):
    def announce(
        self, entity: Entity, customer_id: str, new: Collection, notice: Notice, now: Now
    ) -> bool: ...
    def begin(
        self,
        entity: Entity,
        customer_id: str,
        begun: Collection,
        checkout: Checkout,
        mandate: Mandate,
        now: Now,
    ) -> bool: ...
    def end(self, entity: Entity, customer_id: str, ended: Collection) -> bool: ...
    def forget(self, entity: Entity, customer_id: str, over: Collection) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that autopay needs from outside, short of the gateway."""

    notices: ReadsNotice
    collections: Collections


def tend_autopay(ports: Ports, entity: Entity, account: Account, policy: Policy, now: Now) -> int:
    """Do the next thing that is due for account's autopay; return how much was done, or tried.

    Where it returns more than 0 the account has changed, and there may be more to do. While the
    entity waits, nothing is announced and nothing is taken. An announcement waits for the end of
    policy's quiet hours, and for nothing else: the day it names would move with it.
    """
    customer_id, today = account.customer.customer_id, now.today(account.customer.time_zone)
    if entity.waits:
        return 0
    over = [*to_end(account, today), *_unsaid(ports, entity, account, today)]
    for collection in over:
        ports.collections.end(entity, customer_id, collection)
    forgotten = to_forget(account)
    for collection in forgotten:
        ports.collections.forget(entity, customer_id, collection)
    if over or forgotten:
        return len(over) + len(forgotten)
    begun = [t for t in to_take(account, today) if _was_said(ports, entity, account, t)]
    for taking in begun:
        _begin(ports, entity, account, taking, today, now)
    if begun:
        return len(begun)
    if quiet_until(policy, today, now.time_of_day(account.customer.time_zone)) is not None:
        return 0
    for announced in to_announce(account, policy.autopay, today)[:1]:
        _announce(ports, entity, account, announced, today, now)
        return 1
    return 0


def _begin(
    ports: Ports, entity: Entity, account: Account, taking: Taking, today: date, now: Now
) -> None:
    """Note a try. Its name comes from customer, day and what is taken: two sweeps meet."""
    customer_id = account.customer.customer_id
    parts = [f"{document_id}:{amount.minor}" for document_id, amount in taking.allocations]
    whose = (entity.entity_id, customer_id, taking.collection.collection_id)
    checkout_id = derived_id("autopay", *whose, today.isoformat(), *parts)
    created_at = now.wall.replace(microsecond=0)
    checkout = Checkout(
        checkout_id=checkout_id,
        state=CheckoutState.PROCESSING,
        amount=total((a for _, a in taking.allocations), taking.allocations[0][1].currency),
        allocations=taking.allocations,
        created_at=created_at,
        expires_at=created_at + _EXPECTED_WITHIN,
        mandate_id=taking.mandate.mandate_id,
    )
    begun = taking.collection.begun(today, checkout_id)
    ports.collections.begin(entity, customer_id, begun, checkout, taking.mandate, now)


def _announce(
    ports: Ports, entity: Entity, account: Account, announced: Announced, today: date, now: Now
) -> None:
    customer_id, mandate = account.customer.customer_id, announced.mandate
    if mandate.method is None:
        return
    day = announced.take_on.isoformat()
    name = ("collection", entity.entity_id, customer_id, mandate.mandate_id)
    collection_id = derived_id(*name, announced.currency, day)
    notice = next_notice(
        account.newest_notice,
        kind=AUTOPAY,
        as_of=today,
        claimed_at=now.business,
        items=_items(account, announced, today),
        payment_id=collection_id,
    )
    new = Collection(
        collection_id=collection_id,
        mandate_id=mandate.mandate_id,
        account=mandate.method,
        lines=announced.lines,
        announced_on=today,
        take_on=announced.take_on,
        notice=notice.n,
        retry_on=announced.retry_on,
        next_on=announced.take_on,
    )
    ports.collections.announce(entity, customer_id, new, notice, now)


def _items(account: Account, announced: Announced, today: date) -> tuple[NoticeItem, ...]:
    by_id = {item.document_id: item for item in items_on(account, today)}
    return tuple(
        NoticeItem(item_id, by_id[item_id].number, by_id[item_id].due_on, amount, asked=True)
        for item_id, amount in announced.lines
    )


def _unsaid(ports: Ports, entity: Entity, account: Account, today: date) -> tuple[Collection, ...]:
    """Return the collections whose announcement never went out, as far as is known, ended."""
    return tuple(
        c.ended(NOT_ANNOUNCED, today)
        for c in account.collections
        if c.next_on is not None and not c.tries and _delivery(ports, entity, account, c) in _UNSAID
    )


def _was_said(ports: Ports, entity: Entity, account: Account, taking: Taking) -> bool:
    """Return whether the announcement went out; what is still on its way waits."""
    if taking.collection.tries:
        return True
    return _delivery(ports, entity, account, taking.collection) is DeliveryState.SENT


def _delivery(
    ports: Ports, entity: Entity, account: Account, collection: Collection
) -> DeliveryState:
    whose = (entity.entity_id, account.customer.customer_id)
    return ports.notices.notice(*whose, collection.notice).delivery
