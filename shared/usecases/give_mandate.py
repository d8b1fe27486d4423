"""Leave to take money by itself: asked for on the gateway's page, given there, and ended."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.clock import Now, iso
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.gateway import GatewayCheckout, GatewayPayment
from shared.domain.mandate import BY_CUSTOMER, Mandate
from shared.domain.portal import Principal
from shared.errors import Conflict, NotFound
from shared.ids import derived_id
from shared.usecases.money_in import Autopay, Outcome, Ports, not_ours, park
from shared.usecases.ports.accounts import Accounts
from shared.usecases.try_again import try_again

PAGE_LIFE = timedelta(hours=24)
ASK_AGAIN = timedelta(hours=2)
GIVE_UP = timedelta(days=15)
"""A bank account that has to be verified by small transfers takes days to be given."""
_REUSE_MARGIN = timedelta(hours=1)
_LOOK_BACK = timedelta(days=3)


class Asked(Protocol):
    def ask(self, entity: Entity, customer_id: str, mandate: Mandate, wall: datetime) -> bool: ...
    def opened(self, entity_id: str, customer_id: str, mandate: Mandate) -> None: ...


class Gateway(Protocol):
    def create_setup(
        self,
        entity: Entity,
        customer: Customer,
        mandate: Mandate,
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class Giving:
    """Everything that asking for a mandate needs from outside."""

    accounts: Accounts
    mandates: Asked
    gateway: Gateway
    public_url: str


def ask_mandate(ports: Giving, principal: Principal, now: Now) -> str:
    """Return the address of the gateway's page on which the customer can turn autopay on.

    It is noted before the gateway hears of it; asked for again, the same page is given while it is
    open. Raises what the gateway raises.
    """
    whose = (principal.entity_id, principal.customer_id)
    entity, account = ports.accounts.entity(whose[0]), ports.accounts.account(*whose)
    asked = next((m for m in account.mandates if _is_open(m, now)), None)
    if asked is None:
        asked_at = now.wall.replace(microsecond=0)
        name = derived_id("mandate", *whose, iso(asked_at))
        currency = account.customer.currency or entity.currency
        asked = Mandate(name, currency, asked_at, BY_CUSTOMER)
        ports.mandates.ask(entity, whose[1], asked, now.wall + ASK_AGAIN)
    if asked.url:
        return asked.url
    page = f"{ports.public_url}/p/{entity.entity_id}/autopay"
    session_id, url = ports.gateway.create_setup(
        entity, account.customer, asked, f"{page}?mandate={asked.mandate_id}", page
    )
    opened = replace(asked, session_id=session_id, url=url, version=asked.version + 1)
    ports.mandates.opened(*whose, opened)
    return url


def resolve_mandate(
    ports: Ports, entity_id: str, customer_id: str, mandate_id: str, now: Now
) -> Outcome:
    """Ask the gateway about a mandate that was asked for, and note what it says. Safe to repeat."""
    mandate = ports.autopay.mandates.find(entity_id, customer_id, mandate_id)
    if mandate.given_on is not None or mandate.ended_on is not None:
        return Outcome("done", "known")
    page = _page(ports, mandate, now)
    if page is None:
        return _not_given(ports, entity_id, customer_id, mandate, now)
    outcome = follow_setup(ports, entity_id, page, now)
    if outcome.code == "open" and now.wall > mandate.asked_at + GIVE_UP:
        return _not_given(ports, entity_id, customer_id, mandate, now)
    if outcome.code == "open":
        ports.autopay.mandates.ask_again(entity_id, customer_id, mandate, now.wall + ASK_AGAIN)
    return outcome


def follow_setup(ports: Ports, entity_id: str, page: GatewayCheckout, now: Now) -> Outcome:
    """Bring a page on which a mandate is given to the state that the gateway reports."""
    if page.entity_id != entity_id:
        return not_ours(ports, entity_id, page.entity_id, page.session_id, now)
    return try_again(ports.pause, lambda: _follow(ports, entity_id, page, now))


def end_mandate(
    autopay: Autopay, entity_id: str, customer_id: str, mandate_id: str, why: str, now: Now
) -> Mandate:
    """End a mandate and return it. What the gateway is asked for already is not called back.

    Raises NotFound where there is none, and Conflict where it is over already.
    """

    def work() -> Mandate:
        mandate = autopay.mandates.find(entity_id, customer_id, mandate_id)
        if mandate.ended_on is not None:
            raise Conflict(mandate=mandate_id, reason="it is over already")
        return _end(autopay, entity_id, customer_id, mandate, why, now)

    return try_again(autopay.pause, work)


def end_returned(ports: Ports, entity_id: str, told: GatewayPayment, now: Now) -> None:
    """End the mandate of a payment that its payer or the bank took back. Safe to repeat."""
    withdrawn = any(dispute.withdrawn is not None for dispute in told.disputes)
    if told.returned is None and not withdrawn:
        return

    def work() -> None:
        whose = (entity_id, told.customer_id)
        mandate = ports.autopay.mandates.find(*whose, told.mandate_id)
        if mandate.ended_on is None:
            _end(ports.autopay, *whose, mandate, "returned", now)

    _if_known(lambda: try_again(ports.pause, work))


def _if_known(work: Callable[[], None]) -> None:
    try:
        work()
    except NotFound:
        return


def _is_open(mandate: Mandate, now: Now) -> bool:
    asked = mandate.given_on is None and mandate.ended_on is None
    return asked and now.wall < mandate.asked_at + PAGE_LIFE - _REUSE_MARGIN


def _page(ports: Ports, mandate: Mandate, now: Now) -> GatewayCheckout | None:
    if not mandate.session_id:
        since = min(mandate.asked_at, now.business) - _LOOK_BACK
        return ports.gateway.find_setup(mandate, since)
    try:
        return ports.gateway.checkout(mandate.session_id)
    except NotFound:
        return None


def _follow(ports: Ports, entity_id: str, page: GatewayCheckout, now: Now) -> Outcome:
    customer_id = page.customer_id
    try:
        mandate = ports.autopay.mandates.find(entity_id, customer_id, page.mandate_id)
    except NotFound:
        return park(ports, entity_id, "unknown_mandate", page.session_id, now)
    if mandate.given_on is not None or mandate.ended_on is not None:
        return Outcome("done", "known")
    if page.state == "expired":
        return _not_given(ports, entity_id, customer_id, mandate, now)
    if page.state != "complete" or page.method is None:
        return Outcome("done", "open")
    account = ports.autopay.accounts.account(entity_id, customer_id)
    today = now.today(account.customer.time_zone)
    version = mandate.version + 1
    given = replace(mandate, given_on=today, method=page.method, version=version)
    older = tuple(m for m in account.mandates if m.given_on is not None)
    entity = ports.entities.entity(entity_id)
    ports.autopay.mandates.give(entity, customer_id, given, older)
    return Outcome("done", "given")


def _not_given(
    ports: Ports, entity_id: str, customer_id: str, mandate: Mandate, now: Now
) -> Outcome:
    _end(ports.autopay, entity_id, customer_id, mandate, "not_given", now)
    return Outcome("done", "expired")


def _end(
    autopay: Autopay, entity_id: str, customer_id: str, mandate: Mandate, why: str, now: Now
) -> Mandate:
    entity = autopay.accounts.entity(entity_id)
    account = autopay.accounts.account(entity_id, customer_id)
    today = now.today(account.customer.time_zone)
    return autopay.mandates.end(entity, customer_id, mandate, why, today)
