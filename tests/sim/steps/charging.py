"""Interest and fees: the daily look at them, and what people give up of them."""

from typing import TYPE_CHECKING

from shared.domain.cash_step import Asked
from shared.usecases import adjust_document
from shared.usecases.accrue import accrue, hand_out
from tests.sim.founding import ENTITY, NOTHING, eur
from tests.sim.steps import Step
from tests.sim.steps.desk import ask

if TYPE_CHECKING:
    from tests.sim.world import World


def look(world: "World") -> str:
    """Queue the daily look at charges."""
    hub = world.hub
    stores = (hub.accounts, hub.finder, hub.charges, world.queues)
    return f"found {hand_out(*stores, ENTITY, world.now)}"


def look_now(world: "World") -> str:
    """Look at the charges of one customer, as an old message would."""
    hub, customers = world.hub, [world.chance.choice(world.customers)]
    return f"made {accrue(hub.charging, hub.accounts, ENTITY, customers, world.now)}"


def waive(world: "World") -> str:
    """Give up a charge, all or some of it."""
    charges = [head for head in world.all("HEAD") if head["kind"] == "charge"]
    if not charges:
        return NOTHING
    charge = world.chance.choice(charges)
    amount = world.chance.choice((None, eur(1), eur(100)))

    def work(asked: Asked) -> object:
        at = (world.hub.desk, ENTITY, charge["customer_id"], charge["document_id"])
        return adjust_document.waive(*at, amount, "goodwill", asked, world.now)

    return ask(world, "waive", work)


STEPS = {
    "look_at_charges": Step(look, 3),
    "look_at_charges_now": Step(look_now, 2, race=6),
    "waive": Step(waive, 2, race=2),
}
