"""A sweep's beginning: everybody who may be due is written down and queued, batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.policy import Policy
from shared.domain.sweep_run import SweepRun
from shared.usecases.ports.accounts import ReadsEntity
from shared.usecases.queue_batches import Queue, queue_batches
from shared.usecases.sweep import Finder, candidates

CUSTOMERS_PER_MESSAGE = 50
"""Two full batches of claims: what a message costs by itself is shared by so many."""


class Policies(Protocol):
    def policies(self, entity_id: str) -> Sequence[Policy]: ...


class Watermark(Protocol):
    def last_swept(self, entity_id: str) -> tuple[date, date, int] | None: ...
    def swept(self, entity_id: str, day: date, full_day: date, policy_version: int) -> None: ...


class Runs(Protocol):
    def find(self, entity_id: str, run_id: str) -> SweepRun | None: ...
    def write_down(
        self, entity_id: str, run_id: str, batches: Sequence[Sequence[str]], now: Now
    ) -> SweepRun: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What planning a sweep reads, and what it leaves for the workers."""

    accounts: ReadsEntity
    policies: Policies
    finder: Finder
    watermark: Watermark
    runs: Runs
    queue: Queue


def plan(ports: Ports, entity_id: str, run_id: str, now: Now) -> int:
    """Queue every candidate of one entity for the workers; return how many there are.

    A run that was planned before is gone on with instead. The day counts as swept only after all
    messages are queued, so a crash repeats the whole.
    """
    begun = ports.runs.find(entity_id, run_id)
    if begun is not None:
        queue_batches(entity_id, begun, begun.unreported, ports.queue)
        return begun.customers
    entity = ports.accounts.entity(entity_id)
    today = now.today(entity.time_zone)
    known = ports.policies.policies(entity_id)
    found, swept_on = candidates(entity, known, ports.finder, ports.watermark, today)
    batches = list(batched(sorted(found), CUSTOMERS_PER_MESSAGE, strict=False))
    run = ports.runs.write_down(entity_id, run_id, batches, now)
    queue_batches(entity_id, run, run.batches, ports.queue)
    ports.watermark.swept(entity_id, swept_on, today, entity.policy_version)
    return len(found)
