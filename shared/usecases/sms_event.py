"""What the network says about a text message that was handed to it."""

from datetime import timedelta
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.mail import MailEvent, MailEventKind
from shared.domain.tasks import Task
from shared.ids import derived_id
from shared.usecases.mail_event import take_back_unheard
from shared.usecases.ports.accounts import ReadsCustomer
from shared.usecases.ports.tasks import OpensTasks
from shared.usecases.take_back_untold import Untold


class Deliveries(Protocol):
    def accepted(self, event: MailEvent, now: Now) -> bool: ...
    def failed(self, event: MailEvent, now: Now) -> bool: ...


def note_sms_event(
    accounts: ReadsCustomer,
    deliveries: Deliveries,
    tasks: OpensTasks,
    untold: Untold,
    event: MailEvent,
    now: Now,
) -> str:
    """Bring the notice's delivery up to event; return what was done, as a stable code.

    A message that did not arrive gives a person the task to find a number that works, and what it
    charged is taken back: silence is not notice. Order and repetition of events do not matter.
    """
    if event.kind is not MailEventKind.BOUNCED:
        return "noted" if deliveries.accepted(event, now) else "known"
    customer = accounts.customer(event.entity_id, event.customer_id)
    task = failed_task(customer, event.n, event.detail, now)
    opened = tasks.open(event.entity_id, task)
    take_back_unheard(untold, event, now)
    deliveries.failed(event, now)
    return "failed" if opened else "known"


def failed_task(customer: Customer, n: int, why: str, now: Now) -> Task:
    """Return what a person has to do about a text message that does not arrive: once a notice."""
    return Task(
        task_id=derived_id("sms", customer.customer_id, str(n)),
        kind="bounce",
        customer_id=customer.customer_id,
        title="A text message does not reach the customer: find a good number, or call",
        created_at=now.business,
        due_on=now.today(customer.time_zone) + timedelta(days=1),
        detail=f"Notice {n}: {why}",
        notice=n,
    )
