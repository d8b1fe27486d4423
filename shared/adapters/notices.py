"""The numbered notices of a customer and how their delivery stands."""

from collections.abc import Mapping
from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.account_items import notice_item
from shared.adapters.codec import Item
from shared.adapters.suppressions import not_suppressed
from shared.adapters.table import (
    NEW,
    VERSION,
    Check,
    ConditionLost,
    Put,
    Table,
    Update,
    Write,
    seen,
)
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.domain.clock import Now, iso
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.mail import MailEvent, MailEventKind
from shared.domain.notice import DeliveryState, Notice
from shared.domain.tasks import Task


class Notices:
    """Claim, call, confirm: every step is conditional, so of many workers one wins."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def claim(
        self, entity: str, customer_id: str, notice: Notice, wall: datetime, *also: Write
    ) -> bool:
        """Insert notice under its number, and also in the same transaction.

        Returns False when another decider took the number (or a condition of also was lost):
        read the account again and decide again.
        """
        try:
            self._table.write(claim_put(entity, customer_id, notice, wall), *also)
        except ConditionLost:
            return False
        return True

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
    ) -> bool:
        """Mark notice n as being handed to SES by the owner of fence, to people and with copies cc.

        done are the positions done with it, where that is less than was claimed. False: not ours to
        send, one of the addresses is one that nothing is mailed to, or done is given and a later
        notice has taken the positions over.
        """
        key = keys.delivery(entity, customer_id, n)
        delivery = Put(
            {
                **key,
                "type": "DELIVERY",
                "customer_id": customer_id,
                "n": n,
                "state": str(DeliveryState.CALLING),
                "fence": fence,
                "to": list(to),
                "cc": list(cc),
                "updated_at": iso(now_wall),
            },
            condition="attribute_not_exists(pk) OR #state = :claimed",
            values={":claimed": str(DeliveryState.CLAIMED)},
        )
        changes: dict[str, object] = dict(
            keys.pending_entry(entity, "await", now_wall, f"{customer_id}#{n}")
        )
        if done is not None:
            changes["done_after"] = dict(done)
        notice = Update(keys.notice(entity, customer_id, n), set=changes)
        still = [not_suppressed(entity, address) for address in (*to, *cc)]
        if done is not None:
            still.append(Check(keys.notice(entity, customer_id, n + 1), NEW))
        try:
            self._table.write(delivery, notice, *still)
        except ConditionLost:
            return False
        return True

    def refused(
        self, entity: str, customer_id: str, n: int, fence: str, wall: datetime, code: str
    ) -> None:
        """Put notice n back to claimed: SES surely did not take it, so it may be tried again."""
        pending = keys.pending_entry(entity, "notice", wall, f"{customer_id}#{n}")
        changes = {
            "state": str(DeliveryState.CLAIMED),
            "fence": "",
            "code": code,
            "updated_at": iso(wall),
        }
        self._finish(
            _of_fence(keys.delivery(entity, customer_id, n), fence, changes),
            Update(keys.notice(entity, customer_id, n), set=pending),
        )

    def sent(
        self,
        entity: str,
        customer_id: str,
        n: int,
        fence: str,
        wall: datetime,
        message_id: str,
        mail_key: str,
    ) -> None:
        """Confirm that SES took notice n under message_id."""
        changes = {
            "state": str(DeliveryState.SENT),
            "message_id": message_id,
            "mail_key": mail_key,
            "updated_at": iso(wall),
        }
        self._finish(
            _of_fence(keys.delivery(entity, customer_id, n), fence, changes),
            Update(keys.notice(entity, customer_id, n), remove=("ppk", "psk")),
        )

    def settle(
        self,
        entity: str,
        customer_id: str,
        n: int,
        state: DeliveryState,
        wall: datetime,
        allowed: tuple[DeliveryState, ...],
        code: str = "",
        *also: Write,
    ) -> bool:
        """Bring the delivery of n to a final state, from one of allowed (or from none yet).

        Returns False when it stands elsewhere already: nothing was written.
        """
        key = keys.delivery(entity, customer_id, n)
        names = {f":a{i}": str(s) for i, s in enumerate(allowed)}
        states = ", ".join(names)
        delivery = Update(
            key,
            set={
                "type": "DELIVERY",
                "customer_id": customer_id,
                "n": n,
                "state": str(state),
                "code": code,
                "updated_at": iso(wall),
            },
            condition=f"attribute_not_exists(pk) OR #state IN ({states})",
            values=names,
        )
        notice = Update(keys.notice(entity, customer_id, n), remove=("ppk", "psk"))
        try:
            self._table.write(delivery, notice, *also)
        except ConditionLost:
            return False
        return True

    def withdraw(self, entity: str, customer_id: str, n: int, now: Now, code: str) -> bool:
        """Close notice n unsent: there is nothing left to ask."""
        claimed = (DeliveryState.CLAIMED,)
        return self.settle(entity, customer_id, n, DeliveryState.WITHDRAWN, now.wall, claimed, code)

    def put_off(
        self, entity: Entity, customer_id: str, n: int, day: date, now: Now, code: str
    ) -> bool:
        """Close notice n unsent, with a ticket: a sweep of day looks at the customer again."""
        claimed, withdrawn = (DeliveryState.CLAIMED,), DeliveryState.WITHDRAWN
        ticket = ticket_put(entity, day, customer_id, f"put-off:{n}")
        whose = (entity.entity_id, customer_id, n)
        return self.settle(*whose, withdrawn, now.wall, claimed, code, ticket)

    def done_with_task(self, entity: str, customer_id: str, n: int, now: Now, task: Task) -> bool:
        """Close notice n by handing it to a person."""
        put = open_task_put(entity, task)
        claimed = (DeliveryState.CLAIMED,)
        return self.settle(entity, customer_id, n, DeliveryState.DONE, now.wall, claimed, "", put)

    def accepted(self, event: MailEvent, now: Now) -> bool:
        """Note that SES sent or delivered the mail: what was unknown is now known."""
        whose = (event.entity_id, event.customer_id, event.n)
        unsure = (DeliveryState.CALLING, DeliveryState.UNKNOWN)
        won = self.settle(*whose, DeliveryState.SENT, now.wall, unsure)
        if event.kind is MailEventKind.DELIVERED:
            known = Update(
                keys.delivery(*whose),
                set={"delivered_at": iso(now.business)},
                condition="attribute_exists(pk) AND attribute_not_exists(delivered_at)",
            )
            self._finish(known)
        return won

    def failed(self, event: MailEvent, now: Now) -> bool:
        """Note that the mail did not reach the customer, or that they do not want it."""
        whose = (event.entity_id, event.customer_id, event.n)
        known = (DeliveryState.CALLING, DeliveryState.UNKNOWN, DeliveryState.SENT)
        return self.settle(*whose, DeliveryState.BOUNCED, now.wall, known, event.detail)

    def unknown(self, entity: str, customer_id: str, n: int, wall: datetime, task: Task) -> bool:
        """Give up waiting for SES's word on notice n: it goes on the operator's list."""
        calling = (DeliveryState.CALLING,)
        put = open_task_put(entity, task)
        return self.settle(
            entity, customer_id, n, DeliveryState.UNKNOWN, wall, calling, "no_event", put
        )

    def stop_mail(self, entity_id: str, customer: Customer, reason: str, task: Task) -> bool:
        """Mail nothing more to customer, and open task. False: the profile changed meanwhile."""
        profile = Update(
            keys.profile(entity_id, customer.customer_id),
            set={"mail_stopped": reason, "version": customer.version + 1},
            condition=VERSION,
            values=seen(customer.version),
        )
        try:
            self._table.write(profile, open_task_put(entity_id, task))
        except ConditionLost as lost:
            return lost.positions == (1,) and self._write(profile)
        return True

    def addressed(self, entity: str, customer_id: str, n: int) -> tuple[str, ...]:
        """Return whom notice n was handed over for, copies apart; nobody before the first call."""
        return tuple((self.delivery(entity, customer_id, n) or {}).get("to", ()))

    def delivery(self, entity: str, customer_id: str, n: int) -> Item | None:
        """Return the delivery item of notice n, or None before the first call."""
        return self._table.get(keys.delivery(entity, customer_id, n))

    def _write(self, *writes: Write) -> bool:
        try:
            self._table.write(*writes)
        except ConditionLost:
            return False
        return True

    def _finish(self, *writes: Write) -> None:
        self._write(*writes)  # if lost, an event or another owner moved it on: their word is newer


def claim_put(entity: str, customer_id: str, notice: Notice, wall: datetime) -> Put:
    """Return the write that claims notice: it is lost where another decider took the number."""
    pending = keys.pending_entry(entity, "notice", wall, f"{customer_id}#{notice.n}")
    return Put(notice_item(entity, customer_id, notice) | pending)


def _of_fence(delivery: keys.Key, fence: str, changes: Item) -> Update:
    """Return the update of a delivery that only the owner of fence may make.

    A mail that bounced before the sender could confirm it stays bounced.
    """
    return Update(
        delivery,
        set=changes,
        condition="fence = :fence AND #state <> :bounced",
        values={":fence": fence, ":bounced": str(DeliveryState.BOUNCED)},
    )
