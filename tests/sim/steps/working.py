"""The hub at work: queues are delivered, sweeps run, mails are answered, time goes by."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.adapters.errands import errand
from shared.domain.agreement_drafts import HoldDraft
from shared.domain.mail import MailEventKind
from shared.usecases.holds import put_hold
from shared.usecases.mail_event import note_mail_event
from shared.usecases.plan_sweep import Ports, plan
from shared.usecases.reconcile_gateway import reconcile_gateway
from shared.usecases.requeue import LEASE, give_up_waiting, requeue_stale
from shared.usecases.tend_sweeps import tend_sweeps
from shared.usecases.work_sweep import work as work_batch
from tests.sim.founding import ENTITY, NOTHING
from tests.sim.messages import consume
from tests.sim.steps import Step

if TYPE_CHECKING:
    from tests.sim.world import World


def deliver(world: "World") -> str:
    """Hand a waiting message to its function; one that failed waits again."""
    queues = world.queues
    if not queues.waiting:
        return NOTHING
    message = queues.waiting.pop(world.chance.randrange(len(queues.waiting)))
    before, world.in_hand = world.in_hand, message
    try:
        told = consume(world, *message)
    except BaseException:
        queues.waiting.append(message)
        raise
    finally:
        world.in_hand = before
    queues.done.append(message)
    return f"{message[0]} {told}"


def deliver_the_same(world: "World") -> str:
    """Hand the message that somebody works on to somebody else, as a queue may."""
    assert world.in_hand is not None
    return f"{world.in_hand[0]} {consume(world, *world.in_hand)}"


def deliver_again(world: "World") -> str:
    """Hand out a message that is done."""
    if not world.queues.done:
        return NOTHING
    message = world.chance.choice(world.queues.done)
    return f"{message[0]} {consume(world, *message)}"


def sweep(world: "World") -> str:
    """Run the hourly sweep."""
    hub, run_id = world.hub, f"run{world.step}-{world.chance.getrandbits(32):x}"
    stores = (hub.accounts, hub.entities, hub.finder, hub.runs, hub.sweep_runs, world.queues)
    return f"found {plan(Ports(*stores), ENTITY, run_id, world.now)}"


def work(world: "World") -> str:
    """Decide on one customer right now, as a worker does with an old message of a sweep."""
    customers, run_id = [world.chance.choice(world.customers)], f"old{world.step}"
    world.hub.sweep_runs.write_down(ENTITY, run_id, [customers], world.now)
    tally = work_batch(world.hub.sweeping, ENTITY, run_id, 0, customers, world.now)
    return f"claimed-{tally.claimed} lost {tally.lost} capped {tally.capped}"


def mail_event(world: "World") -> str:
    """Hear of a mail: in any order, twice, never, or that it bounced."""
    events = world.mail.events
    if not events:
        return NOTHING
    event = events.pop(world.chance.randrange(len(events)))
    if world.chance.random() < 0.1:
        return "lost"
    if world.chance.random() < 0.05:
        event = replace(event, kind=MailEventKind.BOUNCED)
    if world.chance.random() < 0.2:
        events.append(event)
    hub = world.hub
    stores = (hub.accounts, hub.notices, hub.suppressions, hub.tasks, hub.sending.untold)
    return note_mail_event(*stores, event, world.now)


def janitor(world: "World") -> str:
    """Hand over what waits too long, and ask the gateway about what is unknown."""
    hub = world.hub
    handed = requeue_stale(ENTITY, hub.pending, errand, world.queues, world.now, LEASE)
    handed += tend_sweeps(ENTITY, hub.sweep_runs, world.queues, world.now, LEASE)
    unknown = give_up_waiting(ENTITY, hub.pending, hub.notices, world.now)
    demand = world.chance.random() < 0.3
    found = reconcile_gateway(hub.money_in, hub.pending, ENTITY, world.now, on_demand=demand)
    return f"handed {handed}, gave up {unknown}, {found}"


def hold(world: "World") -> str:
    """Stop the chasing of a customer for some days."""
    days = timedelta(days=world.chance.randrange(1, 6))
    draft = HoldDraft(
        customer_id=world.chance.choice(world.customers),
        reason="talks",
        ends_on=world.now.business.date() + days,
    )
    stores = (world.hub.accounts, world.hub.papers, world.hub.holds)
    name = str(world.chance.randrange(3))
    put = put_hold(*stores, ENTITY, draft, world.now, by="clerk", request_id=name)
    return f"until {put.ends_on}"


def time(world: "World") -> str:
    """Let an hour go by, a day, a week."""
    hours = world.chance.choice((1, 3, 24, 24, 72, 168))
    world.advance(timedelta(hours=hours))
    if hours > 24:
        world.gateway.balance.hidden.clear()
    return f"on to {world.now.business}"


STEPS = {
    "deliver": Step(deliver, 26, race=24),
    "deliver_again": Step(deliver_again, 4, race=8),
    "deliver_the_same": Step(deliver_the_same, 0),
    "sweep": Step(sweep, 7),
    "work": Step(work, 3, race=14),
    "mail_event": Step(mail_event, 8, race=4),
    "janitor": Step(janitor, 6, race=6),
    "hold": Step(hold, 1),
    "time": Step(time, 8),
}
