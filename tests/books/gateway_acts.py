"""Payers on the gateway's page, and what the gateway gives and takes back."""

from collections.abc import Callable

from shared import runtime
from shared.domain.gateway import GatewayPayment
from shared.domain.portal import Principal
from shared.usecases.apply_payment import apply_payment
from shared.usecases.request_refund import Ports as RefundPorts
from shared.usecases.request_refund import request_refund
from shared.usecases.resolve_checkout import resolve_page
from shared.usecases.start_checkout import start_checkout
from tests.books.player import Act, Idle, Player
from tests.sim.gateway import refundable


def pay(player: Player) -> None:
    """Pay one open document on the gateway's page; its webhook is followed at once."""
    customer, document = player.document()
    if document["open"]["currency"] != "EUR":
        raise Idle
    pay_page(player, customer, document["document_id"])


def pay_page(player: Player, customer: str, document_id: str) -> None:
    """Open the gateway's page for a document, pay there, and follow what the gateway tells."""
    principal = Principal(player.entity_id, customer)
    start_checkout(runtime.starting_checkouts(), principal, [document_id], player.hub.now)
    gateway = player.hub.gateway
    if not gateway.open_pages():
        raise Idle
    page = gateway.open_pages()[-1]
    gateway.pay(page, "succeeded")
    resolve_page(runtime.money_in(), player.entity_id, gateway.checkout(page), player.hub.now)


def refund(player: Player) -> None:
    """Somebody gives money back on the gateway's own pages."""
    page = _page(player, lambda p: refundable(p) > 0 and not p.disputes)
    payment = player.hub.gateway.pages[page].payment
    assert payment
    player.hub.gateway.send_back(page, player.chance.randint(1, refundable(payment)))
    _follow(player, page)


def bounce(player: Player) -> None:
    """A refund comes back."""
    page = _page(player, lambda p: any(not r.failed for r in p.refunds))
    player.hub.gateway.bounce_refund(page)
    _follow(player, page)


def dispute(player: Player) -> None:
    """A payer's bank takes the money back."""
    page = _page(player, lambda p: refundable(p) > 0 and not p.disputes)
    player.hub.gateway.open_dispute(page)
    _follow(player, page)


def verdict(player: Player) -> None:
    """A dispute ends: won, and the money is there again, or lost."""
    page = _page(player, lambda p: any(not one.decided for one in p.disputes))
    player.hub.gateway.decide_dispute(page, won=player.chance.random() < 0.6)
    _follow(player, page)


def ask_refunds(player: Player) -> None:
    """The worker asks the gateway for the refunds that operators decided on."""
    ports = RefundPorts(runtime.cash_desk(), player.hub.gateway)
    waiting = [
        item["refund_id"]["S"]
        for item in player.hub.model.items()
        if item["type"]["S"] == "REFUND" and "ppk" in item
    ]
    for refund_id in waiting:
        request_refund(ports, player.entity_id, refund_id, player.hub.now)
    for page in player.hub.gateway.settled():
        if waiting:
            _follow(player, page)


def tell_all(player: Player) -> None:
    """Let the gateway tell what it kept to itself, and follow every payment once more."""
    ask_refunds(player)
    player.hub.gateway.balance.hidden.clear()
    for page in player.hub.gateway.settled():
        _follow(player, page)


def _page(player: Player, fits: Callable[[GatewayPayment], bool]) -> str:
    pages = player.hub.gateway.pages
    settled = player.hub.gateway.settled()
    found = [s for s in settled if (payment := pages[s].payment) and fits(payment)]
    if not found:
        raise Idle
    return player.chance.choice(found)


def _follow(player: Player, page: str) -> None:
    told = player.hub.gateway.checkout(page).payment
    assert told
    apply_payment(runtime.money_in(), player.entity_id, told, player.hub.now)


ACTS: dict[str, tuple[int, Act]] = {
    "gateway payment": (8, pay),
    "gateway refund": (2, refund),
    "gateway refund failed": (1, bounce),
    "card dispute": (2, dispute),
    "dispute decided": (3, verdict),
    "refunds asked for": (2, ask_refunds),
}
