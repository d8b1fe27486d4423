"""What SES says about a mail that was handed to it."""

from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.mail import MailEvent, MailEventKind
from shared.domain.tasks import Task
from shared.ids import derived_id
from shared.usecases.ports.accounts import ReadsCustomer
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.take_back_untold import Untold, take_back_untold


class Deliveries(Protocol):
    def addressed(self, entity: str, customer_id: str, n: int) -> tuple[str, ...]: ...
    def accepted(self, event: MailEvent, now: Now) -> bool: ...
    def failed(self, event: MailEvent, now: Now) -> bool: ...
    def stop_mail(self, entity_id: str, customer: Customer, reason: str, task: Task) -> bool: ...


class Suppressions(Protocol):
    def add(self, entity_id: str, address: str, reason: str, wall: datetime) -> bool: ...


_ACCEPTED = (MailEventKind.SENT, MailEventKind.DELIVERED)
_UNWANTED = (MailEventKind.BOUNCED, MailEventKind.COMPLAINED)
_ATTEMPTS_MAX = 5


def note_mail_event(
    accounts: ReadsCustomer,
    deliveries: Deliveries,
    suppressions: Suppressions,
    tasks: OpensTasks,
    untold: Untold,
    event: MailEvent,
    now: Now,
) -> str:
    """Bring the notice's delivery up to event; return what was done, as a stable code.

    An address that bounced for good or complained is mailed no more, whoever's it is. Silence is
    not notice: after a hard bounce, a complaint or a rejection a person gets a task, and where it
    was the customer's own address nothing more is mailed to them. Where others failed, the notice
    failed only if it was addressed to nobody else. What was charged with a message that reached
    nobody is taken back, before the notice is closed. Order and repetition of events do not matter.
    """
    if event.kind in _ACCEPTED:
        return "noted" if deliveries.accepted(event, now) else "known"
    for address in event.recipients if event.kind in _UNWANTED else ():
        suppressions.add(event.entity_id, address, str(event.kind), now.wall)
    customer = accounts.customer(event.entity_id, event.customer_id)
    reached = {a.lower() for a in deliveries.addressed(event.entity_id, event.customer_id, event.n)}
    failed = {address.lower() for address in event.recipients}
    reached_nobody = not failed or (bool(reached) and reached <= failed)
    if reached_nobody and event.kind is not MailEventKind.COMPLAINED:
        take_back_unheard(untold, event, now)
    if reached_nobody or customer.email.lower() in failed:
        deliveries.failed(event, now)
    if failed and customer.email.lower() not in failed:
        opened = tasks.open(event.entity_id, _task(event, customer, now))
        return "copy_failed" if opened else "known"
    for _ in range(_ATTEMPTS_MAX):
        if customer.mail_stopped:
            return "known"
        reason = f"{event.kind} {event.detail}".strip()
        if deliveries.stop_mail(event.entity_id, customer, reason, _task(event, customer, now)):
            return "mail_stopped"
        customer = accounts.customer(event.entity_id, event.customer_id)
    return "known"


def take_back_unheard(untold: Untold, event: MailEvent, now: Now) -> int:
    """Take back what the notice of event charged, for it was not heard; return how many charges."""
    whose = (event.entity_id, event.customer_id)
    notice = untold.accounts.notice(*whose, event.n)
    return take_back_untold(untold, *whose, notice, now)


_TITLES = {
    MailEventKind.COMPLAINED: "The customer marked our mail as spam: agree on another way to write"
}


def _task(event: MailEvent, customer: Customer, now: Now) -> Task:
    return Task(
        task_id=derived_id("mail", customer.customer_id, str(event.n), event.kind),
        kind="bounce",
        customer_id=customer.customer_id,
        title=_TITLES.get(event.kind, "Mail does not reach the customer: find a good address"),
        created_at=now.business,
        due_on=now.today(customer.time_zone) + timedelta(days=1),
        documents=(),
        detail=f"Notice {event.n} {event.kind}: {event.detail}",
    )
