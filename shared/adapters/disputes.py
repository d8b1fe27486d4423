"""Disputes: opened with the task to answer them; closed with the answer and a ticket to look."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from shared.adapters import keys
from shared.adapters.agreement_items import dispute_from, dispute_item
from shared.adapters.heads import read_heads
from shared.adapters.notices import claim_put
from shared.adapters.requests import request_puts
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, Write, seen
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.domain.agreement import Dispute
from shared.domain.cash_step import UNNAMED, Asked
from shared.domain.entity import Entity
from shared.domain.messages import AnswerView
from shared.domain.notice import Notice
from shared.domain.tasks import Task
from shared.errors import Conflict, NotFound


class Disputes:
    """Reads and writes of commercial disputes."""

    def __init__(self, table: Table, asked: Asked = UNNAMED) -> None:
        self._table = table
        self._asked = asked

    def asked(self, asked: Asked) -> "Disputes":
        """Return the same disputes; what is made there is noted as what this request made."""
        return Disputes(self._table, asked)

    def open(self, entity: Entity, customer_id: str, dispute: Dispute, task: Task) -> bool:
        """Write a new dispute and its task; return False where it is there already (a retry)."""
        place = keys.dispute(entity.entity_id, customer_id, dispute.dispute_id)
        try:
            self._table.write(
                Put(dispute_item(place, customer_id, dispute)),
                open_task_put(entity.entity_id, task),
                *request_puts(entity.entity_id, self._asked, dispute.dispute_id),
            )
        except ConditionLost:
            return False
        return True

    def of(self, entity_id: str, customer_id: str) -> Iterator[Dispute]:
        """Yield the disputes of a customer, those of the past last."""
        for partition in (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id)):
            for item in self._table.query(partition, begins="DISPUTE#"):
                yield dispute_from(item)

    def find(self, entity_id: str, customer_id: str, dispute_id: str) -> Dispute:
        """Return a dispute, open or closed. Raises NotFound."""
        whose = (entity_id, customer_id, dispute_id)
        found = self._table.get_many([keys.dispute(*whose), keys.past_dispute(*whose)])
        if not found:
            raise NotFound(dispute=dispute_id)
        return dispute_from(found[0])

    def answer(self, entity_id: str, customer_id: str, dispute_id: str) -> AnswerView:
        """Return what a closed dispute's mail says. Raises NotFound."""
        dispute = self.find(entity_id, customer_id, dispute_id)
        wanted = [(customer_id, document_id) for document_id in dispute.documents]
        heads = read_heads(self._table, entity_id, wanted)
        return AnswerView(
            outcome=str(dispute.outcome or ""),
            numbers=tuple(sorted(head.number for head in heads.values())),
            opened_on=dispute.opened_on,
            words=dispute.answer,
            amount=dispute.amount,
        )

    def close(
        self,
        entity: Entity,
        customer_id: str,
        closed: Dispute,
        today: date,
        task: Task | None,
        notice: Notice | None,
        wall: datetime,
    ) -> bool:
        """Make closed true where its dispute is still open; task is work that comes of it.

        notice is the mail that answers it. Returns False where only its number was taken: nothing
        was written. The dispute moves to the past at once, unless what it contests is still left
        alone for a while. Raises Conflict where somebody else closed it.
        """
        whose = (entity.entity_id, customer_id, closed.dispute_id)
        before = seen(closed.version - 1)
        place = keys.dispute(*whose)
        writes: list[Write]
        if closed.quiet_through is None:
            past = dispute_item(keys.past_dispute(*whose), customer_id, closed)
            writes = [Delete(place, VERSION, before), Put(past)]
            day = today
        else:
            writes = [Put(dispute_item(place, customer_id, closed), VERSION, before)]
            day = closed.quiet_through + timedelta(days=1)
        writes.append(ticket_put(entity, day, customer_id, f"dispute:{closed.dispute_id}"))
        if task is not None:
            writes.append(open_task_put(entity.entity_id, task))
        if notice is not None:
            writes.append(claim_put(entity.entity_id, customer_id, notice, wall))
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            if notice is not None and lost.positions == (len(writes) - 1,):
                return False
            raise Conflict(dispute=closed.dispute_id, reason="it is closed already") from None
        return True
