"""Money goes back at the gateway: refunds, refunds that fail, disputes, what was told late."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.domain.gateway import GatewayPayment
from tests.sim.founding import NOTHING
from tests.sim.gateway import refundable
from tests.sim.steps import Step

if TYPE_CHECKING:
    from tests.sim.world import World


def refund(world: "World") -> str:
    """Send some or all of a payment back."""
    page = _a_page(world, lambda p: refundable(p) > 0 and not _disputed(p))
    if page is None:
        return NOTHING
    rest = refundable(world.gateway.pages[page].payment)
    world.gateway.send_back(page, world.chance.choice((rest, rest // 2 or 1, 1)))
    return f"refunded {page}"


def refund_fails(world: "World") -> str:
    """Let a refund come back."""
    page = _a_page(world, lambda p: any(not r.failed for r in p.refunds))
    if page is None:
        return NOTHING
    world.gateway.bounce_refund(page)
    return f"bounced {page}"


def dispute(world: "World") -> str:
    """Let the payer's bank take the money of a payment back."""
    page = _a_page(world, lambda p: refundable(p) > 0 and not p.disputes)
    if page is None:
        return NOTHING
    world.gateway.open_dispute(page)
    return f"disputed {page}"


def verdict(world: "World") -> str:
    """End a dispute, won or lost."""
    page = _a_page(world, _disputed)
    if page is None:
        return NOTHING
    won = world.chance.random() < 0.6
    world.gateway.decide_dispute(page, won=won)
    return f"{'won' if won else 'lost'} {page}"


def entries_told(world: "World") -> str:
    """Let the gateway tell what it kept to itself of its balance."""
    if not world.gateway.balance.hidden:
        return NOTHING
    world.gateway.balance.hidden.clear()
    return "told"


def _a_page(world: "World", fits: Callable[[GatewayPayment], bool]) -> str | None:
    pages = world.gateway.pages
    found = [s for s in world.gateway.settled() if (paid := pages[s].payment) and fits(paid)]
    return world.chance.choice(found) if found else None


def _disputed(payment: GatewayPayment) -> bool:
    return any(not one.decided for one in payment.disputes)


STEPS = {
    "gateway_refund": Step(refund, 3, race=3),
    "refund_fails": Step(refund_fails, 2),
    "dispute": Step(dispute, 2, race=2),
    "verdict": Step(verdict, 3),
    "entries_told": Step(entries_told, 2),
}
