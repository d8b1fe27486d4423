"""One sweep over many customers: its batches, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime


@dataclass(slots=True)
class Tally:
    """What was done for the customers of a batch, or of all batches of a run.

    customers were looked at, notices claimed, numbers lost to other deciders, customers held (the
    entity holds all) and capped (put off to the next day); used_credit had money put to use.
    """

    customers: int = 0
    claimed: int = 0
    lost: int = 0
    held: int = 0
    capped: int = 0
    used_credit: int = 0


@dataclass(frozen=True, slots=True)
class SweepBatch:
    """The customers of one message. done_at is None until somebody reported it.

    notices are the (customer, number) that were claimed and not yet taken up when it was reported;
    taken says that each of them was taken up since.
    """

    number: int
    customers: tuple[str, ...]
    done_at: datetime | None = None
    tally: Tally | None = None
    notices: tuple[tuple[str, int], ...] = ()
    taken: bool = False


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One sweep of an entity, as planned, with its batches in their order.

    closed_at is when nothing was left to watch over; then batches may be gone and tally is whole.
    """

    run_id: str
    customers: int
    batches_planned: int
    planned_at: datetime
    batches: tuple[SweepBatch, ...] = ()
    tally: Tally | None = None
    finished_at: datetime | None = None
    closed: bool = False

    @property
    def unreported(self) -> tuple[SweepBatch, ...]:
        """Return the batches that nobody reported."""
        return tuple(b for b in self.batches if b.done_at is None)

    @property
    def state(self) -> str:
        """Return "done", or "running" while a batch is unreported."""
        return "running" if self.unreported else "done"


def sum_of(tallies: Sequence[Tally]) -> Tally:
    """Return the sum of tallies."""
    return Tally(*(sum(getattr(t, f.name) for t in tallies) for f in fields(Tally)))
