"""What goes wrong in the month: an answer is lost after its commit, workers are killed."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.connectors.tryton.driver import posting
from tests.erp.meeting import MeetingPoint
from tests.support.stack import Hub, until

_WITHIN_S = 600.0


@dataclass(frozen=True)
class WrongDays:
    """When things go wrong: numbers of days."""

    lost_answer: int
    down: int
    killed_booking: int
    killed_pulling: int

    @classmethod
    def of(cls, days: int) -> "WrongDays":
        """Return four days of so many, as far from one another as can be."""
        return cls(*(max(1, days * n // 5) for n in (1, 2, 3, 4)))


@contextmanager
def answer_lost(front: MeetingPoint) -> Iterator[None]:
    """Lose the answer to the first move that is posted from now on: the ERP has it."""
    front.lose_next(posting)
    yield
    until(lambda: front.lost, _WITHIN_S)


@contextmanager
def killed(
    hub: Hub, front: MeetingPoint, function: str, which: Callable[[str, str], bool]
) -> Iterator[None]:
    """Kill who works in a function once the ERP did what which names, before its answer."""
    dead: list[int] = []

    def seen(method: str, path: str) -> None:
        if dead or not which(method, path):
            return
        for worker in hub.stack.workers(function):
            if worker["busy"]:
                dead.append(worker["pid"])
                os.kill(worker["pid"], signal.SIGKILL)

    front.watch(seen)
    yield
    until(lambda: dead, _WITHIN_S)
    front.watch(None)
