"""Instalment plans: agreed with the tickets that look when a part is due, and when it is late."""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.adapters import keys
from shared.adapters.agreement_items import plan_from, plan_item
from shared.adapters.requests import request_puts
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, seen
from shared.adapters.tickets import ticket_put
from shared.domain.agreement import Plan, PlanState
from shared.domain.cash_step import UNNAMED, Asked
from shared.domain.entity import Entity
from shared.domain.plan import ended
from shared.errors import Conflict, NotFound


class Plans:
    """Reads and writes of instalment plans."""

    def __init__(self, table: Table, asked: Asked = UNNAMED) -> None:
        self._table = table
        self._asked = asked

    def asked(self, asked: Asked) -> "Plans":
        """Return the same plans; what is made there is noted as what this request made."""
        return Plans(self._table, asked)

    def agree(self, entity: Entity, customer_id: str, plan: Plan) -> bool:
        """Write a new plan and its tickets; return False where it is there already (a retry)."""
        place = keys.plan(entity.entity_id, customer_id, plan.plan_id)
        late = timedelta(days=plan.grace_days + 1)
        tickets = [
            ticket_put(entity, day, customer_id, f"plan-{what}:{plan.plan_id}")
            for part in plan.parts
            for what, day in (("due", part.due_on), ("late", part.due_on + late))
        ]
        named = request_puts(entity.entity_id, self._asked, plan.plan_id)
        try:
            self._table.write(Put(plan_item(place, customer_id, plan)), *tickets, *named)
        except ConditionLost:
            return False
        return True

    def of(self, entity_id: str, customer_id: str) -> Iterator[Plan]:
        """Yield the plans of a customer, those that are over last."""
        for partition in (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id)):
            for item in self._table.query(partition, begins="PLAN#"):
                yield plan_from(item)

    def end(self, entity: Entity, customer_id: str, plan_id: str, today: date) -> Plan:
        """End a plan by a person's word, so that it no longer counts today, and return it.

        Raises NotFound where there is none, and Conflict where it is over already.
        """
        whose = (entity.entity_id, customer_id, plan_id)
        found = self._table.get_many([keys.plan(*whose), keys.past_plan(*whose)])
        if not found:
            raise NotFound(plan=plan_id)
        plan = plan_from(found[0])
        if plan.ended_on is not None:
            raise Conflict(plan=plan_id, reason="it is over already")
        past = ended(plan, PlanState.ENDED, today)
        try:
            self._table.write(
                Delete(keys.plan(*whose), VERSION, seen(plan.version)),
                Put(plan_item(keys.past_plan(*whose), customer_id, past)),
                ticket_put(entity, today, customer_id, f"plan-ended:{plan_id}"),
            )
        except ConditionLost:
            raise Conflict(plan=plan_id, reason="it is over already") from None
        return past
