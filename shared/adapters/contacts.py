"""What was said to a customer last: the newest notices, and calls that people made."""

from itertools import islice

from shared.adapters import keys
from shared.adapters.table import Table
from shared.adapters.tasks import task_from
from shared.domain.calls import Contacted
from shared.domain.clock import iso
from shared.domain.tasks import Task

_RECORDS_PER_CONTACT = 2


class Contacts:
    """Reads of a customer's history."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def last(self, entity_id: str, customer_id: str, limit: int) -> tuple[Contacted, ...]:
        """Return the contacts made last, newest first, at most limit of them."""
        found = [
            *self._notices(entity_id, customer_id, limit),
            *self._calls(entity_id, customer_id),
        ]
        return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:limit])

    def last_call(self, entity_id: str, customer_id: str) -> Task | None:
        """Return the call task that was over last, None where none ever was."""
        done = self._table.query(keys.history(entity_id, customer_id), begins="TASK#")
        calls = (task_from(item) for item in done if item["kind"] == "call")
        over = [(task.done_at, task.created_at, task) for task in calls if task.done_at is not None]
        return max(over, key=lambda one: one[:2])[2] if over else None

    def _notices(self, entity_id: str, customer_id: str, limit: int) -> list[Contacted]:
        partition = keys.history(entity_id, customer_id)
        records = self._table.query(
            partition, begins="NOTICE#", reverse=True, limit=limit * _RECORDS_PER_CONTACT
        )
        found, states = [], {}
        for item in records:
            if item["type"] == "DELIVERY":
                states[item["n"]] = item["state"]
            elif item["channel"] not in ("call", "handover"):
                what = item["stage"] or item["kind"]
                state = states.get(item["n"], "claimed")
                found.append(Contacted(item["claimed_at"], item["channel"], what, state))
        return list(islice(found, limit))

    def _calls(self, entity_id: str, customer_id: str) -> list[Contacted]:
        done = self._table.query(keys.history(entity_id, customer_id), begins="TASK#")
        calls = (task_from(item) for item in done if item["kind"] == "call")
        said = {
            Contacted(iso(task.done_at), "call", task.note or "done", task.done_by)
            for task in calls
            if task.done_at is not None and task.done_by
        }
        return list(said)  # one call may end several tasks
