"""Checks of the books, message by message; and how far sweeping has come."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from shared.adapters import keys
from shared.adapters.table import ConditionLost, Put, Table
from shared.domain.clock import iso

_WATERMARK = "WATERMARK"
_ALWAYS = "attribute_not_exists(pk) OR swept_on <= :day"


class Runs:
    """Reads and writes of an entity's checks of its books, and of the sweeps' watermark."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None:
        """Return the last day swept, the day of the last full pass and its policy version."""
        item = self._table.get(keys.run(entity_id, _WATERMARK))
        if item is None:
            return None
        swept_on, full_on = (date.fromisoformat(item[k]) for k in ("swept_on", "full_on"))
        return swept_on, full_on, item["policy_version"]

    def swept(self, entity_id: str, day: date, full_day: date, policy_version: int) -> None:
        """Note that every candidate of day is queued; an older note never overwrites a newer."""
        item = {
            **keys.run(entity_id, _WATERMARK),
            "type": "WATERMARK",
            "swept_on": day.isoformat(),
            "full_on": full_day.isoformat(),
            "policy_version": policy_version,
        }
        try:
            self._table.write(Put(item, condition=_ALWAYS, values={":day": day.isoformat()}))
        except ConditionLost:
            return

    def plan(
        self, entity_id: str, run_id: str, customers: int, messages: int, at: datetime
    ) -> None:
        """Write down what run_id will look at; a repeated plan keeps the first."""
        item = {
            **keys.run(entity_id, run_id),
            "type": "RUN",
            "run_id": run_id,
            "customers": customers,
            "messages": messages,
            "planned_at": iso(at),
        }
        self._once(item)

    def report(self, entity_id: str, run_id: str, batch: str, tally: Any) -> None:
        """Write down what one message of run_id did; a repeated message keeps the first."""
        key = keys.run(entity_id, f"{run_id}#{batch}")
        self._once({**key, "type": "RUN_REPORT", "run_id": run_id} | asdict(tally))

    def status(self, entity_id: str, run_id: str, counts: Sequence[str]) -> dict[str, Any] | None:
        """Return the run with counts of its reports summed, state "running" or "done".

        None where the run is unknown, or its plan is not done.
        """
        items = list(self._table.query(keys.run(entity_id, run_id)["pk"], begins=run_id))
        run = next((i for i in items if i["type"] == "RUN" and i["run_id"] == run_id), None)
        if run is None:
            return None
        reports = [i for i in items if i["type"] == "RUN_REPORT" and i["run_id"] == run_id]
        sums = {name: sum(report[name] for report in reports) for name in counts}
        done = len(reports) >= run["messages"]
        return {
            "run_id": run_id,
            "state": "done" if done else "running",
            "customers": run["customers"],
            "planned_at": run["planned_at"],
            **sums,
        }

    def _once(self, item: dict[str, Any]) -> None:
        try:
            self._table.write(Put(item))
        except ConditionLost:
            return
