"""Which agreements with a customer are over, so that somebody notes how they ended, once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from shared.domain.account import Account
from shared.domain.agreement import Dispute, Hold, Plan, PlanState, Promise
from shared.domain.coverage import coverage, kept_plans
from shared.domain.plan import ended, missing, running


@dataclass(frozen=True, slots=True)
class Over:
    """What is over: promises whose days are gone, plans as they ended, disputes left alone long
    enough, holds that stop nothing any more.

    waiting are promises whose days are gone while money is on its way or not allocated: whether
    they were kept is told by its value date, once it has found its place.
    """

    promises: tuple[Promise, ...]
    plans: tuple[Plan, ...]
    disputes: tuple[Dispute, ...]
    waiting: tuple[Promise, ...] = ()
    holds: tuple[Hold, ...] = ()

    def __bool__(self) -> bool:
        of_today = self.promises or self.plans or self.disputes or self.waiting
        return bool(of_today or self.holds)


def over(account: Account, today: date) -> Over:
    """Return what of the live agreements of account is over on today and not yet noted."""
    gone = [p for p in account.promises if not p.outcome and p.last_day < today]
    waiting = tuple(p for p in gone if _waits(account, p, today))
    return Over(
        promises=tuple(p for p in gone if p not in waiting),
        plans=tuple(_plans(account, today)),
        disputes=tuple(d for d in account.disputes if d.closed_on and not d.in_force(today)),
        waiting=waiting,
        holds=tuple(h for h in account.holds if h.is_over(today)),
    )


def noted(account: Account, found: Over, broken: int) -> Account:
    """Return account as it is once what is over has been noted; broken counts the broken promises.

    found is what over() says of account.
    """
    plans = {plan.plan_id for plan in found.plans}
    return replace(
        account,
        promises=tuple(p for p in account.promises if p not in found.promises),
        plans=tuple(p for p in account.plans if p.plan_id not in plans),
        disputes=tuple(d for d in account.disputes if d not in found.disputes),
        holds=tuple(h for h in account.holds if h not in found.holds),
        broken_promises=account.broken_promises + broken,
    )


def _waits(account: Account, promise: Promise, today: date) -> bool:
    covers = coverage(account, today)
    named = (covers[i] for i in promise.documents if i in covers)
    return any(cover.processing or cover.in_checkout or cover.credit for cover in named)


def _plans(account: Account, today: date) -> Iterator[Plan]:
    kept = kept_plans(account, today)
    for plan in running(account, today):
        if not missing(account, plan):
            yield ended(plan, PlanState.KEPT, today)
        elif plan not in kept:
            yield ended(plan, PlanState.MISSED, today)
