"""The sweep: find customers who may be due, decide on each, claim what is to be said."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Protocol

from shared.domain.account import Account, Entity, Notice
from shared.domain.agreements_over import over
from shared.domain.clock import Now
from shared.domain.decide import Action, Decision, decide
from shared.domain.notices import ClaimOutcome, stage_notice
from shared.domain.policy import ISSUE_OFFSET_DAYS_MAX, Anchor, Policy
from shared.domain.policy_book import PolicyBook

CUSTOMERS_PER_MESSAGE = 25
LONGEST_PAUSE_DAYS = 5
"""The longest run of days on which nothing is sent (a long weekend), read again by each pass."""
_LONG_AGO = timedelta(days=366)
_CLAIM_ATTEMPTS_MAX = 8
_CLAIMS_PER_CUSTOMER_MAX = 3


class Accounts(Protocol):
    def entities(self) -> Iterator[str]: ...
    def entity(self, entity_id: str) -> Entity: ...
    def account(self, entity_id: str, customer_id: str) -> Account: ...


class Policies(Protocol):
    def book(self, entity_id: str, account: Account) -> PolicyBook: ...
    def policies(self, entity_id: str) -> Sequence[Policy]: ...


class Finder(Protocol):
    def due_between(self, entity: Entity, first: date, last: date) -> Iterator[str]: ...
    def ticketed_between(self, entity: Entity, first: date, last: date) -> Iterator[str]: ...


class Watermark(Protocol):
    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None: ...


class Runs(Protocol):
    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None: ...
    def plan(
        self, entity_id: str, run_id: str, customers: int, messages: int, at: datetime
    ) -> None: ...
    def swept(self, entity_id: str, day: date, full_day: date, policy_version: int) -> None: ...
    def report(self, entity_id: str, run_id: str, batch: str, tally: "Tally") -> None: ...


class Queue(Protocol):
    def send_many(
        self, queue: str, messages: Iterable[tuple[dict[str, object], str, str]]
    ) -> None: ...


class Claims(Protocol):
    def claim(
        self, entity: Entity, customer_id: str, notice: Notice, wall: datetime
    ) -> ClaimOutcome: ...


End = Callable[[Entity, Account, Now], int]
"""Notes how agreements of an account ended; returns how many (shared.usecases.end_agreements)."""


@dataclass(slots=True)
class Tally:
    """What one message of a sweep did: customers seen, notices claimed, numbers lost, put off."""

    customers: int = 0
    claimed: int = 0
    lost: int = 0
    held: int = 0
    capped: int = 0


def candidates(
    entity: Entity, policies: Sequence[Policy], finder: Finder, runs: Watermark, today: date
) -> tuple[set[str], date]:
    """Return the customers whom a sweep on today must look at, and the day it counts up to.

    The union of (a) due entries that some policy's offset has reached since the last sweep, less
    the longest pause; (b) tickets since then; (c) once a day, or after a policy change, every
    overdue entry. today is the entity's; a day more on both sides serves other time zones.

    A sweep on a day when some policy sends nothing, or while the entity holds all, counts up to
    the sweep before it: what it had to put off is found again.
    """
    last = runs.last_swept(entity.entity_id)
    since = min(last[0], today) if last else None
    found: set[str] = set()
    full = last is None or last[1] != today or last[2] != entity.policy_version
    start = (since or today) - timedelta(days=LONGEST_PAUSE_DAYS + 1)
    end = today + timedelta(days=1)
    offsets = {
        offset
        for policy in policies
        for stage in policy.stages
        if stage.anchor is Anchor.DUE_DATE
        for offset in stage.offsets
        if offset <= 0 or not full
    }
    for offset in sorted(offsets):
        shift = timedelta(days=offset)
        found.update(finder.due_between(entity, start - shift, end - shift))
    ticketed = start - timedelta(days=ISSUE_OFFSET_DAYS_MAX) if since else date.min
    found.update(finder.ticketed_between(entity, ticketed, end))
    if full:
        found.update(finder.due_between(entity, date.min, end))
    sending = not entity.hold_all and all(p.sends_on(today) for p in policies)
    return found, today if sending else since or today - _LONG_AGO


def plan(
    entity_id: str,
    run_id: str,
    accounts: Accounts,
    policies: Policies,
    finder: Finder,
    runs: Runs,
    queue: Queue,
    now: Now,
) -> int:
    """Queue every candidate of one entity for the workers; return how many there are.

    The day counts as swept only after all messages are queued, so a crash repeats the whole.
    """
    entity = accounts.entity(entity_id)
    today = now.today(entity.time_zone)
    known = policies.policies(entity_id)
    found, swept_on = candidates(entity, known, finder, runs, today)
    batches = [list(chunk) for chunk in batched(sorted(found), CUSTOMERS_PER_MESSAGE, strict=False)]
    runs.plan(entity_id, run_id, len(found), len(batches), now.business)
    queue.send_many(
        "SWEEP",
        [
            ({"entity": entity_id, "run_id": run_id, "batch": str(i), "customers": chunk}, "", "")
            for i, chunk in enumerate(batches)
        ],
    )
    runs.swept(entity_id, swept_on, today, entity.policy_version)
    return len(found)


def work(
    entity_id: str,
    customer_ids: Sequence[str],
    accounts: Accounts,
    policies: Policies,
    claims: Claims,
    end: End,
    now: Now,
) -> Tally:
    """Decide on each customer and claim what is to be said; return what was done.

    What was agreed with them and is over is noted first, by end.

    Repeating it is harmless: what was claimed is done, and decide then says so. A customer that
    fails keeps none of the others waiting. Raises ExceptionGroup with what went wrong at the end.
    """
    entity = accounts.entity(entity_id)
    tally = Tally()
    failed: list[Exception] = []
    for customer_id in customer_ids:
        try:
            _work_one(entity, customer_id, accounts, policies, claims, end, now, tally)
        except Exception as exc:
            failed.append(exc)
    if failed:
        raise ExceptionGroup("customers of a sweep", failed)
    return tally


def _work_one(
    entity: Entity,
    customer_id: str,
    accounts: Accounts,
    policies: Policies,
    claims: Claims,
    end: End,
    now: Now,
    tally: Tally,
) -> None:
    tally.customers += 1
    won = 0
    for _ in range(_CLAIM_ATTEMPTS_MAX):
        account = accounts.account(entity.entity_id, customer_id)
        if over(account, now.today(account.customer.time_zone)) and end(entity, account, now):
            continue
        book = policies.book(entity.entity_id, account)
        zone = account.customer.time_zone
        today = now.today(zone)
        decision = to_send(decide(account, book, today, now.time_of_day(zone)))
        if decision is None or won == _CLAIMS_PER_CUSTOMER_MAX:
            return
        if entity.hold_all:
            tally.held += 1
            return
        notice = stage_notice(account.newest_notice, decision, today, now.business)
        outcome = claims.claim(entity, customer_id, notice, now.wall)
        if outcome is ClaimOutcome.CAPPED:
            tally.capped += 1
            return
        if outcome is ClaimOutcome.LOST:
            tally.lost += 1
            continue
        won += 1
        tally.claimed += 1


def to_send(decisions: Sequence[Decision]) -> Decision | None:
    """Return the SEND among decisions, or None."""
    return next((d for d in decisions if d.action is Action.SEND), None)
