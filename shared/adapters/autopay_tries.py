"""The sweep's writes of autopay: the announcement, the try, and the end of both."""

from shared.adapters import keys
from shared.adapters.account_items import checkout_item
from shared.adapters.autopay_collections import Collections, changed, written
from shared.adapters.autopay_items import collection_item
from shared.adapters.notices import Notices
from shared.adapters.table import VERSION, Check, Delete, Put, Table, seen
from shared.adapters.tickets import ticket_put
from shared.domain.checkout import Checkout
from shared.domain.clock import Now
from shared.domain.collection import Collection
from shared.domain.entity import Entity
from shared.domain.mandate import Mandate
from shared.domain.notice import Notice
from shared.errors import WriteConflict


class Tries(Collections):
    """Announces collections and begins their tries."""

    def __init__(self, table: Table, notices: Notices) -> None:
        super().__init__(table)
        self._notices = notices

    def announce(
        self, entity: Entity, customer_id: str, new: Collection, notice: Notice, now: Now
    ) -> bool:
        """Write a collection with the message that announces it, and a ticket for its day.

        Returns False where the message's number is taken, or the collection is there.
        """
        place = keys.collection(entity.entity_id, customer_id, new.collection_id)
        reason = f"autopay:{new.collection_id}"
        also = (
            Put(collection_item(place, customer_id, new)),
            ticket_put(entity, new.take_on, customer_id, reason),
        )
        try:
            return self._notices.claim(entity.entity_id, customer_id, notice, now.wall, *also)
        except WriteConflict:
            return False

    def begin(
        self,
        entity: Entity,
        customer_id: str,
        begun: Collection,
        checkout: Checkout,
        mandate: Mandate,
        now: Now,
    ) -> bool:
        """Note a try before the gateway hears of it; it is pending until the gateway answers.

        Returns False where the collection or the mandate is not what was seen.
        """
        whose = (entity.entity_id, customer_id)
        pending = keys.pending_entry(whose[0], "autopay", now.wall, checkout.checkout_id)
        return written(
            self._table,
            Put(checkout_item(*whose, checkout) | pending),
            changed(whose, begun),
            Check(keys.mandate(*whose, mandate.mandate_id), VERSION, seen(mandate.version)),
        )

    def forget(self, entity: Entity, customer_id: str, over: Collection) -> bool:
        """Move a collection that is over to the history; False where somebody did."""
        whose = (entity.entity_id, customer_id, over.collection_id)
        return written(
            self._table,
            Delete(keys.collection(*whose), VERSION, seen(over.version)),
            Put(collection_item(keys.past_collection(*whose), customer_id, over)),
        )
