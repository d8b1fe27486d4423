"""What a rung does beyond a mail: approval first, then its fee, then the letter, call or case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreement import Handover, HandoverTier
from shared.domain.case_pack import PackRequest
from shared.domain.clock import Now
from shared.domain.decide import Decision
from shared.domain.entity import Entity
from shared.domain.escalation import reminded
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.open_items import document_ids_of
from shared.domain.tasks import Task, told
from shared.ids import derived_id
from shared.usecases.charging import charge_stage
from shared.usecases.charging_ports import Ports as Charging
from shared.usecases.ports.accounts import AccountsAndNotices
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.ports.queue import Queue
from shared.usecases.put_off_notice import waits_until
from shared.usecases.second_look import second_look
from shared.usecases.take_back_untold import Untold, take_back_untold

_DAYS_TO_ACT = 2
_ASKS: Mapping[Channel, str] = {
    Channel.EMAIL: "Decide: send the mail about {numbers}, or not",
    Channel.SMS: "Decide: send the text message about {numbers}, or not",
    Channel.LETTER: "Decide: send the formal letter about {numbers}, or not",
    Channel.CALL: "Decide: have the customer called about {numbers}, or not",
    Channel.HANDOVER: "Decide: hand over {numbers} to a lawyer or agency, or go on",
}
_CALL = "Call about {numbers}"
_SENT_BY: Mapping[Channel, tuple[str, str]] = {
    Channel.EMAIL: ("NOTICE", "notice"),
    Channel.SMS: ("NOTICE", "sms"),
    Channel.LETTER: ("DOCUMENT", "letter"),
}
"""Queue and kind of the message that has a notice sent."""


class Deliveries(Protocol):
    def put_off(
        self, entity: Entity, customer_id: str, n: int, day: date, now: Now, code: str
    ) -> bool: ...
    def withdraw(self, entity: str, customer_id: str, n: int, now: Now, code: str) -> bool: ...
    def done_with_task(
        self, entity: str, customer_id: str, n: int, now: Now, task: Task
    ) -> bool: ...


class Approvals(Protocol):
    def ask(self, entity: str, customer_id: str, n: int, now: Now, task: Task) -> bool: ...


class Handovers(Protocol):
    def make(
        self, entity_id: str, customer_id: str, handover: Handover, pack: PackRequest, now: Now
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that escalating needs from outside."""

    accounts: AccountsAndNotices
    policies: ReadsBook
    charging: Charging
    deliveries: Deliveries
    approvals: Approvals
    handovers: Handovers
    queue: Queue


def escalate(ports: Ports, entity_id: str, customer_id: str, n: int, now: Now) -> str:
    """Carry out what notice n calls for; return what was done, as a stable code.

    Nothing is charged, sent or handed over before a named person has agreed, where its stage asks
    for that. Every step may be repeated: a charge is one document per invoice and rule, a task one
    per notice.
    """
    notice = ports.accounts.notice(entity_id, customer_id, n)
    if notice.delivery is not DeliveryState.CLAIMED:
        return "elsewhere"
    entity = ports.accounts.entity(entity_id)
    if entity.waits or (entity.mail_paused and notice.channel is Channel.EMAIL):
        return "held"
    account = ports.accounts.account(entity_id, customer_id)
    book = ports.policies.book(entity_id, account)
    decision = second_look(account, notice, book, now)
    if isinstance(decision, str):
        day = waits_until(account, notice, book, now)
        if day is not None and notice.approved_by:
            return "put_off"
        untold = Untold(ports.accounts, ports.charging.ledger, ports.charging.pause)
        take_back_untold(untold, entity_id, customer_id, notice, now)
        if day is not None:
            ports.deliveries.put_off(entity, customer_id, n, day, now, decision)
        else:
            ports.deliveries.withdraw(entity_id, customer_id, n, now, decision)
        return "withdrawn"
    if notice.waits_for_approval:
        task = _task(account, notice, decision, "approve", _ASKS[notice.channel], now)
        asked = ports.approvals.ask(entity_id, customer_id, n, now, task)
        return "approval" if asked else "elsewhere"
    stage = book.stage(notice.policy, notice.stage)
    made = 0
    if stage is not None and stage.charges:
        documents = reminded(account, book, decision)
        made = charge_stage(ports.charging, entity, customer_id, documents, stage, now)
    if notice.channel in _SENT_BY:
        queue, kind = _SENT_BY[notice.channel]
        body: dict[str, object] = {"entity": entity_id, "customer_id": customer_id}
        ports.queue.send(queue, body | {"kind": kind, "n": n})
        return f"charged_{made}"
    if notice.channel is Channel.HANDOVER:
        return _hand_over(ports, entity_id, account, notice, decision, now)
    task = _task(account, notice, decision, "call", _CALL, now)
    done = ports.deliveries.done_with_task(entity_id, customer_id, n, now, task)
    return "task" if done else "elsewhere"


def _hand_over(
    ports: Ports, entity_id: str, account: Account, notice: Notice, decision: Decision, now: Now
) -> str:
    customer = account.customer
    handover = Handover(
        handover_id=derived_id("handover", customer.customer_id, str(notice.n)),
        tier=HandoverTier(notice.tier),
        approved_by=notice.approved_by,
        starts_on=now.today(customer.time_zone),
        notice=notice.n,
        documents=document_ids_of(decision.documents),
        reason=decision.reason,
    )
    pack = PackRequest(
        pack_id=derived_id("pack", customer.customer_id, str(notice.n)),
        customer_id=customer.customer_id,
        asked_at=now.business,
        by=notice.approved_by,
    )
    made = ports.handovers.make(entity_id, customer.customer_id, handover, pack, now)
    return "handed_over" if made else "elsewhere"


def _task(
    account: Account, notice: Notice, decision: Decision, kind: str, title: str, now: Now
) -> Task:
    today = now.today(account.customer.time_zone)
    customer_id = account.customer.customer_id
    prefix = "approve" if kind == "approve" else "task"
    documents = document_ids_of(decision.documents)
    named = (account.document(document_id) for document_id in documents)
    return Task(
        task_id=derived_id(prefix, customer_id, str(notice.n)),
        kind=kind,
        customer_id=customer_id,
        title=title.format(numbers=told(d.number for d in named if d is not None)),
        created_at=now.business,
        due_on=today + timedelta(days=_DAYS_TO_ACT),
        documents=documents,
        detail=decision.reason,
        notice=notice.n,
        items=decision.documents if decision.documents != documents else (),
    )
