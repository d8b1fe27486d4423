"""Watching over sweeps: batches that nobody reported, and notices that nobody took up."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.sweep_run import SweepBatch, SweepRun
from shared.usecases.queue_batches import Queue, queue_batches


class Errand(Protocol):
    @property
    def queue(self) -> str: ...
    @property
    def body(self) -> dict[str, object]: ...


class Runs(Protocol):
    def stale(self, entity_id: str, since: datetime) -> Iterator[SweepRun]: ...
    def look_later(self, entity_id: str, run_id: str, wall: datetime) -> bool: ...
    def untaken(self, entity_id: str, notices: Sequence[tuple[str, int]]) -> Sequence[Errand]: ...
    def note_taken(self, entity_id: str, run_id: str, number: int) -> None: ...
    def close(self, entity_id: str, run: SweepRun) -> None: ...


def tend_sweeps(entity_id: str, runs: Runs, queue: Queue, now: Now, lease: timedelta) -> int:
    """Hand over again what of each run was left alone for longer than lease; return how much.

    A batch without a report is queued once more, and so is a notice without a delivery. A run of
    which nothing is left is closed.
    """
    handed = 0
    for run in list(runs.stale(entity_id, now.wall - lease)):
        if not runs.look_later(entity_id, run.run_id, now.wall):
            continue
        queue_batches(entity_id, run, run.unreported, queue)
        left = len(run.unreported)
        quiet: list[SweepBatch] = []
        for batch in run.batches:
            if batch.done_at is None or batch.taken:
                continue
            errands = runs.untaken(entity_id, batch.notices)
            for each in errands:
                queue.send_many(each.queue, [(each.body, "", "")])
            left += len(errands)
            if not errands:
                quiet.append(batch)
        if left:
            for batch in quiet:
                runs.note_taken(entity_id, run.run_id, batch.number)
        else:
            runs.close(entity_id, run)
        handed += left
    return handed
