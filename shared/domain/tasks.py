"""Work for a person: what is to be done, about whom, and what came of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a person has to do.

    kind is "call", "approve", "question", "final", "bounce", "import" or another short word;
    title is one sentence for the work list, detail the longer text (a question as asked). notice
    is the number of the customer's notice that the task is about, 0 for none. not_before is the
    first day on which it can be done (a call that was agreed on), None for at once.
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

    def done(self, at: datetime, by: str, note: str) -> "Task":
        """Return the task as somebody leaves it who did it."""
        return replace(self, status="done", done_at=at, done_by=by, note=note)
