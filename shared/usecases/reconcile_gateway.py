"""The janitor's part of money in: ask about what is unknown, compare what the gateway charged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Any, Protocol

from shared.domain.clock import Now
from shared.domain.gateway import GatewayPayment
from shared.domain.payment import Booked
from shared.usecases.apply_payment import apply_payment
from shared.usecases.compare_balance import BALANCE_BACK, compare_balance
from shared.usecases.give_mandate import resolve_mandate
from shared.usecases.money_in import Ports, park
from shared.usecases.resolve_checkout import ASK_OPEN_AGAIN, ASK_PROCESSING_AGAIN, resolve_checkout

LEASE = timedelta(minutes=15)
COMPARE_BACK = timedelta(days=21)
_BATCH = 100
_EVERYTHING = timedelta(days=-3650)


class Pending(Protocol):
    def older_than(self, entity_id: str, kind: str, since: Any) -> Iterator[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many checkouts were asked about, payments compared, booked or moved on, and parked."""

    asked: int
    compared: int = 0
    booked: int = 0
    parked: int = 0


def reconcile_gateway(
    ports: Ports, pending: Pending, entity_id: str, now: Now, *, on_demand: bool
) -> Reconciled:
    """Resolve every checkout whose lease is over and, once a business day, compare all money.

    on_demand asks about every unresolved checkout and compares at once. Whatever a webhook failed
    to bring is booked here, by the same path and under the same key. A checkout that fails does
    not keep the others waiting: an ExceptionGroup with every failure is raised at the end.
    """
    lease = _EVERYTHING if on_demand else LEASE
    asked, failures = _ask(ports, pending, entity_id, now, lease)
    reconciled = _compared(ports, entity_id, asked, now, on_demand)
    if failures:
        raise ExceptionGroup("some checkouts could not be asked about", failures)
    return reconciled


def _compared(ports: Ports, entity_id: str, asked: int, now: Now, on_demand: bool) -> Reconciled:
    day = now.today(ports.entities.entity(entity_id).time_zone)
    if not on_demand and ports.payments.compared(entity_id, day):
        return Reconciled(asked)
    compared, booked, parked = _compare(ports, entity_id, now)
    back = COMPARE_BACK if on_demand else BALANCE_BACK
    moved, differing = compare_balance(ports, entity_id, now, back)
    ports.payments.note_compared(entity_id, day)
    return Reconciled(asked, compared, booked + moved, parked + differing)


def _ask(
    ports: Ports, pending: Pending, entity_id: str, now: Now, lease: timedelta
) -> tuple[int, list[Exception]]:
    asked, failures = 0, []
    for item in pending.older_than(entity_id, "mandate", now.wall - lease):
        try:
            resolve_mandate(ports, entity_id, item["customer_id"], item["mandate_id"], now)
        except Exception as failure:  # raised when all had their turn
            failures.append(failure)
        asked += 1
    for item in pending.older_than(entity_id, "checkout", now.wall - lease):
        customer_id, checkout_id = item["customer_id"], item["checkout_id"]
        try:
            resolve_checkout(ports, entity_id, customer_id, checkout_id, now)
            _ask_later(ports, entity_id, customer_id, checkout_id, now)
        except Exception as failure:  # raised when all had their turn
            failures.append(failure)
        asked += 1
    return asked, failures


def _ask_later(ports: Ports, entity_id: str, customer_id: str, checkout_id: str, now: Now) -> None:
    standing = ports.payments.standing(entity_id, customer_id, checkout_id)
    if standing is None:
        return
    again = {"open": ASK_OPEN_AGAIN, "processing": ASK_PROCESSING_AGAIN}
    wait = again.get(str(standing.checkout.state))
    if wait is not None:
        ports.payments.ask_again(entity_id, customer_id, standing.checkout, now.wall + wait)


def _compare(ports: Ports, entity_id: str, now: Now) -> tuple[int, int, int]:
    compared = booked = parked = 0
    since = min(now.business, now.wall) - COMPARE_BACK
    ours = (p for p in ports.gateway.payments_since(since) if p.entity_id == entity_id)
    for chunk in batched(ours, _BATCH, strict=False):
        known = ports.payments.booked(entity_id, [p.reference for p in chunk])
        for told in chunk:
            compared += 1
            code = _difference(ports, entity_id, told, known.get(told.reference), now)
            booked += code == "booked"
            parked += code == "parked"
    return compared, booked, parked


def _difference(
    ports: Ports, entity_id: str, told: GatewayPayment, known: Booked | None, now: Now
) -> str:
    if known is not None and known.amount != told.amount:
        park(ports, entity_id, "amount_differs", told.reference, now)
        return "parked"
    settled = known is not None and not known.planned
    if settled:
        return "same"
    outcome = apply_payment(ports, entity_id, told, now)
    return "parked" if outcome.state == "parked" else outcome.code
