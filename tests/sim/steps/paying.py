"""Customers pay on the gateway's page; the gateway tells of it, sooner or later or never."""

import json
from typing import TYPE_CHECKING

from shared.domain.portal import Principal
from shared.usecases import receive_webhook
from shared.usecases.start_checkout import start_checkout
from tests.sim.founding import ENTITY, NOTHING
from tests.sim.steps import Step

if TYPE_CHECKING:
    from tests.sim.world import World


def open_page(world: "World") -> str:
    """Ask for a page on which some of a customer's open documents can be paid."""
    customer_id = world.chance.choice(world.customers)
    live = f"E#{ENTITY}#C#{customer_id}"
    heads = [i["document_id"] for i in world.all("HEAD") if i["pk"] == live]
    if not heads:
        return NOTHING
    many = world.chance.choice((1, len(heads), len(heads)))
    chosen = world.chance.sample(sorted(heads), many)
    url = start_checkout(world.hub.portal, Principal(ENTITY, customer_id), chosen, world.now)
    return f"page {url}"


def pay(world: "World") -> str:
    """Pay on an open page, by card or by a debit that takes days."""
    pages = world.gateway.open_pages()
    if not pages:
        return NOTHING
    page = world.chance.choice(pages)
    world.gateway.pay(page, world.chance.choice(("succeeded", "succeeded", "processing")))
    return f"paid {page}"


def bank_speaks(world: "World") -> str:
    """End a debit that was on its way."""
    pages = world.gateway.unsettled()
    if not pages:
        return NOTHING
    page = world.chance.choice(pages)
    outcome = world.chance.choice(("succeeded", "requires_payment_method"))
    world.gateway.settle(page, outcome)
    return f"{outcome} {page}"


def webhook(world: "World") -> str:
    """Deliver one of the gateway's webhooks in any order, twice, or never."""
    told = world.gateway.webhooks
    if not told:
        return NOTHING
    event = world.chance.choice(told)
    if world.chance.random() < 0.1:
        told.remove(event)
        return f"never-comes {event['type']}"
    body = json.dumps(event).encode()
    _, stored = receive_webhook.receive_webhook(
        world.hub.webhooks, ENTITY, body, "", world.now.wall
    )
    if event in told and world.chance.random() < 0.8:
        told.remove(event)
    return f"{stored} {event['type']}"


STEPS = {
    "start_checkout": Step(open_page, 9, race=6),
    "pay": Step(pay, 8, race=4),
    "bank_speaks": Step(bank_speaks, 6),
    "webhook": Step(webhook, 10, race=6),
}
