"""Whom tasks are about, by name."""

from collections.abc import Iterable, Mapping

from shared import runtime
from shared.domain.tasks import Task


def names_of(entity_id: str, found: Iterable[Task]) -> Mapping[str, str]:
    """Return the names of the customers that tasks are about, by id."""
    wanted = {task.customer_id for task in found if task.customer_id}
    listed = runtime.receivables().listed(entity_id, sorted(wanted))
    return {customer_id: one.name for customer_id, one in listed.items()}
