"""Checkouts: noted before the gateway hears of them, closed in the history."""

from dataclasses import replace
from datetime import date, datetime

from shared.adapters import keys
from shared.adapters.account_items import checkout_from, checkout_item
from shared.adapters.table import (
    VERSION,
    Check,
    ConditionLost,
    Delete,
    Put,
    Table,
    Update,
    Write,
    seen,
)
from shared.adapters.tickets import ticket_put
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import iso
from shared.domain.entity import Entity
from shared.domain.portal import Begun
from shared.errors import NotFound, WriteConflict


class Checkouts:
    """Reads and writes of checkouts; each stays pending until the gateway has the last word."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, entity_id: str, customer_id: str, checkout_id: str) -> Checkout:
        """Return the checkout, unresolved or closed. Raises NotFound."""
        whose = (entity_id, customer_id, checkout_id)
        items = self._table.get_many([keys.open_checkout(*whose), keys.closed_checkout(*whose)])
        if not items:
            raise NotFound()
        return checkout_from(items[0])

    def begin(
        self,
        entity: Entity,
        customer_id: str,
        checkout: Checkout,
        replaced: tuple[Checkout, ...],
        today: date,
        wall: datetime,
    ) -> Begun:
        """Note a new checkout and close those that it replaces, all or nothing.

        A replaced one leaves a ticket for today, since it may have covered other documents.
        """
        whose = (entity.entity_id, customer_id)
        pending = keys.pending_entry(entity.entity_id, "checkout", wall, checkout.checkout_id)
        closed = keys.closed_checkout(*whose, checkout.checkout_id)
        writes: list[Write] = [
            Put(checkout_item(*whose, checkout) | pending),
            Check(closed, "attribute_not_exists(pk)"),
        ]
        for older in replaced:
            writes += _expiry(entity, customer_id, older, today, checkout.created_at)
        try:
            self._table.write(*writes)
        except ConditionLost as lost:
            return Begun.USED if lost.positions == (1,) else Begun.CHANGED
        except WriteConflict:
            return Begun.CHANGED
        return Begun.NOTED

    def opened(self, entity_id: str, customer_id: str, checkout: Checkout) -> None:
        """Note the gateway's page of a checkout; nothing where somebody has moved it on."""
        noted = Update(
            keys.open_checkout(entity_id, customer_id, checkout.checkout_id),
            set={
                "session_id": checkout.session_id,
                "url": checkout.url,
                "version": checkout.version,
            },
            condition=VERSION,
            values=seen(checkout.version - 1),
        )
        try:
            self._table.write(noted)
        except ConditionLost:
            return


def _expiry(
    entity: Entity, customer_id: str, older: Checkout, today: date, at: datetime
) -> list[Write]:
    whose = (entity.entity_id, customer_id)
    expired = replace(older, state=CheckoutState.EXPIRED, version=older.version + 1)
    return [
        Delete(
            keys.open_checkout(*whose, older.checkout_id),
            condition=VERSION,
            values=seen(older.version),
        ),
        Put(checkout_item(*whose, expired) | {"closed_at": iso(at)}),
        ticket_put(entity, today, customer_id, f"checkout:{older.checkout_id}"),
    ]
