"""Work for a person where a customer cannot be told what is due: nobody knows where to write."""

from collections.abc import Sequence
from datetime import date, timedelta

from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.open_items import document_ids_of
from shared.domain.tasks import Task
from shared.ids import derived_id

NAMED_MAX = 5
_TITLES = {
    "no_address": "Find an e-mail address: the customer was told nothing of {numbers}",
    "no_phone": "Find a mobile number: the customer got no text message about {numbers}",
    "no_postal_address": "Find a postal address: the customer got no letter about {numbers}",
}


def unheard_tasks(
    account: Account, decisions: Sequence[Decision], now: Now, today: date
) -> tuple[Task, ...]:
    """Return the tasks that decisions make: one for each way on which the customer is not reached.

    The id of a task depends on the customer and the way alone, so that there is one, however many
    messages could not go.
    """
    found: dict[str, list[str]] = {}
    for decision in decisions:
        if decision.code in _TITLES:
            found.setdefault(decision.code, []).extend(decision.documents)
    customer_id = account.customer.customer_id
    return tuple(
        Task(
            task_id=derived_id("unheard", customer_id, code),
            kind="address",
            customer_id=customer_id,
            title=_TITLES[code].format(numbers=_numbers(account, items)),
            created_at=now.business,
            due_on=today + timedelta(days=1),
            documents=document_ids_of(items)[:NAMED_MAX],
        )
        for code, items in found.items()
    )


def _numbers(account: Account, items: Sequence[str]) -> str:
    wanted = document_ids_of(items)
    named = [d.number for d in account.documents if d.document_id in wanted]
    return ", ".join(named[:NAMED_MAX]) + (" and more" if len(named) > NAMED_MAX else "")
