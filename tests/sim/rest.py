"""Coming to rest: the faults are over, and everything that is under way finds its end."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.errors import WriteConflict
from shared.usecases.receive_webhook import receive_webhook
from shared.usecases.reconcile_gateway import reconcile_gateway
from shared.usecases.requeue import LEASE
from tests.sim.checks import pending, unsaid
from tests.sim.founding import ENTITY
from tests.sim.messages import consume
from tests.sim.queues import Message
from tests.sim.steps.working import janitor, sweep

if TYPE_CHECKING:
    from tests.sim.world import World

_ROUNDS_MAX = 12


def come_to_rest(world: "World") -> None:
    """Let time go by, without faults, until nothing moves any more, or long enough."""
    world.gateway.clock = world.now.wall
    for _ in range(_ROUNDS_MAX):
        _one_round(world)
        hidden = world.gateway.balance.hidden
        if not (pending(world) or unsaid(world) or world.queues.waiting or hidden):
            return


def _one_round(world: "World") -> None:
    for page in world.gateway.unsettled():
        world.gateway.settle(page, "succeeded")
    world.gateway.balance.hidden.clear()
    world.advance(timedelta(hours=25))
    world.gateway.clock = world.now.wall
    world.gateway.expire_old()
    for _ in range(3):
        janitor(world)
        reconcile_gateway(world.hub.money_in, world.hub.pending, ENTITY, world.now, on_demand=True)
        sweep(world)
        _deliver_all(world)
        _webhooks_all(world)
        world.advance(LEASE + timedelta(minutes=1))
    janitor(world)  # the last sweep is looked after, too
    _deliver_all(world)


def _deliver_all(world: "World") -> None:
    """Deliver until nothing waits but what asks to be tried later."""
    later: list[Message] = []
    while world.queues.waiting:
        message = world.queues.waiting.pop(0)
        try:
            consume(world, *message)
        except WriteConflict:
            later.append(message)
    world.queues.waiting = later


def _webhooks_all(world: "World") -> None:
    """Deliver what the gateway has to say, or, in every other world, none of it."""
    for told in world.gateway.webhooks if world.seed % 2 else ():
        receive_webhook(world.hub.webhooks, ENTITY, json.dumps(told).encode(), "", world.now.wall)
    world.gateway.webhooks.clear()
