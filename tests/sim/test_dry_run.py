"""The dry run beside the run: in random worlds, at random moments, they say the same."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from shared.adapters.receivables import Receivables
from shared.adapters.records import Records
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.domain.money import Money
from shared.usecases import plan_sweep
from shared.usecases.as_it_stood import AsItStood
from shared.usecases.charging import charges_ahead
from shared.usecases.dry_run import DryRun, Ports, dry_run
from shared.usecases.end_agreements import agreements_ahead
from shared.usecases.plan_sweep import plan
from tests.sim.faults import CALM
from tests.sim.founding import ENTITY
from tests.sim.messages import consume
from tests.sim.steps.working import janitor, sweep
from tests.sim.world import World

WORLDS = 60
ROUNDS = 5
STEPS = 9
DAYS_AHEAD = (0, 1, 3, 7, 7, 14, 30)
WORTH_MEETING = {"message": 40, "fee": 5, "held": 30, "task": 8, "ahead": 25, "past": 25}

Messages = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a run claimed, and what stood then of the facts that are kept without their days."""

    at: datetime
    claimed: Messages
    undated: dict[str, dict[str, Any]]


@pytest.mark.law("31")
def test_a_dry_run_says_what_the_run_then_claims():
    seen: Counter[str] = Counter()
    for seed in range(WORLDS):
        world = World(seed, CALM)
        moments: list[Moment] = []
        for _ in range(ROUNDS):
            for _ in range(STEPS):
                world.take_step()
            _drain(world)
            _compare(world, seen, moments)
        for moment in moments:
            _compare_past(world, moment, seen)
    short = {what: seen[what] for what, least in WORTH_MEETING.items() if seen[what] < least}
    assert not short, f"too few of {short}: {seen}"


def _compare(world: World, seen: Counter[str], moments: list[Moment]) -> None:
    ahead = timedelta(days=world.chance.choice(DAYS_AHEAD))
    later = Now(world.now.business + ahead, world.now.wall)
    dry = _dry(world, later)
    fees = {(number, fee) for one in dry.messages for number, fee in one.fees}
    world.advance(ahead)
    undated = {
        customer_id: _undated(world, customer_id, world.now.business.date())
        for customer_id in world.customers
    }
    claimed, charged = _run(world)
    assert _told(dry) == claimed, (world.seed, world.step)
    assert fees == charged, (world.seed, world.step)
    if ahead:
        moments.append(Moment(world.now.business, claimed, undated))
    seen["message"] += len(dry.messages)
    seen["ahead"] += bool(ahead) and bool(dry.messages)
    seen["fee"] += len(charged)
    seen["task"] += sum(m["channel"] == "call" for ms in claimed.values() for m in ms)
    seen["held"] += any(world.all("HOLD"))


def _compare_past(world: World, moment: Moment, seen: Counter[str]) -> None:
    """Compare what was claimed at a past instant with the dry run by the facts just before it.

    Customers of whom something changed since that is kept without its day are passed over.
    """
    table = Table(world.client, "hub")
    before = moment.at - timedelta(seconds=1)
    stood = AsItStood(Records(table), Receivables(table), world.hub.entities, before)
    ahead = partial(agreements_ahead, world.hub.papers, ENTITY)
    now = Now(moment.at, moment.at)
    ports = Ports(stood, stood, stood, stood, charges=stood.charges, ahead=ahead)
    dry = _told(dry_run(ports, world.entity(), now))
    for customer_id, undated in moment.undated.items():
        if undated.items() <= _undated(world, customer_id, moment.at.date()).items():
            assert dry.get(customer_id) == moment.claimed.get(customer_id), world.seed
            seen["past"] += customer_id in dry
        else:
            seen["undated"] += 1


def _undated(world: World, customer_id: str, day: date) -> dict[str, Any]:
    """Return what is kept without its day (whether mail is off, what is announced, due dates), and
    what is of that very day and kept without its hour."""
    record = Records(Table(world.client, "hub")).record(ENTITY, customer_id)
    dues = {d.document_id: (d.due_on, [i.due_on for i in d.instalments]) for d in record.documents}
    return {
        "mail": record.customer.mail_stopped,
        "announced": record.incoming,
        "holds": [hold for hold in record.holds if day in (hold.starts_on, hold.ended_on)],
        **dues,
    }


def _dry(world: World, now: Now) -> DryRun:
    hub = world.hub
    ports = Ports(
        hub.accounts,
        hub.entities,
        hub.finder,
        hub.runs,
        charges=partial(charges_ahead, hub.charging, ENTITY),
        ahead=partial(agreements_ahead, hub.papers, ENTITY),
    )
    return dry_run(ports, world.entity(), now)


def _told(dry: DryRun) -> Messages:
    told: Messages = defaultdict(list)
    for one in dry.messages:
        decision = one.decision
        assert decision.stage is not None
        told[one.customer.customer_id].append(
            {
                "stage": decision.stage.id,
                "channel": str(decision.stage.channel),
                "items": [(i.document_id, i.payable.minor, i.asked) for i in decision.items],
                "done": dict(decision.done_after or {}),
            }
        )
    return dict(told)


def _run(world: World) -> tuple[Messages, set[tuple[str, Money]]]:
    """Sweep once and charge; return what was claimed by customer, and the charges made."""
    hub = world.hub
    known = {(n["customer_id"], n["n"]) for n in world.all("NOTICE")}
    charges = {h["document_id"] for h in world.all("HEAD") if h.get("charge")}
    stores = (hub.accounts, hub.entities, hub.finder, hub.runs, hub.sweep_runs, world.queues)
    world.queues.waiting.clear()
    plan(plan_sweep.Ports(*stores), ENTITY, f"compared{world.step}", world.now)
    for queue, body in list(world.queues.waiting):
        assert queue == "SWEEP"
        consume(world, queue, body)
    claimed: Messages = defaultdict(list)
    new = [n for n in world.all("NOTICE") if (n["customer_id"], n["n"]) not in known]
    for notice in sorted(new, key=lambda n: n["n"]):
        account = hub.accounts.notice(ENTITY, notice["customer_id"], notice["n"])
        claimed[notice["customer_id"]].append(
            {
                "stage": account.stage,
                "channel": str(account.channel),
                "items": [(i.document_id, i.payable.minor, i.asked) for i in account.items],
                "done": dict(account.done_after),
            }
        )
        if account.fee:
            whose = {"customer_id": notice["customer_id"], "n": notice["n"], "kind": "stage"}
            consume(world, "ESCALATION", whose)
    made = [h for h in world.all("HEAD") if h.get("charge") and h["document_id"] not in charges]
    return dict(claimed), {
        (h["number"], Money(minor=h["total"], currency=h["currency"])) for h in made
    }


def _drain(world: World) -> None:
    """End what is under way, and lift the cap: a dry run does not count messages."""
    world.outages.of_thousand, world.cap = 0, None
    world.hub.entities.update(replace(world.entity(), daily_cap=None))
    for _ in range(6):
        janitor(world)
        while world.queues.waiting:
            consume(world, *world.queues.waiting.pop(0))
    if world.chance.random() < 0.5:
        sweep(world)
    while world.queues.waiting:
        consume(world, *world.queues.waiting.pop(0))
