"""The call to one customer, or why there is nothing to call about."""

from typing import Protocol

from shared.domain.calls import Call
from shared.domain.clock import Now
from shared.domain.no_call import NoCall, no_call
from shared.domain.tasks import Task
from shared.usecases.call_customers import KIND, call_of
from shared.usecases.ports.accounts import ReadsAccount
from shared.usecases.ports.tasks import ListsTasks


class Contacts(Protocol):
    def last_call(self, entity_id: str, customer_id: str) -> Task | None: ...


def call_to(
    accounts: ReadsAccount,
    tasks: ListsTasks,
    contacts: Contacts,
    entity_id: str,
    customer_id: str,
    now: Now,
) -> Call | NoCall:
    """Return the call to a customer as the call list has it, else why it is not listed.

    Raises NotFound for a customer that is unknown.
    """
    account = accounts.account(entity_id, customer_id)
    waiting = [
        task
        for task in tasks.list_open(entity_id)
        if task.kind == KIND and task.customer_id == customer_id
    ]
    call = call_of(account, waiting, now)
    if call is not None:
        return call
    today = now.today(account.customer.time_zone)
    last = None if waiting else contacts.last_call(entity_id, customer_id)
    return no_call(waiting, last, account, today)
