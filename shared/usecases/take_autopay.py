"""Take what a try was noted for: look again, ask the gateway once, note what it says."""

from datetime import timedelta

from shared.domain.account import Account
from shared.domain.autopay import still_to_take
from shared.domain.checkout import Checkout
from shared.domain.clock import Now
from shared.domain.collection import PAID, WITHDRAWN, Collection, Verdict, verdict_on
from shared.domain.gateway import GatewayPayment, GatewayRefused, GatewayUnavailable
from shared.domain.refund import KEY_REMEMBERED
from shared.errors import InvalidInput, NotFound
from shared.usecases.apply_payment import apply_payment
from shared.usecases.money_in import Outcome, Ports, not_ours
from shared.usecases.try_again import try_again

ASK_AGAIN = timedelta(hours=6)
_LOOK_BACK = timedelta(days=3)
_NO_AMOUNT = "amount_too_small"


def take_autopay(
    ports: Ports, entity_id: str, customer_id: str, checkout_id: str, now: Now
) -> Outcome:
    """Take the money of a try and return what became of it. Safe to repeat, whoever died when.

    Before the gateway is first asked, the account is looked at once more. No answer leaves the try
    pending: it is asked for again under its own name, which the gateway carries out once.
    """
    account = ports.autopay.accounts.account(entity_id, customer_id)
    checkout = _trying(account, checkout_id)
    if checkout is None:
        return Outcome("done", "known")
    if checkout.gateway_reference:
        return follow_taking(ports, entity_id, customer_id, checkout, now)
    if not checkout.called:
        if not _may_call(ports, entity_id, account, checkout, now):
            return _refused(ports, entity_id, customer_id, checkout_id, WITHDRAWN, now)
        if not ports.autopay.collections.called(entity_id, customer_id, checkout):
            return Outcome("done", "elsewhere")
    try:
        told = _taken(ports, entity_id, account, checkout, now)
    except GatewayUnavailable:
        return Outcome("done", "unknown")
    except GatewayRefused as refused:
        code = str(refused.facts.get("decline") or refused.facts.get("reason", ""))
        return _refused(ports, entity_id, customer_id, checkout_id, code, now)
    except NotFound:
        return _refused(ports, entity_id, customer_id, checkout_id, "resource_missing", now)
    except InvalidInput:
        return _refused(ports, entity_id, customer_id, checkout_id, _NO_AMOUNT, now)
    if told is None:
        return _refused(ports, entity_id, customer_id, checkout_id, WITHDRAWN, now)
    return note_taking(ports, entity_id, told, now)


def note_taking(ports: Ports, entity_id: str, told: GatewayPayment, now: Now) -> Outcome:
    """Bring an automatic collection to the state that the gateway reports."""
    if told.entity_id != entity_id:
        return not_ours(ports, entity_id, told.entity_id, told.reference, now)
    whose = (entity_id, told.customer_id)
    if told.status == "succeeded":
        outcome = apply_payment(ports, entity_id, told, now)
        _paid(ports, *whose, told.checkout_id, now)
        return outcome
    if told.status != "processing":
        code = told.decline or told.status
        return _refused(ports, *whose, told.checkout_id, code, now)
    standing = ports.payments.standing(*whose, told.checkout_id)
    if standing is not None and not standing.checkout.gateway_reference:
        asks_at = now.wall + ASK_AGAIN
        ports.payments.processing(entity_id, standing, told.reference, now.business, asks_at)
    return Outcome("done", "processing")


def follow_taking(
    ports: Ports, entity_id: str, customer_id: str, checkout: Checkout, now: Now
) -> Outcome:
    """Ask the gateway how a try stands that it knows of."""
    if not checkout.gateway_reference:
        return take_autopay(ports, entity_id, customer_id, checkout.checkout_id, now)
    return note_taking(ports, entity_id, ports.gateway.payment(checkout.gateway_reference), now)


def _trying(account: Account, checkout_id: str) -> Checkout | None:
    return next(
        (c for c in account.checkouts if c.checkout_id == checkout_id and c.mandate_id), None
    )


def _may_call(ports: Ports, entity_id: str, account: Account, checkout: Checkout, now: Now) -> bool:
    today = now.today(account.customer.time_zone)
    held = ports.entities.entity(entity_id).waits
    return not held and still_to_take(account, checkout, today)


def _taken(
    ports: Ports, entity_id: str, account: Account, checkout: Checkout, now: Now
) -> GatewayPayment | None:
    """Return the payment of a try; None where nobody made it, and it is not to be made any more.

    Whoever asked may have died before noting it, and the gateway's memory of our key is shorter
    than a long outage. It surely remembers the key of a young one.
    """
    if checkout.called and now.wall - checkout.created_at > KEY_REMEMBERED:
        since = min(checkout.created_at, now.business) - _LOOK_BACK
        made = ports.gateway.find_taking(checkout, since)
        if made is not None or not _may_call(ports, entity_id, account, checkout, now):
            return made
    mandate = next((m for m in account.mandates if m.mandate_id == checkout.mandate_id), None)
    if mandate is None:
        mandate = ports.autopay.mandates.find(
            entity_id, account.customer.customer_id, checkout.mandate_id
        )
    if mandate.method is None:
        return None
    entity = ports.entities.entity(entity_id)
    return ports.gateway.take(entity, account.customer, mandate.method, checkout)


def _refused(
    ports: Ports, entity_id: str, customer_id: str, checkout_id: str, code: str, now: Now
) -> Outcome:
    """Note that a try brought nothing; where it never will, the mandate is over with it."""

    def work() -> Outcome:
        account = ports.autopay.accounts.account(entity_id, customer_id)
        checkout = _trying(account, checkout_id)
        if checkout is None:
            return Outcome("done", "known")
        today = now.today(account.customer.time_zone)
        collection = _collection(account, checkout_id)
        failed = collection.failed(code, today) if collection is not None else None
        for_good = verdict_on(code) is Verdict.NEVER
        mandate = account.mandate(today) if for_good else None
        if mandate is not None and mandate.mandate_id != checkout.mandate_id:
            mandate = None
        entity = ports.entities.entity(entity_id)
        ports.autopay.collections.refused(
            entity, customer_id, checkout, failed, mandate, code, today, now
        )
        return Outcome("done", "refused")

    return try_again(ports.pause, work)


def _paid(ports: Ports, entity_id: str, customer_id: str, checkout_id: str, now: Now) -> None:
    """Note that a collection brought its money; who dies before leaves that to the next sweep."""
    account = ports.autopay.accounts.account(entity_id, customer_id)
    collection = _collection(account, checkout_id)
    if collection is None or _trying(account, checkout_id) is not None:
        return
    today = now.today(account.customer.time_zone)
    entity = ports.entities.entity(entity_id)
    ports.autopay.collections.end(entity, customer_id, collection.ended(PAID, today))


def _collection(account: Account, checkout_id: str) -> Collection | None:
    trying = (c for c in account.collections if c.under_way is not None)
    return next((c for c in trying if c.tries[-1].checkout_id == checkout_id), None)
