"""What a rung does beyond a mail: its fee first, then the task for a person."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from shared.domain.account import Account, Channel, DeliveryState, Entity, Notice
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.open_items import document_ids_of
from shared.domain.policy_book import PolicyBook
from shared.domain.tasks import Task
from shared.ids import derived_id
from shared.usecases.charging import charge_stage
from shared.usecases.charging_ports import Ports as Charging
from shared.usecases.send_notice import second_look

_DAYS_TO_ACT = 2
_TITLES: Mapping[Channel, str] = {
    Channel.CALL: "Call the customer about overdue invoices",
    Channel.HANDOVER: "Decide: hand over to a lawyer or agency, or go on",
}


class Accounts(Protocol):
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...
    def notice(self, entity_id: str, customer_id: str, n: int) -> Notice: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...


class Deliveries(Protocol):
    def withdraw(self, entity: str, customer_id: str, n: int, now: Now, code: str) -> bool: ...
    def done_with_task(
        self, entity: str, customer_id: str, n: int, now: Now, task: Task
    ) -> bool: ...


class Queue(Protocol):
    def send(self, queue: str, body: dict[str, object]) -> None: ...


def escalate(
    accounts: Accounts,
    policies: Policies,
    charging: Charging,
    deliveries: Deliveries,
    queue: Queue,
    entity_id: str,
    customer_id: str,
    n: int,
    now: Now,
) -> str:
    """Carry out notice n's charges and task; return what was done, as a stable code.

    Every step may be repeated: a charge is one document per invoice and rule, a task one per
    notice.
    """
    notice = accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED:
        return "elsewhere"
    entity = accounts.entity(entity_id)
    if entity.hold_all:
        return "held"
    account = accounts.account(entity_id, customer_id)
    book = policies.book(entity_id, account)
    decision = second_look(account, notice, book, now)
    if isinstance(decision, str):
        deliveries.withdraw(entity_id, customer_id, n, now, decision)
        return "withdrawn"
    stage = book.stage(notice.policy, notice.stage)
    made = 0
    if stage is not None and stage.charges:
        documents = document_ids_of(decision.documents)
        made = charge_stage(charging, entity, customer_id, documents, stage, now)
    if notice.channel is Channel.EMAIL:
        queue.send(
            "NOTICE", {"entity": entity_id, "customer_id": customer_id, "kind": "notice", "n": n}
        )
        return f"charged_{made}"
    task = _task(account, notice, decision, now)
    return (
        "task" if deliveries.done_with_task(entity_id, customer_id, n, now, task) else "elsewhere"
    )


def _task(account: Account, notice: Notice, decision: Decision, now: Now) -> Task:
    today = now.today(account.customer.time_zone)
    customer_id = account.customer.customer_id
    return Task(
        task_id=derived_id("task", customer_id, str(notice.n)),
        kind=str(notice.channel),
        customer_id=customer_id,
        title=_TITLES[notice.channel],
        created_at=now.business,
        due_on=today + timedelta(days=_DAYS_TO_ACT),
        documents=document_ids_of(decision.documents),
        detail=decision.reason,
    )
