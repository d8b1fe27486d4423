"""All that is kept of one customer, with the days on which it happened: for a look at the past."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from shared.adapters import keys
from shared.adapters.account_items import (
    checkout_from,
    customer_from,
    hold_from,
    notice_from,
    unresolved,
)
from shared.adapters.agreement_items import dispute_from, plan_from, promise_from
from shared.adapters.autopay_items import collection_from, mandate_from
from shared.adapters.checkout_moves import PAID_KEPT
from shared.adapters.codec import Item
from shared.adapters.handover_items import handover_from
from shared.adapters.head_items import document_from
from shared.adapters.incoming_items import incoming_from
from shared.adapters.ladder_moves import ladder_move_from
from shared.adapters.mail_wishes import wished_from
from shared.adapters.posting_items import posting_from
from shared.adapters.table import Table
from shared.domain.account_as_of import Attempt, Record, Told
from shared.domain.checkout import CheckoutState
from shared.domain.clock import from_iso
from shared.errors import NotFound


class Records:
    """Reads of whole customers, past and present. Three Queries each, all consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def record(self, entity_id: str, customer_id: str) -> Record:
        """Return all that is kept of the customer. Raises NotFound."""
        of: defaultdict[str, list[Item]] = defaultdict(list)
        for partition in (keys.live, keys.history, keys.ledger):
            for item in self._table.query(partition(entity_id, customer_id)):
                of[item["type"]].append(item)
        if not of["CUSTOMER"]:
            raise NotFound(customer=customer_id)
        return Record(
            customer=customer_from(of["CUSTOMER"][0]),
            documents=tuple(document_from(i) for i in of["HEAD"]),
            postings=tuple(posting_from(i) for i in of["POSTING"]),
            holds=tuple(hold_from(i) for i in of["HOLD"]),
            promises=tuple(promise_from(i) for i in of["PROMISE"]),
            disputes=tuple(dispute_from(i) for i in of["DISPUTE"]),
            plans=tuple(plan_from(i) for i in of["PLAN"]),
            handovers=tuple(handover_from(i) for i in of["HANDOVER"]),
            attempts=tuple(_attempt(i) for i in of["CHECKOUT"]),
            incoming=tuple(incoming_from(i) for i in of["INCOMING"]),
            notices=tuple(_told(of["NOTICE"], of["DELIVERY"])),
            mandates=tuple(mandate_from(i) for i in of["MANDATE"]),
            collections=tuple(collection_from(i) for i in of["COLLECTION"]),
            wishes=tuple(wished_from(i) for i in of["MAIL_WISH"]),
            ladder_moves=tuple(ladder_move_from(i) for i in of["LADDER_MOVE"]),
        )


def _told(notices: Iterable[Item], deliveries: Iterable[Item]) -> Iterable[Told]:
    by_number = {item["n"]: item for item in deliveries}
    for item in notices:
        delivery = by_number.get(item["n"])
        since = from_iso(delivery["updated_at"]) if delivery else None
        yield Told(notice_from(item, delivery), since)


def _attempt(item: Item) -> Attempt:
    checkout = checkout_from(item)
    if unresolved(item):
        return Attempt(checkout, None)
    if "closed_at" in item:
        return Attempt(checkout, from_iso(item["closed_at"]))
    if checkout.state is CheckoutState.PAID and "ttl" in item:
        return Attempt(checkout, datetime.fromtimestamp(item["ttl"], UTC) - PAID_KEPT)
    return Attempt(checkout, checkout.expires_at)
