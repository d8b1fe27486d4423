"""Promises: made with the ticket that looks again when they end; withdrawn into the past."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from shared.adapters import keys
from shared.adapters.agreement_items import promise_from, promise_item
from shared.adapters.requests import request_puts
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, seen
from shared.adapters.tickets import ticket_put
from shared.domain.agreement import Promise
from shared.domain.cash_step import UNNAMED, Asked
from shared.domain.entity import Entity
from shared.errors import Conflict, NotFound


class Promises:
    """Reads and writes of promises to pay."""

    def __init__(self, table: Table, asked: Asked = UNNAMED) -> None:
        self._table = table
        self._asked = asked

    def asked(self, asked: Asked) -> "Promises":
        """Return the same promises; what is made there is noted as what this request made."""
        return Promises(self._table, asked)

    def make(self, entity: Entity, customer_id: str, promise: Promise) -> bool:
        """Write a new promise and its ticket; return False where it is there already (a retry)."""
        place = keys.promise(entity.entity_id, customer_id, promise.promise_id)
        after = promise.last_day + timedelta(days=1)
        try:
            self._table.write(
                Put(promise_item(place, customer_id, promise)),
                ticket_put(entity, after, customer_id, f"promise:{promise.promise_id}"),
                *request_puts(entity.entity_id, self._asked, promise.promise_id),
            )
        except ConditionLost:
            return False
        return True

    def of(self, entity_id: str, customer_id: str) -> Iterator[Promise]:
        """Yield the promises of a customer, the withdrawn ones last."""
        for partition in (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id)):
            for item in self._table.query(partition, begins="PROMISE#"):
                yield promise_from(item)

    def withdraw(self, entity: Entity, customer_id: str, promise_id: str, today: date) -> Promise:
        """Take a promise back so that it no longer covers today, and return it as it is then.

        Raises NotFound where there is none in force, and Conflict where its days are over.
        """
        place = keys.promise(entity.entity_id, customer_id, promise_id)
        item = self._table.get(place)
        if item is None:
            raise NotFound(promise=promise_id)
        promise = promise_from(item)
        if promise.last_day < today:
            raise Conflict(promise=promise_id, reason="its days are over")
        past = replace(promise, withdrawn_on=today, version=promise.version + 1)
        past_place = keys.past_promise(entity.entity_id, customer_id, promise_id)
        try:
            self._table.write(
                Delete(place, condition=VERSION, values=seen(promise.version)),
                Put(promise_item(past_place, customer_id, past)),
                ticket_put(entity, today, customer_id, f"promise-withdrawn:{promise_id}"),
            )
        except ConditionLost:
            raise NotFound(promise=promise_id) from None
        return past
