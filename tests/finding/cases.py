"""Drawn cases: something happens to a customer that no due date shows, and a sweep must see it."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from shared.domain.account import Account, Credit
from shared.domain.agreement import Hold
from shared.domain.conditions import Conditions
from shared.domain.document import Discount, DiscountTax, Document, DocumentKind
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.restraint import AtMost, QuietHours
from shared.domain.stage import Anchor, Repeat, Stage
from tests.finding.world import World
from tests.support.samples import customer, eur

KINDS = ("return", "ended_hold", "reopened_credit", "new_stage", "outage")
DAYS = 16
_COUNTRIES = ("", "DE", "US", "JP", "SA", "CN", "GB", "ZZ")
_HOURS = ((1, 9, 17), (0, 4, 8, 12, 16, 20), (6, 18))
_ODD_DAYS = (
    date(2011, 12, 24),  # Apia has no 30 December
    date(1994, 12, 25),  # Kiritimati has no 31 December
    date(2026, 3, 22),
    date(2026, 10, 18),
    date(2027, 12, 20),
    date(2028, 2, 22),
)


@cache
def zones() -> tuple[str, ...]:
    """Return every zone there is."""
    return tuple(sorted(available_timezones()))


def run(case: int) -> tuple[World, Counter[str]]:
    """Live through one case; return the world after it, and how often each kind was put right.

    A kind counts where the customer it happened to got a message about it afterwards.
    """
    chance = random.Random(case)
    first = chance.choice(_ODD_DAYS) if case % 4 == 0 else _day(chance)
    world = World(chance.choice(zones()), _policy(chance))
    kind = KINDS[case % len(KINDS)]
    for n in range(chance.randint(1, 2)):
        where = {"time_zone": chance.choice(zones()), "country": chance.choice(_COUNTRIES)}
        account = Account(customer(customer_id=f"c{n}", phone="+4930123456", **where))
        world.put(account)
    hours = chance.choice(_HOURS)
    event_day, happened = chance.randint(1, 8), None
    for day in range(DAYS):
        for hour in hours:
            at = datetime.combine(first + timedelta(days=day), time(hour), UTC)
            if day == 0 and hour == hours[0]:
                for customer_id in world.accounts:
                    world.add(customer_id, _invoice(chance, customer_id, first), at)
                _prepare(kind, world, chance, first, event_day, at)
            if kind == "outage" and event_day <= day < event_day + 5:
                continue
            if day == event_day and happened is None and kind != "outage":
                _EVENTS[kind](world, chance, at)
                happened = at
            world.sweep(at)
    since = happened or datetime.combine(first + timedelta(days=event_day), time(), UTC)
    told = any(said.at >= since and said.customer_id == "c0" for said in world.said)
    return world, Counter({kind: int(told)})


def _day(chance: random.Random) -> date:
    return date(2024, 1, 1) + timedelta(days=chance.randrange(1_400))


def _policy(chance: random.Random) -> Policy:
    def mail(name: str, days: int, **more: object) -> Stage:
        return Stage(id=name, offset_days=days, channel=Channel.EMAIL, template="reminder", **more)

    stages = [
        mail("issued", chance.choice((0, 2)), anchor=Anchor.ISSUE_DATE),
        mail("discount", -chance.randint(0, 4), anchor=Anchor.DISCOUNT_END),
        mail("upcoming", -chance.randint(1, 6)),
        mail("due", 0),
        mail("reminder", 5, repeat=Repeat(every_days=4, times=2)),
        Stage(id="text", offset_days=16, channel=Channel.SMS),
        mail("firm", 18, when=Conditions(amount_over={"EUR": "20.00"})),
    ]
    kept = [stage for stage in stages if chance.random() < 0.8] or stages
    return Policy(
        name="drawn",
        send_on=chance.choice(((1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7), (1, 3))),
        holidays=chance.random() < 0.5,
        quiet_hours=QuietHours(begins="20:00", ends="07:30") if chance.random() < 0.4 else None,
        at_most=AtMost(messages=1, per_days=3) if chance.random() < 0.3 else None,
        stages=tuple(kept),
    )


def _invoice(chance: random.Random, customer_id: str, first: date) -> Document:
    issued_on = first - timedelta(days=chance.randint(0, 40))
    due_on = issued_on + timedelta(days=chance.choice((0, 7, 14, 30, 45)))
    last_day = issued_on + timedelta(days=chance.randint(5, 50))
    off = Discount("2", last_day, eur(60), DiscountTax.REDUCE)
    return Document(
        document_id=f"d-{customer_id}",
        kind=DocumentKind.INVOICE,
        number=customer_id,
        issued_on=issued_on,
        due_on=due_on,
        total=eur(30_00),
        open=eur(30_00),
        discount=off if chance.random() < 0.4 else None,
    )


def _prepare(
    kind: str, world: World, chance: random.Random, first: date, event_day: int, at: datetime
) -> None:
    """Bring the first customer to where the event of kind can happen."""
    account = world.accounts["c0"]
    (document,) = account.documents
    if kind == "return":
        world.put(replace(account, documents=(replace(document, open=eur(0)),)))
    if kind == "reopened_credit":
        world.put(replace(account, credits=(Credit("p", eur(30_00), first),)))
    if kind == "ended_hold":
        ends_on = first + timedelta(days=event_day + chance.randint(-1, 2))
        world.put(replace(account, holds=(Hold("h", "asked", first, ends_on, "me"),)))
        world.ticket("c0", ends_on + timedelta(days=1))


def _returned(world: World, chance: random.Random, at: datetime) -> None:
    account = world.accounts["c0"]
    (document,) = account.documents
    world.put(replace(account, documents=(replace(document, open=document.total),)))
    world.ticket("c0", world.local(account, at))


def _credit_gone(world: World, chance: random.Random, at: datetime) -> None:
    account = world.accounts["c0"]
    world.put(replace(account, credits=()))
    world.ticket("c0", world.local(account, at))


def _hold_ended(world: World, chance: random.Random, at: datetime) -> None:
    if chance.random() < 0.5:
        return  # it ends by itself: the day was noted when it was made
    account = world.accounts["c0"]
    today = world.local(account, at)
    (hold,) = account.holds
    world.put(replace(account, holds=(replace(hold, ended_on=today),)))
    world.ticket("c0", today)


def _new_stage(world: World, chance: random.Random, at: datetime) -> None:
    known = {stage.position for stage in world.policy.stages}
    anchor = chance.choice((Anchor.DUE_DATE, Anchor.DUE_DATE, Anchor.DISCOUNT_END))
    days = chance.randint(-12, 12) if anchor is Anchor.DUE_DATE else -chance.randint(0, 9)
    more = Stage(
        id="new", anchor=anchor, offset_days=days, channel=Channel.EMAIL, template="reminder"
    )
    if more.position in known or any(s.id == "reminder" and days >= 5 for s in world.policy.stages):
        more = more.model_copy(update={"offset_days": -13})
        more = more.model_copy(update={"anchor": Anchor.DUE_DATE})
    stages = sorted((*world.policy.stages, more), key=lambda stage: stage.position)
    world.change_policy(stages=tuple(stages))


_EVENTS: dict[str, Callable[[World, random.Random, datetime], None]] = {
    "return": _returned,
    "ended_hold": _hold_ended,
    "reopened_credit": _credit_gone,
    "new_stage": _new_stage,
}
