"""Work for a person: what is to be done, about whom, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.domain.open_items import document_id_of

_NUMBERS_TOLD_MAX = 3


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a person has to do.

    kind is "call", "approve", "question", "final", "bounce", "import" or another short word;
    title is one sentence for the work list, detail the longer text (a question as asked). notice
    is the number of the customer's notice that the task is about, 0 for none. not_before is the
    first day on which it can be done (a call that was agreed on), None for at once. items are the
    open items of its documents that it is about (shared.domain.open_items), none for all of them.
    customer_id is "" where the task is about no customer. due_on is a date of the entity.
    done_at, done_by and note are set once the status is "done".
    """

    task_id: str
    kind: str
    customer_id: str
    title: str
    created_at: datetime
    due_on: date
    documents: tuple[str, ...] = ()
    detail: str = ""
    status: str = "open"
    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""
    notice: int = 0
    not_before: date | None = None
    items: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Return where the task stands among others, as text that sorts by the day it is due."""
        return f"{self.due_on.isoformat()}#{self.task_id}"

    def names(self, item_id: str) -> bool:
        """Return whether the task is about the open item, or document, of that id.

        A task about a customer that names no document is about all that is open.
        """
        named = self.items or self.documents or (item_id,)
        whole = document_id_of(item_id)
        return item_id in named or whole in named or item_id in map(document_id_of, named)

    def done(self, at: datetime, by: str, note: str) -> "Task":
        """Return the task as somebody leaves it who did it."""
        return replace(self, status="done", done_at=at, done_by=by, note=note)


def in_due_order(tasks: Iterable[Task]) -> list[Task]:
    """Return tasks, the one first that is to be done first."""
    return sorted(tasks, key=lambda task: task.place)


def told(numbers: Iterable[str]) -> str:
    """Return the numbers of documents as a title names them: the first few, and how many more."""
    found = list(numbers)
    more = len(found) - _NUMBERS_TOLD_MAX
    named = ", ".join(found[:_NUMBERS_TOLD_MAX])
    return f"{named} and {more} more" if more > 0 else named
