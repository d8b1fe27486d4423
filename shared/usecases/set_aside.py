"""Delivering a claimed notice: what every way out writes, and closing one that says nothing now."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.notice import DeliveryState, Notice
from shared.domain.policy_book import PolicyBook
from shared.usecases.put_off_notice import waits_until
from shared.usecases.take_back_untold import Untold, take_back_untold


class Deliveries(Protocol):
    def call(
        self,
        entity: str,
        customer_id: str,
        n: int,
        fence: str,
        now_wall: datetime,
        to: tuple[str, ...],
        done: Mapping[str, int] | None = None,
        cc: tuple[str, ...] = (),
    ) -> bool: ...
    def refused(
        self, entity: str, customer_id: str, n: int, fence: str, wall: datetime, code: str
    ) -> None: ...
    def sent(
        self,
        entity: str,
        customer_id: str,
        n: int,
        fence: str,
        wall: datetime,
        message_id: str,
        mail_key: str,
    ) -> None: ...
    def put_off(
        self, entity: Entity, customer_id: str, n: int, day: date, now: Now, code: str
    ) -> bool: ...
    def settle(
        self,
        entity: str,
        customer_id: str,
        n: int,
        state: DeliveryState,
        wall: datetime,
        allowed: tuple[DeliveryState, ...],
        code: str = "",
    ) -> bool: ...


def set_aside(
    deliveries: Deliveries,
    untold: Untold,
    entity: Entity,
    account: Account,
    notice: Notice,
    book: PolicyBook,
    code: str,
    now: Now,
) -> str:
    """Close a claimed notice that says nothing now, for code; return what was done, as a code.

    withdrawn: where it only has to wait, a sweep looks again on the day it may go out. put_off: a
    person agreed to it and it only waits, so it stays claimed.
    """
    whose = (entity.entity_id, account.customer.customer_id)
    day = waits_until(account, notice, book, now) if notice.kind == "stage" else None
    if day is not None and notice.approved_by:
        return "put_off"
    take_back_untold(untold, *whose, notice, now)
    if day is not None:
        deliveries.put_off(entity, whose[1], notice.n, day, now, code)
        return "withdrawn"
    claimed, withdrawn = (DeliveryState.CLAIMED,), DeliveryState.WITHDRAWN
    deliveries.settle(*whose, notice.n, withdrawn, now.wall, claimed, code)
    return "withdrawn"
