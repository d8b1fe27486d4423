"""Tasks: open ones in one partition of the entity, done ones in their customer's history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.codec import Item, day_from
from shared.adapters.head_items import document_from
from shared.adapters.table import EXISTS, NEW, Check, ConditionLost, Delete, Put, Table
from shared.domain.clock import from_iso, iso
from shared.domain.document import Document
from shared.domain.tasks import Task
from shared.errors import NotFound


def open_task_put(entity_id: str, task: Task) -> Put:
    """Return the write of a new open task, to go into another fact's transaction."""
    return Put({**keys.open_task(entity_id, task.task_id), **_attributes(task)})


def done_task_put(entity_id: str, task: Task) -> Put:
    """Return the write of a task that is done already: the note that somebody did something."""
    place = keys.done_task(entity_id, task.customer_id, task.task_id)
    return Put({**place, **_attributes(task)})


class Tasks:
    """Reads and writes of an entity's tasks."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open_task_put(self, entity_id: str, task: Task) -> Put:
        """Return the write of a new open task, to go into another fact's transaction."""
        return open_task_put(entity_id, task)

    def open(self, entity_id: str, task: Task) -> bool:
        """Write a new open task; return False where one of that id is open already."""
        try:
            self._table.write(open_task_put(entity_id, task))
        except ConditionLost:
            return False
        return True

    def open_unless_done(self, entity_id: str, task: Task) -> bool:
        """Write a new open task, unless one of that id is open or was done before."""
        done = keys.done_task(entity_id, task.customer_id, task.task_id)
        try:
            self._table.write(open_task_put(entity_id, task), Check(done, NEW))
        except ConditionLost:
            return False
        return True

    def list_open(
        self, entity_id: str, after: str = "", limit: int | None = None
    ) -> Iterator[Task]:
        """Yield open tasks by id, after the task id given, at most limit of them."""
        partition = keys.open_task(entity_id, "")["pk"]
        between = (f"TASK#{after}\x00", "TASK#\x7f") if after else None
        begins = None if between else "TASK#"
        for item in self._table.query(partition, begins=begins, between=between, limit=limit):
            yield task_from(item)

    def asked_for(self, entity_id: str, tasks: Sequence[Task]) -> Mapping[str, Document]:
        """Return those documents of tasks that are open, by id."""
        places = [
            keys.open_head(entity_id, task.customer_id, document_id)
            for task in tasks
            for document_id in task.documents
        ]
        return {item["document_id"]: document_from(item) for item in self._table.get_many(places)}

    def get(self, entity_id: str, task_id: str) -> Task:
        """Return an open task. Raises NotFound."""
        item = self._table.get(keys.open_task(entity_id, task_id))
        if item is None:
            raise NotFound(task=task_id)
        return task_from(item)

    def done(self, entity_id: str, task_id: str, at: datetime, by: str, note: str) -> Task:
        """Move an open task to its customer's history and return it. Raises NotFound."""
        task = self.get(entity_id, task_id).done(at, by, note)
        if not self.followed(entity_id, (task,), None):
            raise NotFound(task=task_id)
        return task

    def followed(self, entity_id: str, done: Sequence[Task], after: Task | None) -> bool:
        """Move tasks that are done to their customers' histories, and open the one that follows.

        All or nothing; returns False where somebody did one of them before.
        """
        opened = (open_task_put(entity_id, after),) if after else ()
        try:
            self._table.write(
                *(Delete(keys.open_task(entity_id, one.task_id), condition=EXISTS) for one in done),
                *(done_task_put(entity_id, one) for one in done),
                *opened,
            )
        except ConditionLost:
            return False
        return True


def task_from(item: Item) -> Task:
    """Return the task of an item."""
    return Task(
        task_id=item["task_id"],
        kind=item["kind"],
        customer_id=item["customer_id"],
        title=item["title"],
        created_at=from_iso(item["created_at"]),
        due_on=date.fromisoformat(item["due_on"]),
        documents=tuple(item["documents"]),
        detail=item["detail"],
        status=item["status"],
        done_at=from_iso(item["done_at"]) if item["done_at"] else None,
        done_by=item["done_by"],
        note=item["note"],
        notice=item.get("notice", 0),
        not_before=day_from(item.get("not_before", "")),
        items=tuple(item.get("items", ())),
    )


def _attributes(task: Task) -> Item:
    return {
        "type": "TASK",
        "task_id": task.task_id,
        "kind": task.kind,
        "customer_id": task.customer_id,
        "title": task.title,
        "created_at": iso(task.created_at),
        "due_on": task.due_on.isoformat(),
        "documents": list(task.documents),
        "detail": task.detail,
        "status": task.status,
        "done_at": iso(task.done_at) if task.done_at else "",
        "done_by": task.done_by,
        "note": task.note,
        "notice": task.notice,
        "not_before": task.not_before.isoformat() if task.not_before else "",
        "items": list(task.items),
    }
