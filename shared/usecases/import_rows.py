"""Good rows against what is stored: judge, write, and judge again what somebody else changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.domain.import_verdicts import Verdict
from shared.domain.imports import Problem
from shared.errors import WriteConflict

_ATTEMPTS_MAX = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, what it means, and what that was decided on. verdict is None with problems.

    whole says of an invoice that the lines it came with are written with it.
    """

    row: Any
    verdict: Verdict | None
    problems: tuple[Problem, ...] = ()
    basis: Any = None
    whole: bool = False


@dataclass(slots=True)
class Tally:
    """What became of some rows."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)


class Desk(Protocol):
    """The rows of one kind of file, for one entity."""

    def judge(self, rows: Sequence[Any]) -> list[Judged]:
        """Return what each row means beside what is stored now."""
        ...

    def write(self, judged: Sequence[Judged]) -> list[Any]:
        """Make new and changed rows true; return those that somebody else was faster with."""
        ...


def check_rows(desk: Desk, rows: Sequence[Any]) -> list[Problem]:
    """Return what is wrong with rows. Nothing is written."""
    return [problem for judged in desk.judge(rows) for problem in judged.problems]


def write_rows(desk: Desk, rows: Sequence[Any]) -> Tally:
    """Make rows true and return what became of them.

    Rows that lost to another writer are judged and tried again. Raises WriteConflict when that
    does not end.
    """
    tally = Tally()
    left = list(rows)
    for _ in range(_ATTEMPTS_MAX):
        judged = desk.judge(left)
        lost = desk.write([j for j in judged if j.verdict in (Verdict.NEW, Verdict.CHANGED)])
        lost_rows = {id(row) for row in lost}
        for one in judged:
            if id(one.row) not in lost_rows:
                _count(tally, one)
        if not lost:
            return tally
        left = lost
    raise WriteConflict(rows=len(left))


def _count(tally: Tally, judged: Judged) -> None:
    match judged.verdict:
        case Verdict.NEW:
            tally.new += 1
        case Verdict.CHANGED:
            tally.updated += 1
        case Verdict.SAME:
            tally.unchanged += 1
        case None:
            tally.refused += 1
            tally.problems += judged.problems
