"""Batches of a sweep, handed to the workers."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from shared.domain.sweep_run import SweepBatch, SweepRun


class Queue(Protocol):
    def send_many(
        self, queue: str, messages: Iterable[tuple[dict[str, object], str, str]]
    ) -> None: ...


def queue_batches(
    entity_id: str, run: SweepRun, batches: Sequence[SweepBatch], queue: Queue
) -> None:
    """Hand batches of run to the workers. A batch that is worked on twice claims nothing twice."""
    queue.send_many(
        "SWEEP",
        [
            (
                {
                    "entity": entity_id,
                    "run_id": run.run_id,
                    "batch": batch.number,
                    "customers": list(batch.customers),
                },
                "",
                "",
            )
            for batch in batches
        ],
    )
