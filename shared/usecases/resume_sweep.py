"""A sweep that stands still goes on: what nobody reported is queued once more."""

from typing import Protocol

from shared.domain.sweep_run import SweepRun
from shared.usecases.queue_batches import Queue, queue_batches


class Runs(Protocol):
    def find(self, entity_id: str, run_id: str) -> SweepRun | None: ...


def resume(entity_id: str, run_id: str, runs: Runs, queue: Queue) -> SweepRun | None:
    """Queue the batches of a run that nobody reported; return the run, or None for no such run."""
    run = runs.find(entity_id, run_id)
    if run is not None:
        queue_batches(entity_id, run, run.unreported, queue)
    return run
