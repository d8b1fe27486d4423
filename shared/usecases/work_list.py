"""What people have to do, in the order of its days; what is settled is no work, and ends itself."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Protocol

from shared.domain.answer import Answer
from shared.domain.clock import Now
from shared.domain.document import Document
from shared.domain.notice import DeliveryState
from shared.domain.settled_task import APPROVAL, NOTE, is_settled, may_settle
from shared.domain.tasks import Task, in_due_order
from shared.usecases.ports.tasks import ListsTasks

_TASKS_PER_READ = 50
_SETTLED = "nothing_left_to_ask"


class Tasks(ListsTasks, Protocol):
    def asked_for(self, entity_id: str, tasks: Sequence[Task]) -> Mapping[str, Document]: ...


class Endings(Tasks, Protocol):
    def followed(self, entity_id: str, done: Sequence[Task], after: Task | None) -> bool: ...


class Approvals(Protocol):
    def end(
        self,
        entity: str,
        customer_id: str,
        answer: Answer,
        state: DeliveryState,
        code: str,
        now: Now,
    ) -> bool: ...


def work_list(
    tasks: Tasks, entity_id: str, customer_id: str = "", after: str = ""
) -> Iterator[Task]:
    """Yield open tasks, the one first that is to be done first, without those that are settled.

    customer_id leaves only what is about that customer. after is the place of the task that the
    list goes on behind. Whether a task is settled is looked up only as far as the list is read.
    """
    found = (t for t in tasks.list_open(entity_id) if customer_id in ("", t.customer_id))
    ahead = [t for t in in_due_order(found) if t.place > after]
    for chunk in batched(ahead, _TASKS_PER_READ, strict=False):
        settled = _settled(tasks, entity_id, chunk)
        yield from (task for task in chunk if task not in settled)


def end_settled(tasks: Endings, approvals: Approvals, entity_id: str, now: Now) -> int:
    """End the tasks that are settled, as done by nobody; return how many were ended here.

    A notice that waits for approval is withdrawn with its task. Whoever does one at the same moment
    has done it: then it is not ended here.
    """
    ended = 0
    asking = filter(may_settle, tasks.list_open(entity_id))
    for chunk in batched(asking, _TASKS_PER_READ, strict=False):
        for task in _settled(tasks, entity_id, chunk):
            if task.kind == APPROVAL and task.notice:
                whose, withdrawn = (entity_id, task.customer_id), DeliveryState.WITHDRAWN
                nobody = Answer(n=task.notice, by="", subject="", note=NOTE)
                ended += approvals.end(*whose, nobody, withdrawn, _SETTLED, now)
            else:
                ended += tasks.followed(entity_id, (task.done(now.business, "", NOTE),), None)
    return ended


def _settled(tasks: Tasks, entity_id: str, some: Sequence[Task]) -> list[Task]:
    asking = [task for task in some if may_settle(task)]
    still_open = tasks.asked_for(entity_id, asking) if asking else {}
    return [task for task in asking if is_settled(task, still_open)]
