"""Change what is mailed to a customer: their own wish, or what an operator knows."""

from datetime import timedelta
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.mail_wish import MailWish, wished
from shared.domain.portal import Link
from shared.domain.tasks import Task
from shared.errors import WriteConflict
from shared.ids import derived_id
from shared.usecases.ports.accounts import Customers

_ATTEMPTS_MAX = 8


class Wishes(Protocol):
    def note(
        self,
        entity: Entity,
        after: Customer,
        wish: MailWish,
        by: str,
        now: Now,
        task: Task | None = None,
    ) -> bool: ...


class Links(Protocol):
    def find(self, entity_id: str, token: str) -> Link | None: ...


def wish_for_mail(
    accounts: Customers,
    wishes: Wishes,
    entity_id: str,
    customer_id: str,
    wish: MailWish,
    by: str,
    now: Now,
) -> Customer:
    """Make wish true from today on, and return the customer; wished twice, it is one wish.

    Where a customer wants no reminders a person gets the task to talk to them: the debt stays.
    Raises NotFound, and WriteConflict when the profile changes again and again.
    """
    entity = accounts.entity(entity_id)
    for _ in range(_ATTEMPTS_MAX):
        customer = accounts.customer(entity_id, customer_id)
        today = now.today(customer.time_zone)
        after = wished(customer, wish, today)
        if after == customer and wish is not MailWish.MAIL_AGAIN:  # which is of contacts, too
            return customer
        task = _task(customer, now) if wish is MailWish.NO_REMINDERS else None
        if wishes.note(entity, after, wish, by, now, task):
            return after
    raise WriteConflict(customer=customer_id)


def stop_reminders_by_link(
    links: Links, accounts: Customers, wishes: Wishes, entity_id: str, token: str, now: Now
) -> str:
    """Stop the reminders of the customer whose link token ever was; return a code for the log.

    stopped, or unknown. The caller tells the person the same in both cases. A link that opens the
    account no more still stops reminders: an old mail may be answered late.
    """
    link = links.find(entity_id, token)
    if link is None:
        return "unknown"
    wish_for_mail(
        accounts, wishes, entity_id, link.customer_id, MailWish.NO_REMINDERS, "customer", now
    )
    return "stopped"


def _task(customer: Customer, now: Now) -> Task:
    return Task(
        task_id=derived_id("no_reminders", customer.customer_id, str(customer.version + 1)),
        kind="no_reminders",
        customer_id=customer.customer_id,
        title=f"{customer.name} wants no reminders by mail: get in touch in another way",
        created_at=now.business,
        due_on=now.today(customer.time_zone) + timedelta(days=1),
        documents=(),
        detail="What is owed is still owed; calls, letters and what a person sends go on.",
    )
