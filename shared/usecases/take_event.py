"""Follow one stored webhook: ask the gateway about what it hints at, and book what is true."""

from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.gateway_event import GatewayEvent
from shared.errors import NotFound
from shared.usecases.apply_payment import apply_payment, follow_payment
from shared.usecases.give_mandate import follow_setup
from shared.usecases.money_in import BOOKED, Outcome, Ports, park
from shared.usecases.resolve_checkout import resolve_checkout, resolve_page
from shared.usecases.take_autopay import note_taking

_PAGE_EVENTS = "checkout.session."
_PAYMENT_EVENTS = ("payment_intent.", "charge.", "refund.")
_NOTHING_YET = ("payment_intent.created", "payment_intent.requires_action")


class Inbox(Protocol):
    def finish(
        self, entity_id: str, event_id: str, state: str, code: str, at: datetime
    ) -> None: ...


def take_event(
    ports: Ports, inbox: Inbox, entity_id: str, event: GatewayEvent, now: Now
) -> Outcome:
    """Follow the event and note what became of it; following it again changes nothing.

    A booked payment is its own note: the write is saved, and a repeat of the event is noted then.
    Events come late, twice and in any order, and none is believed: each leads to a question to
    the gateway, so that the answer is the newest one.
    """
    outcome = _follow(ports, entity_id, event, now)
    if outcome != BOOKED:
        inbox.finish(entity_id, event.event_id, outcome.state, outcome.code, now.wall)
    return outcome


def _follow(ports: Ports, entity_id: str, event: GatewayEvent, now: Now) -> Outcome:
    about = event.payment_reference or event.object_id or event.event_id
    if event.account:
        return park(ports, entity_id, "other_account", about, now, event=event.event_id)
    if event.api_version != ports.gateway.api_version:
        return park(
            ports, entity_id, "api_version", about, now, event=event.event_id, type=event.type
        )
    try:
        if event.type.startswith(_PAGE_EVENTS):
            page = ports.gateway.checkout(event.object_id)
            if page.mandate_id:
                return follow_setup(ports, entity_id, page, now)
            return resolve_page(ports, entity_id, page, now)
        if event.type.startswith(_PAYMENT_EVENTS) and event.type not in _NOTHING_YET:
            return _payment(ports, entity_id, event, now)
    except NotFound:
        return park(ports, entity_id, "unknown_at_gateway", about, now, type=event.type)
    return Outcome("ignored", "type_not_used")


def _payment(ports: Ports, entity_id: str, event: GatewayEvent, now: Now) -> Outcome:
    if not event.payment_reference:
        return park(ports, entity_id, "no_payment", event.object_id, now, type=event.type)
    told = ports.gateway.payment(event.payment_reference)
    if told.status == "succeeded" and told.mandate_id:
        return note_taking(ports, entity_id, told, now)
    if told.status == "succeeded":
        return apply_payment(ports, entity_id, told, now)
    if ports.payments.booked(entity_id, [told.reference]):
        if told.returned is not None:
            return follow_payment(ports, entity_id, told, now)
        return park(ports, entity_id, "failed_after_settled", told.reference, now)
    if told.entity_id != entity_id:
        return Outcome("ignored", "no_money")
    if told.mandate_id:
        return note_taking(ports, entity_id, told, now)
    return resolve_checkout(ports, entity_id, told.customer_id, told.checkout_id, now)
