"""How a checkout moves on once the gateway has spoken."""

from datetime import datetime, timedelta

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import VERSION, Delete, Put, Update, Write, seen
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.clock import iso

PAID_KEPT = timedelta(days=7)


def processing_update(
    entity_id: str,
    customer_id: str,
    checkout: Checkout,
    reference: str,
    at: datetime,
    asks_at: datetime,
) -> Write:
    """Return the write that makes checkout processing at a business instant.

    The gateway is asked again at asks_at, by the wall.
    """
    entry = keys.pending_entry(entity_id, "checkout", asks_at, checkout.checkout_id)
    return Update(
        keys.open_checkout(entity_id, customer_id, checkout.checkout_id),
        set={
            "state": str(CheckoutState.PROCESSING),
            "processing_at": iso(at),
            "gateway_reference": reference,
            "version": checkout.version + 1,
            **entry,
        },
        condition=VERSION,
        values=seen(checkout.version),
    )


def paid_write(checkout: Checkout, stored: Item, reference: str, wall: datetime) -> Write:
    """Return the write that makes checkout paid where it lies; stored is its item as it stands.

    The payment remembers which checkout it came through: a week later the checkout is forgotten.
    """
    return Update(
        {"pk": stored["pk"], "sk": stored["sk"]},
        set={
            "state": str(CheckoutState.PAID),
            "gateway_reference": reference,
            "version": checkout.version + 1,
            "ttl": int((wall + PAID_KEPT).timestamp()),
        },
        remove=("ppk", "psk"),
        condition=VERSION,
        values=seen(checkout.version),
    )


def closing_writes(
    entity_id: str,
    customer_id: str,
    checkout: Checkout,
    stored: Item,
    state: CheckoutState,
    reference: str,
    at: datetime,
) -> tuple[Write, ...]:
    """Return the writes that move an unresolved checkout to the history, without money.

    stored is its item as it stands. at is the business instant, kept for who asks about the past.
    """
    place = keys.closed_checkout(entity_id, customer_id, checkout.checkout_id)
    kept = {name: value for name, value in stored.items() if name not in ("ppk", "psk")}
    after = {
        **kept,
        **place,
        "state": str(state),
        "gateway_reference": reference or checkout.gateway_reference,
        "version": checkout.version + 1,
        "closed_at": iso(at),
    }
    old = keys.open_checkout(entity_id, customer_id, checkout.checkout_id)
    return (Delete(old, condition=VERSION, values=seen(checkout.version)), Put(after))
