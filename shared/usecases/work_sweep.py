"""A batch of a sweep: read each customer, decide, and claim what is to be said, all in batches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from shared.domain.account import Account
from shared.domain.agreements_over import over
from shared.domain.cash_rules import ApplyCredit
from shared.domain.clock import Now
from shared.domain.decide import decide
from shared.domain.entity import Entity
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.notices import ClaimOutcome, stage_notice
from shared.domain.policy import Policy
from shared.domain.sweep_run import Tally
from shared.domain.tasks import Task
from shared.domain.unheard import unheard_tasks
from shared.errors import WriteConflict
from shared.usecases.ports.accounts import ReadsEntity, ReadsNotice
from shared.usecases.ports.policies import ReadsBook
from shared.usecases.sweep import looks_again, to_send

_ROUNDS_MAX = 8
_CLAIMS_PER_CUSTOMER_MAX = len(Channel)


class Accounts(ReadsEntity, ReadsNotice, Protocol):
    def account(self, entity_id: str, customer_id: str, *, consistent: bool = True) -> Account: ...


class Claims(Protocol):
    def claim_all(
        self, entity: Entity, notices: Sequence[tuple[str, Notice]], wall: datetime
    ) -> list[ClaimOutcome]: ...
    def look_again(self, entity: Entity, days: Sequence[tuple[str, date]]) -> None: ...


class Runs(Protocol):
    def report(
        self,
        entity_id: str,
        run_id: str,
        number: int,
        customers: Sequence[str],
        tally: Tally,
        notices: Sequence[tuple[str, int]],
        now: Now,
    ) -> None: ...


End = Callable[[Entity, Account, Now], int]
"""Notes how agreements of an account ended; returns how many (shared.usecases.end_agreements)."""


def _takes_nothing(*_: object) -> int:
    return 0


Autopay = Callable[[Entity, Account, Policy, Now], int]
"""Announces and takes money of an account; returns how much of it changed
(shared.usecases.tend_autopay)."""
Credit = Callable[[str, Sequence[str], Now], int]
"""Puts unapplied money of customers to use; returns of how many (shared.usecases.allocate)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that working on a batch touches.

    once opens a task, unless it is open or was done before.
    """

    accounts: Accounts
    policies: Callable[[Entity], ReadsBook]
    claims: Claims
    runs: Runs
    end: End
    credit: Credit
    once: Callable[[str, Task], bool]
    autopay: Autopay = _takes_nothing


@dataclass(slots=True)
class _Batch:
    """What is known of the customers while they are worked on.

    looks are the accounts as they stand with what was claimed here; a customer without one is to
    be read. untaken are the notices that were claimed and that nobody has taken up yet. again are
    the days on which a sweep must look at a customer again.
    """

    entity: Entity
    policies: ReadsBook
    now: Now
    waiting: dict[str, int]
    looks: dict[str, Account] = field(default_factory=dict)
    untaken: list[tuple[str, int]] = field(default_factory=list)
    again: dict[str, frozenset[date]] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    failed: list[Exception] = field(default_factory=list)


def work(
    ports: Ports, entity_id: str, run_id: str, number: int, customer_ids: Sequence[str], now: Now
) -> Tally:
    """Decide on each customer of a batch, claim what is to be said, and report what was done.

    What was agreed with them and is over is noted first, and what is taken by itself is taken. The
    first look at a customer may be stale: a claim by it is lost, and everything is decided once
    more before it is sent. Repeating a batch is harmless: what was claimed is done, and decide then
    says so. A customer that fails keeps none of the others waiting, and the batch unreported:
    raises ExceptionGroup with what went wrong.
    """
    entity = ports.accounts.entity(entity_id)
    batch = _Batch(entity, ports.policies(entity), now, dict.fromkeys(customer_ids, 0))
    batch.tally.customers = len(batch.waiting)
    for attempt in range(_ROUNDS_MAX):
        notices = list(_to_claim(ports, batch, consistent=attempt > 0))
        if not notices:
            break
        outcomes = ports.claims.claim_all(entity, notices, now.wall)
        for (customer_id, notice), outcome in zip(notices, outcomes, strict=True):
            _note(batch, customer_id, notice, outcome)
    else:
        batch.failed.append(WriteConflict(entity=entity_id, reason="numbers_lost_again_and_again"))
    if not entity.waits:
        days = [(customer, day) for customer, seen in batch.again.items() for day in sorted(seen)]
        ports.claims.look_again(entity, days)
    if entity.apply_credit == ApplyCredit.AUTO:
        batch.tally.used_credit = ports.credit(entity_id, customer_ids, now)
    if batch.failed:
        raise ExceptionGroup("customers of a sweep", batch.failed)
    done = (batch.tally, list(dict.fromkeys(batch.untaken)), now)
    ports.runs.report(entity_id, run_id, number, customer_ids, *done)
    return batch.tally


def _to_claim(ports: Ports, batch: _Batch, *, consistent: bool) -> Iterator[tuple[str, Notice]]:
    """Yield the next notice of each waiting customer; who has none waits no longer."""
    for customer_id, won in list(batch.waiting.items()):
        try:
            notice = _next(ports, batch, customer_id, consistent=consistent)
        except Exception as exc:
            batch.failed.append(exc)
            notice = None
        if notice is None or won == _CLAIMS_PER_CUSTOMER_MAX:
            del batch.waiting[customer_id]
        elif batch.entity.waits:
            batch.tally.held += 1
            del batch.waiting[customer_id]
        else:
            yield customer_id, notice


def _next(ports: Ports, batch: _Batch, customer_id: str, *, consistent: bool) -> Notice | None:
    account = batch.looks.get(customer_id)
    if account is None:
        account = _look(ports, batch, customer_id, consistent=consistent)
    now, zone = batch.now, account.customer.time_zone
    today = now.today(zone)
    book = batch.policies.book(batch.entity.entity_id, account)
    at = now.time_of_day(zone)
    decisions = decide(account, book, today, at)
    batch.again[customer_id] = looks_again(account, book, decisions, today, at)
    decision = to_send(decisions)
    if decision is None:
        unheard = () if batch.entity.waits else unheard_tasks(account, decisions, now, today)
        for task in unheard:
            ports.once(batch.entity.entity_id, task)
        return None
    return stage_notice(account.newest_notice, decision, today, now.business)


def _look(ports: Ports, batch: _Batch, customer_id: str, *, consistent: bool) -> Account:
    """Return the account as it is, after what was agreed and is over has been noted."""
    entity, now = batch.entity, batch.now
    account = ports.accounts.account(entity.entity_id, customer_id, consistent=consistent)
    for _ in range(_ROUNDS_MAX):
        if not over(account, now.today(account.customer.time_zone)):
            break
        account = ports.accounts.account(entity.entity_id, customer_id)
        if not ports.end(entity, account, now):
            break
        account = ports.accounts.account(entity.entity_id, customer_id)
    for _ in range(_ROUNDS_MAX if account.mandates or account.collections else 0):
        policy = batch.policies.book(entity.entity_id, account).customer_policy
        if not ports.autopay(entity, account, policy, now):
            break
        account = ports.accounts.account(entity.entity_id, customer_id)
    batch.untaken += _left_claimed(ports.accounts, entity.entity_id, account)
    batch.looks[customer_id] = account
    return account


def _left_claimed(accounts: Accounts, entity_id: str, account: Account) -> list[tuple[str, int]]:
    """Return the newest notices that nobody has taken up: as many as one batch may have claimed."""
    customer_id, notice = account.customer.customer_id, account.newest_notice
    found: list[tuple[str, int]] = []
    while notice is not None and notice.delivery is DeliveryState.CLAIMED:
        found.append((customer_id, notice.n))
        more = notice.n > 1 and len(found) < _CLAIMS_PER_CUSTOMER_MAX
        notice = accounts.notice(entity_id, customer_id, notice.n - 1) if more else None
    return found


def _note(batch: _Batch, customer_id: str, notice: Notice, outcome: ClaimOutcome) -> None:
    match outcome:
        case ClaimOutcome.WON:
            batch.waiting[customer_id] += 1
            batch.tally.claimed += 1
            batch.untaken.append((customer_id, notice.n))
            seen = batch.looks[customer_id]
            batch.looks[customer_id] = replace(seen, newest_notice=notice)
        case ClaimOutcome.LOST:
            batch.tally.lost += 1
            del batch.looks[customer_id]
        case ClaimOutcome.CAPPED:
            batch.tally.capped += 1
            del batch.waiting[customer_id]
