"""Tasks that are over by themselves: they ask for money of which nothing is open any more."""

from collections.abc import Mapping

from shared.domain.document import Document
from shared.domain.open_items import open_items
from shared.domain.tasks import Task

APPROVAL = "approve"
ASKS_FOR_MONEY = frozenset({APPROVAL, "call", "decide", "promise_broken", "plan_missed"})
"""Kinds of tasks that somebody does to have documents paid, and for nothing else."""
NOTE = "Settled meanwhile."


def may_settle(task: Task) -> bool:
    """Return whether task is over once what it is about is settled."""
    return task.kind in ASKS_FOR_MONEY and bool(task.customer_id and task.documents)


def is_settled(task: Task, still_open: Mapping[str, Document]) -> bool:
    """Return whether nothing that task asks for is open any more: paid, credited or given up.

    still_open are those of its documents that are open, by id. What is only covered (promised, on
    hold, on its way) may be asked for again, and so is not settled.
    """
    if not may_settle(task):
        return False
    documents = (still_open[one] for one in task.documents if one in still_open)
    return not any(task.names(item.document_id) for one in documents for item in open_items(one))
