"""Collections: what is taken by itself, and what came of each try."""

from collections.abc import Iterator
from datetime import date

from shared.adapters import keys
from shared.adapters.account_items import checkout_item
from shared.adapters.autopay_items import collection_from, collection_item
from shared.adapters.mandates import ending_writes
from shared.adapters.table import VERSION, ConditionLost, Delete, Put, Table, Update, Write, seen
from shared.adapters.tickets import ticket_put
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import Now, iso
from shared.domain.collection import Collection
from shared.domain.entity import Entity
from shared.domain.mandate import Mandate
from shared.errors import WriteConflict


class Collections:
    """Reads of collections, and the writes of tries. Each names the collection as it was seen."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, entity_id: str, customer_id: str) -> Iterator[Collection]:
        """Yield the collections of a customer, those that are forgotten last."""
        for partition in (keys.live(entity_id, customer_id), keys.history(entity_id, customer_id)):
            for item in self._table.query(partition, begins="COLLECTION#"):
                yield collection_from(item)

    def called(self, entity_id: str, customer_id: str, checkout: Checkout) -> bool:
        """Note that the gateway is about to be asked; False where the try has moved on."""
        noted = Update(
            keys.open_checkout(entity_id, customer_id, checkout.checkout_id),
            set={"called": True, "version": checkout.version + 1},
            condition=VERSION,
            values=seen(checkout.version),
        )
        return written(self._table, noted)

    def refused(
        self,
        entity: Entity,
        customer_id: str,
        checkout: Checkout,
        failed: Collection | None,
        mandate: Mandate | None,
        code: str,
        today: date,
        now: Now,
    ) -> None:
        """Close a try that brought nothing, with its collection, and mandate where that is over.

        The next sweep looks again today, and on the day of the next try. Raises WriteConflict.
        """
        whose = (entity.entity_id, customer_id)
        live = keys.open_checkout(*whose, checkout.checkout_id)
        place = keys.closed_checkout(*whose, checkout.checkout_id)
        closed = checkout_item(*whose, checkout) | place
        after = closed | {"state": str(CheckoutState.FAILED), "closed_at": iso(now.business)}
        writes: list[Write] = [
            Delete(live, condition=VERSION, values=seen(checkout.version)),
            Put(after | {"version": checkout.version + 1, "code": code}),
            ticket_put(entity, today, customer_id, f"autopay:{checkout.checkout_id}"),
        ]
        if failed is not None:
            writes.append(changed(whose, failed))
            if failed.next_on is not None:
                reason = f"autopay:{failed.collection_id}"
                writes.append(ticket_put(entity, failed.next_on, customer_id, reason))
        if mandate is not None:
            writes += ending_writes(*whose, mandate, today, code)
        if not written(self._table, *writes):
            raise WriteConflict(checkout=checkout.checkout_id)

    def end(self, entity: Entity, customer_id: str, ended: Collection) -> bool:
        """Write that a collection is over; False where it is not what was seen."""
        return written(self._table, changed((entity.entity_id, customer_id), ended))


def changed(whose: tuple[str, str], after: Collection) -> Put:
    """Return the write of a collection as it is now, if it is still what was seen."""
    item = collection_item(keys.collection(*whose, after.collection_id), whose[1], after)
    return Put(item, condition=VERSION, values=seen(after.version - 1))


def written(table: Table, *writes: Write) -> bool:
    """Make all of writes true; False where somebody was first."""
    try:
        table.write(*writes)
    except (ConditionLost, WriteConflict):
        return False
    return True
