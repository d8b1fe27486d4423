"""Start a payment: decide what it is for, note it, then open the gateway's page for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from shared.domain.account import Account
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.checkout_plan import Plan, checkout_plan
from shared.domain.clock import Now, iso
from shared.domain.customer import Customer
from shared.domain.entity import Entity
from shared.domain.money import Money, total
from shared.domain.portal import AlreadyPaid, Begun, Principal
from shared.errors import WriteConflict
from shared.ids import derived_id
from shared.usecases.ports.accounts import Accounts

CHECKOUT_LIFE = timedelta(hours=24)
_REUSE_MARGIN = timedelta(minutes=5)
_ATTEMPTS_MAX = 8
_LINES_MAX = 90


class Checkouts(Protocol):
    def begin(
        self,
        entity: Entity,
        customer_id: str,
        checkout: Checkout,
        replaced: tuple[Checkout, ...],
        today: date,
        wall: datetime,
    ) -> Begun: ...
    def opened(self, entity_id: str, customer_id: str, checkout: Checkout) -> None: ...


class Gateway(Protocol):
    def create_checkout(
        self,
        entity: Entity,
        customer: Customer,
        checkout: Checkout,
        lines: tuple[tuple[str, Money], ...],
        success_url: str,
        cancel_url: str,
    ) -> tuple[str, str]: ...
    def expire_checkout(self, session_id: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that starting a payment needs from outside."""

    accounts: Accounts
    checkouts: Checkouts
    gateway: Gateway
    public_url: str


def start_checkout(
    ports: Ports,
    principal: Principal,
    chosen: Sequence[str],
    now: Now,
    *,
    spare_contested: bool = False,
) -> str:
    """Return the address of the gateway's page on which the chosen documents can be paid.

    What each of them costs is decided here, from the account: everything payable, less a discount
    while it is offered; spare_contested leaves out what the customer contests. chosen may name
    single instalments. The same choice made twice leads to the
    same page; an older page for any of the documents is closed first.

    Raises NotFound for a document that is not open on this account, NothingToPay, InvalidInput
    for none chosen or for two currencies, AlreadyPaid where the older page has taken the money,
    and what the gateway raises.
    """
    entity = ports.accounts.entity(principal.entity_id)
    for attempt in range(_ATTEMPTS_MAX):
        account = ports.accounts.account(principal.entity_id, principal.customer_id)
        today = now.today(account.customer.time_zone)
        plan = checkout_plan(account, chosen, today, spare_contested=spare_contested)
        same = _same_page(account, plan, now.wall)
        if same is not None:
            return same.url or _open_page(ports, entity, account, same)
        replaced = _older_pages(account, plan)
        for older in replaced:
            _close_page(ports, entity, account, older)
        last = attempt == _ATTEMPTS_MAX - 1
        checkout = _checkout(principal, plan, today, iso(now.wall) if last else str(attempt), now)
        begun = ports.checkouts.begin(
            entity, principal.customer_id, checkout, replaced, today, now.wall
        )
        if begun is Begun.NOTED:
            return _open_page(ports, entity, account, checkout)
    raise WriteConflict(reason="checkout")


def _same_page(account: Account, plan: Plan, wall: datetime) -> Checkout | None:
    return next(
        (
            checkout
            for checkout in account.checkouts
            if checkout.state is CheckoutState.OPEN
            and checkout.allocations == plan
            and checkout.expires_at - _REUSE_MARGIN > wall
        ),
        None,
    )


def _older_pages(account: Account, plan: Plan) -> tuple[Checkout, ...]:
    wanted = {document_id for document_id, _ in plan}
    return tuple(
        checkout
        for checkout in account.checkouts
        if checkout.state is CheckoutState.OPEN
        and wanted.intersection(document_id for document_id, _ in checkout.allocations)
    )


def _close_page(ports: Ports, entity: Entity, account: Account, older: Checkout) -> None:
    session_id = older.session_id
    if not session_id:
        session_id, _ = _gateway_page(ports, entity, account, older)
    if ports.gateway.expire_checkout(session_id) == "complete":
        raise AlreadyPaid(checkout=older.checkout_id)


def _checkout(principal: Principal, plan: Plan, today: date, salt: str, now: Now) -> Checkout:
    """Return the checkout for plan. Its id comes from what is paid: a double click meets itself."""
    parts = [f"{document_id}:{amount.minor}" for document_id, amount in plan]
    checkout_id = derived_id(
        "checkout",
        principal.entity_id,
        principal.customer_id,
        today.isoformat(),
        salt,
        *parts,
    )
    created_at = now.wall.replace(microsecond=0)  # as it is stored, so that a retry says the same
    return Checkout(
        checkout_id=checkout_id,
        state=CheckoutState.OPEN,
        amount=total((amount for _, amount in plan), plan[0][1].currency),
        allocations=plan,
        created_at=created_at,
        expires_at=created_at + CHECKOUT_LIFE,
    )


def _open_page(ports: Ports, entity: Entity, account: Account, checkout: Checkout) -> str:
    session_id, url = _gateway_page(ports, entity, account, checkout)
    opened = replace(checkout, session_id=session_id, url=url, version=checkout.version + 1)
    ports.checkouts.opened(entity.entity_id, account.customer.customer_id, opened)
    return url


def _gateway_page(
    ports: Ports, entity: Entity, account: Account, checkout: Checkout
) -> tuple[str, str]:
    portal = f"{ports.public_url}/p/{entity.entity_id}"
    return ports.gateway.create_checkout(
        entity,
        account.customer,
        checkout,
        _lines(account, checkout),
        success_url=f"{portal}/thanks?checkout={checkout.checkout_id}",
        cancel_url=portal,
    )


def _lines(account: Account, checkout: Checkout) -> tuple[tuple[str, Money], ...]:
    """Return what the gateway's page lists: each document; of very many, the last ones as one."""
    numbers = {d.document_id: d.number for d in account.documents}
    lines = [(numbers.get(doc, doc), amount) for doc, amount in checkout.allocations]
    if len(lines) <= _LINES_MAX:
        return tuple(lines)
    rest = total((amount for _, amount in lines[_LINES_MAX:]), checkout.amount.currency)
    return (*lines[:_LINES_MAX], (f"+ {len(lines) - _LINES_MAX}", rest))
