"""How agreements ended: noted once, and moved out of what every decision reads."""

from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.account_items import hold_item
from shared.adapters.agreement_items import dispute_item, plan_item, promise_item
from shared.adapters.table import (
    EXISTS,
    NEW,
    VERSION,
    ConditionLost,
    Delete,
    Put,
    Table,
    Write,
    seen,
)
from shared.adapters.tasks import open_task_put
from shared.adapters.tickets import ticket_put
from shared.domain.agreement import Dispute, Hold, Plan, Promise
from shared.domain.entity import Entity
from shared.domain.promise import PromiseState
from shared.domain.tasks import Task


class AgreementsOver:
    """Writes of how agreements ended. Each returns False where somebody else was faster."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def promise(
        self,
        entity: Entity,
        customer_id: str,
        promise: Promise,
        outcome: PromiseState,
        today: date,
        task: Task | None,
    ) -> bool:
        """Note how a promise ended; a broken one is counted with the customer's word."""
        whose = (entity.entity_id, customer_id, promise.promise_id)
        noted = replace(
            promise, outcome=str(outcome), decided_on=today, version=promise.version + 1
        )
        writes: list[Write] = [
            Delete(keys.promise(*whose), VERSION, seen(promise.version)),
            Put(promise_item(keys.past_promise(*whose), customer_id, noted)),
        ]
        if outcome is PromiseState.BROKEN:
            writes.append(self._counted(entity.entity_id, customer_id))
        return self._written(entity, *writes, task=task)

    def plan(
        self, entity: Entity, customer_id: str, plan: Plan, today: date, task: Task | None
    ) -> bool:
        """Note how a plan ended, with the ticket that looks at the customer's old rungs."""
        whose = (entity.entity_id, customer_id, plan.plan_id)
        return self._written(
            entity,
            Delete(keys.plan(*whose), VERSION, seen(plan.version - 1)),
            Put(plan_item(keys.past_plan(*whose), customer_id, plan)),
            ticket_put(entity, today, customer_id, f"plan-over:{plan.plan_id}"),
            task=task,
        )

    def dispute(self, entity: Entity, customer_id: str, dispute: Dispute) -> bool:
        """Move a dispute whose quiet days are gone to the past."""
        whose = (entity.entity_id, customer_id, dispute.dispute_id)
        return self._written(
            entity,
            Delete(keys.dispute(*whose), VERSION, seen(dispute.version)),
            Put(dispute_item(keys.past_dispute(*whose), customer_id, dispute)),
        )

    def hold(self, entity: Entity, customer_id: str, hold: Hold) -> bool:
        """Move a hold that stops nothing any more to the past, with its days."""
        whose = (entity.entity_id, customer_id, hold.hold_id)
        past = hold_item(entity.entity_id, customer_id, hold) | keys.past_hold(*whose)
        return self._written(entity, Delete(keys.hold(*whose), EXISTS), Put(past))

    def wait(self, entity: Entity, customer_id: str, promise: Promise, day: date) -> None:
        """Have the customer looked at again on day, for a promise that is not decided yet."""
        self._written(
            entity, ticket_put(entity, day, customer_id, f"promise-waits:{promise.promise_id}")
        )

    def _counted(self, entity_id: str, customer_id: str) -> Put:
        place = keys.kept_word(entity_id, customer_id)
        known = self._table.get(place)
        broken = known["broken_promises"] if known else 0
        item = {**place, "type": "WORD", "customer_id": customer_id, "broken_promises": broken + 1}
        if not known:
            return Put(item, NEW)
        return Put(item, "broken_promises = :seen", {":seen": broken})

    def _written(self, entity: Entity, *writes: Write, task: Task | None = None) -> bool:
        tasks = [open_task_put(entity.entity_id, task)] if task else []
        try:
            self._table.write(*writes, *tasks)
        except ConditionLost:
            return False
        return True
