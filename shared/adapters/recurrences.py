"""Recurrences as the table holds them, and the invoices that come of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.issued_invoices import IssuedInvoices
from shared.adapters.table import VERSION, ConditionLost, Put, Table, Update, seen
from shared.domain.clock import Now
from shared.domain.customer import Customer
from shared.domain.document import Document, Line
from shared.domain.entity import Entity
from shared.domain.money import Money
from shared.domain.recurrence import Recurrence
from shared.errors import NotFound, WriteConflict


class Recurrences:
    """Reads and writes of an entity's recurrences. Every read is consistent."""

    def __init__(self, table: Table, invoices: IssuedInvoices) -> None:
        self._table = table
        self._invoices = invoices

    def add(self, entity_id: str, recurrence: Recurrence) -> bool:
        """Write a new recurrence; return False where it is there already (a retry)."""
        try:
            self._table.write(Put(_item(entity_id, recurrence)))
        except ConditionLost:
            return False
        return True

    def get(self, entity_id: str, recurrence_id: str) -> Recurrence:
        """Return the recurrence. Raises NotFound."""
        item = self._table.get(keys.recurrence(entity_id, recurrence_id))
        if item is None:
            raise NotFound(recurrence=recurrence_id)
        return _recurrence(item)

    def list(self, entity_id: str) -> tuple[Recurrence, ...]:
        """Return all recurrences of the entity by id."""
        partition = keys.recurrence(entity_id, "")["pk"]
        return tuple(_recurrence(item) for item in self._table.query(partition))

    def switch(self, entity_id: str, recurrence_id: str, active: bool) -> Recurrence:
        """Pause or resume a recurrence and return it. Raises NotFound and WriteConflict."""
        before = self.get(entity_id, recurrence_id)
        after = replace(before, active=active, version=before.version + 1)
        try:
            self._table.write(
                Put(_item(entity_id, after), condition=VERSION, values=seen(before.version))
            )
        except ConditionLost:
            raise WriteConflict(recurrence=recurrence_id) from None
        return after

    def issue(
        self,
        entity: Entity,
        customer: Customer,
        recurrence: Recurrence,
        unnumbered: Document,
        lines: Sequence[Line],
        days: Sequence[date],
        then_on: date,
        now: Now,
    ) -> Document | None:
        """Write the invoice and move the schedule on to then_on, both or neither.

        Returns None where somebody was first with it.
        """
        step = Update(
            keys.recurrence(entity.entity_id, recurrence.recurrence_id),
            set={"next_on": then_on.isoformat(), "version": recurrence.version + 1},
            condition=VERSION,
            values=seen(recurrence.version),
        )
        return self._invoices.issue(entity, customer, unnumbered, lines, days, now, step)


def _item(entity_id: str, recurrence: Recurrence) -> Item:
    return {
        **keys.recurrence(entity_id, recurrence.recurrence_id),
        "type": "RECURRENCE",
        "recurrence_id": recurrence.recurrence_id,
        "customer_id": recurrence.customer_id,
        "description": recurrence.description,
        "currency": recurrence.amount.currency,
        "amount": recurrence.amount.minor,
        "every_months": recurrence.every_months,
        "anchor_day": recurrence.anchor_day,
        "next_on": recurrence.next_on.isoformat(),
        "terms": recurrence.terms,
        "tax_rate_percent": recurrence.tax_rate_percent,
        "ends_on": recurrence.ends_on.isoformat() if recurrence.ends_on else "",
        "active": recurrence.active,
        "version": recurrence.version,
    }


def _recurrence(item: Item) -> Recurrence:
    return Recurrence(
        recurrence_id=item["recurrence_id"],
        customer_id=item["customer_id"],
        description=item["description"],
        amount=Money(minor=item["amount"], currency=item["currency"]),
        every_months=item["every_months"],
        anchor_day=item["anchor_day"],
        next_on=date.fromisoformat(item["next_on"]),
        terms=item["terms"],
        tax_rate_percent=item["tax_rate_percent"],
        ends_on=date.fromisoformat(item["ends_on"]) if item["ends_on"] else None,
        active=item["active"],
        version=item["version"],
    )
