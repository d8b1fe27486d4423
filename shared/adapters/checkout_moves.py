"""How a checkout moves on once the gateway has spoken."""

from datetime import datetime

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.table import VERSION, Delete, Put, Update, Write, seen
from shared.domain.account import Checkout, CheckoutState

_OPEN_STATES = (CheckoutState.OPEN, CheckoutState.PROCESSING)


def processing_update(
    entity_id: str, customer_id: str, checkout: Checkout, reference: str, asks_at: datetime
) -> Write:
    """Return the write that makes checkout processing; the gateway is asked again at asks_at."""
    entry = keys.pending_entry(entity_id, "checkout", asks_at, checkout.checkout_id)
    return Update(
        keys.open_checkout(entity_id, customer_id, checkout.checkout_id),
        set={
            "state": str(CheckoutState.PROCESSING),
            "gateway_reference": reference,
            "version": checkout.version + 1,
            **entry,
        },
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
) -> tuple[Write, ...]:
    """Return the writes that close checkout in the history; stored is its item as it stands.

    One that is closed already (a page expired here took money after all) is changed in place.
    """
    place = keys.closed_checkout(entity_id, customer_id, checkout.checkout_id)
    kept = {name: value for name, value in stored.items() if name not in ("ppk", "psk")}
    after = {
        **kept,
        **place,
        "state": str(state),
        "gateway_reference": reference or checkout.gateway_reference,
        "version": checkout.version + 1,
    }
    if checkout.state not in _OPEN_STATES:
        return (Put(after, condition=VERSION, values=seen(checkout.version)),)
    old = keys.open_checkout(entity_id, customer_id, checkout.checkout_id)
    return (Delete(old, condition=VERSION, values=seen(checkout.version)), Put(after))
