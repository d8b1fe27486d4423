"""Sweeps on the wire: how far a run has come and what it did."""

from dataclasses import asdict
from datetime import datetime

from pydantic import Field

from functions.operator_api.schema.wire import Wire
from shared.domain.sweep_run import SweepRun, Tally


class SweepStarted(Wire):
    run_id: str


class SweepOut(Wire):
    run_id: str
    state: str = Field(description="running, or done: every batch was reported")
    planned_at: datetime
    finished_at: datetime | None
    customers: int
    batches: int
    unreported: int = Field(description="Batches that nobody reported yet")
    claimed: int
    lost: int = Field(description="Numbers that another decider took first")
    held: int
    capped: int
    used_credit: int
    watched: bool = Field(description="Until every notice that it claimed was taken up")


class SweepBatchOut(Wire):
    number: int
    customers: list[str]
    done_at: datetime | None
    claimed: int
    waiting: int = Field(description="Notices that were claimed and not taken up at the last look")


class SweepDetail(SweepOut):
    batch_list: list[SweepBatchOut] = Field(description="Empty once nothing is watched any more")


class SweepPage(Wire):
    items: list[SweepOut]


class SweepResumed(Wire):
    run_id: str
    queued: int = Field(description="Batches handed to the workers once more")


def sweep_out(run: SweepRun) -> SweepOut:
    """Return the run without its batches."""
    counts = asdict(run.tally or Tally())
    del counts["customers"]
    return SweepOut(
        run_id=run.run_id,
        state=run.state,
        planned_at=run.planned_at,
        finished_at=run.finished_at,
        customers=run.customers,
        batches=run.batches_planned,
        unreported=len(run.unreported),
        watched=not run.closed,
        **counts,
    )


def sweep_detail(run: SweepRun) -> SweepDetail:
    """Return the run with its batches."""
    batches = [
        SweepBatchOut(
            number=batch.number,
            customers=list(batch.customers),
            done_at=batch.done_at,
            claimed=batch.tally.claimed if batch.tally else 0,
            waiting=0 if batch.taken or run.closed else len(batch.notices),
        )
        for batch in run.batches
    ]
    return SweepDetail(**sweep_out(run).model_dump(), batch_list=batches)
