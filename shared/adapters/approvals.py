"""Notices that wait for a named person: the question, and what was answered."""

from datetime import datetime

from shared.adapters import keys
from shared.adapters.notices import Notices
from shared.adapters.table import ConditionLost, Delete, Table, Update, Write
from shared.adapters.tasks import Tasks, done_task_put, open_task_put
from shared.domain.answer import Answer
from shared.domain.clock import Now, iso
from shared.domain.notice import DeliveryState
from shared.domain.tasks import Task
from shared.errors import NotFound
from shared.ids import derived_id


def approval_task_id(customer_id: str, n: int) -> str:
    """Return the id of the task that asks a person about notice n: one, however often asked."""
    return derived_id("approve", customer_id, str(n))


class Approvals:
    """Writes of what is asked and answered; of two who answer, one wins."""

    def __init__(self, table: Table, notices: Notices, tasks: Tasks) -> None:
        self._table = table
        self._notices = notices
        self._tasks = tasks

    def ask(self, entity: str, customer_id: str, n: int, now: Now, task: Task) -> bool:
        """Let notice n wait, and open the task that asks for it. False: it is not claimed."""
        waits, claimed = DeliveryState.APPROVAL, (DeliveryState.CLAIMED,)
        put = open_task_put(entity, task)
        return self._notices.settle(entity, customer_id, n, waits, now.wall, claimed, "", put)

    def approve(self, entity: str, customer_id: str, answer: Answer, now: Now) -> bool:
        """Make a notice claimed again, in the name of who answers. False: it waits no more."""
        n, by = answer.n, answer.by
        pending = keys.pending_entry(entity, "notice", now.wall, f"{customer_id}#{n}")
        said = {
            "approved_by": by,
            "approved_subject": answer.subject,
            "approved_at": iso(now.business),
            "tier": answer.tier,
        }
        notice = Update(keys.notice(entity, customer_id, n), set={**said, **pending})
        again = _of_waiting(entity, customer_id, n, DeliveryState.CLAIMED, "approved", now.wall)
        answered = self._answered(entity, customer_id, n, by, "approved", now)
        return self._write(again, notice, *answered)

    def end(
        self,
        entity: str,
        customer_id: str,
        answer: Answer,
        state: DeliveryState,
        code: str,
        now: Now,
    ) -> bool:
        """Close a notice in the name of who answers: nothing is charged or sent.

        False: it waits no more.
        """
        n, by = answer.n, answer.by
        said = {
            "decided_by": by,
            "decided_subject": answer.subject,
            "decided_at": iso(now.business),
        }
        notice = Update(keys.notice(entity, customer_id, n), set=said, remove=("ppk", "psk"))
        ended = _of_waiting(entity, customer_id, n, state, code, now.wall)
        answered = self._answered(entity, customer_id, n, by, answer.note or code, now)
        return self._write(ended, notice, *answered)

    def _answered(
        self, entity: str, customer_id: str, n: int, by: str, note: str, now: Now
    ) -> tuple[Write, ...]:
        task_id = approval_task_id(customer_id, n)
        try:
            task = self._tasks.get(entity, task_id)
        except NotFound:  # somebody ticked it off by hand: the answer counts all the same
            return ()
        done = task.done(now.business, by, note)
        return Delete(keys.open_task(entity, task_id)), done_task_put(entity, done)

    def _write(self, *writes: Write) -> bool:
        try:
            self._table.write(*writes)
        except ConditionLost:
            return False
        return True


def _of_waiting(
    entity: str, customer_id: str, n: int, state: DeliveryState, code: str, wall: datetime
) -> Update:
    return Update(
        keys.delivery(entity, customer_id, n),
        set={"state": str(state), "code": code, "updated_at": iso(wall)},
        condition="#state = :waiting",
        values={":waiting": str(DeliveryState.APPROVAL)},
    )
