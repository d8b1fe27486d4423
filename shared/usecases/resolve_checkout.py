"""Bring a checkout to where the gateway says its page is. It never moves back."""

from datetime import datetime, timedelta

from shared.domain.checkout import CheckoutState
from shared.domain.clock import Now
from shared.domain.gateway import GatewayCheckout
from shared.domain.standing import Standing
from shared.errors import NotFound
from shared.usecases.apply_payment import apply_payment
from shared.usecases.money_in import Outcome, Ports, not_ours, park
from shared.usecases.take_autopay import follow_taking
from shared.usecases.try_again import try_again

ASK_OPEN_AGAIN = timedelta(hours=2)
ASK_PROCESSING_AGAIN = timedelta(hours=6)
_LOOK_BACK = timedelta(days=3)
_NO_MONEY = ("requires_payment_method", "canceled")


def resolve_checkout(
    ports: Ports, entity_id: str, customer_id: str, checkout_id: str, now: Now
) -> Outcome:
    """Ask the gateway about a checkout and make what it says true. Safe to repeat.

    A checkout without a page (the answer to its making was lost) is looked for by our mark; one
    that the gateway does not know was never opened, and expires.
    """
    return try_again(ports.pause, lambda: _ask(ports, entity_id, customer_id, checkout_id, now))


def resolve_page(ports: Ports, entity_id: str, page: GatewayCheckout, now: Now) -> Outcome:
    """Bring a checkout to the state that the gateway reports."""
    if page.entity_id != entity_id:
        return not_ours(ports, entity_id, page.entity_id, page.session_id, now)
    if page.payment is not None and page.payment.status == "succeeded":
        return apply_payment(ports, entity_id, page.payment, now)
    return try_again(ports.pause, lambda: _move(ports, entity_id, page, now))


def _ask(ports: Ports, entity_id: str, customer_id: str, checkout_id: str, now: Now) -> Outcome:
    standing = ports.payments.standing(entity_id, customer_id, checkout_id)
    if standing is None:
        return Outcome("ignored", "unknown_checkout")
    if standing.checkout.state not in (CheckoutState.OPEN, CheckoutState.PROCESSING):
        return Outcome("done", "known")
    if standing.checkout.mandate_id:
        return follow_taking(ports, entity_id, customer_id, standing.checkout, now)
    page = _page(ports, standing, now)
    if page is None:
        return _close(ports, entity_id, standing, CheckoutState.EXPIRED, "", now)
    if not standing.checkout.session_id and page.state == "open":
        ports.payments.opened(entity_id, standing, page.session_id, page.url)
        return Outcome("done", "found")
    return resolve_page(ports, entity_id, page, now)


def _page(ports: Ports, standing: Standing, now: Now) -> GatewayCheckout | None:
    checkout = standing.checkout
    if not checkout.session_id:
        since: datetime = min(checkout.created_at, now.business) - _LOOK_BACK
        return ports.gateway.find_checkout(checkout, since)
    try:
        return ports.gateway.checkout(checkout.session_id)
    except NotFound:
        return None


def _move(ports: Ports, entity_id: str, page: GatewayCheckout, now: Now) -> Outcome:
    standing = ports.payments.standing(entity_id, page.customer_id, page.checkout_id)
    if standing is None:
        return park(ports, entity_id, "unknown_checkout", page.session_id, now)
    state = standing.checkout.state
    if state not in (CheckoutState.OPEN, CheckoutState.PROCESSING):
        return Outcome("done", "known")
    reference = page.payment_reference
    if page.state == "expired":
        return _close(ports, entity_id, standing, CheckoutState.EXPIRED, reference, now)
    if page.state != "complete":
        return Outcome("done", "open")
    if page.payment is None:
        return park(ports, entity_id, "no_payment", page.session_id, now)
    if page.payment.status in _NO_MONEY:
        return _close(ports, entity_id, standing, CheckoutState.FAILED, reference, now)
    if state is CheckoutState.OPEN:
        asks_at = now.wall + ASK_PROCESSING_AGAIN
        ports.payments.processing(entity_id, standing, reference, now.business, asks_at)
    return Outcome("done", "processing")


def _close(
    ports: Ports,
    entity_id: str,
    standing: Standing,
    state: CheckoutState,
    reference: str,
    now: Now,
) -> Outcome:
    entity = ports.entities.entity(entity_id)
    ports.payments.close(entity, standing, state, reference, now)
    return Outcome("done", str(state))
