"""Whom tasks are about, by name."""

from collections.abc import Iterable
from itertools import islice

from shared import runtime
from shared.domain.tasks import Task

_CUSTOMERS_READ = 2_000


def names_of(entity_id: str, found: Iterable[Task]) -> dict[str, str]:
    """Return the names of the customers that tasks are about, by id, as far as they are read."""
    wanted = {task.customer_id for task in found if task.customer_id}
    listed = islice(runtime.receivables().customers(entity_id), _CUSTOMERS_READ)
    return {c.customer_id: c.name for c in listed if c.customer_id in wanted} if wanted else {}
