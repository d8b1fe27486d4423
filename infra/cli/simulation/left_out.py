"""Lines of a history that could not be used: where they stand, why, and how many of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One line that was left out. code is stable, reason a sentence."""

    file: str
    line: int
    code: str
    reason: str

    @property
    def place(self) -> str:
        """Return where the line stands, such as payments.csv:4."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Kind:
    """All lines that were left out for one kind of reason; reason is the first one's."""

    code: str
    lines: tuple[LeftOut, ...]

    @property
    def words(self) -> str:
        """Return the kind as people read it."""
        return self.code.replace("_", " ")

    @property
    def reason(self) -> str:
        """Return the sentence of the first line."""
        return self.lines[0].reason

    @property
    def places(self) -> str:
        """Return where the first few lines stand, and how many more there are."""
        shown = ", ".join(line.place for line in self.lines[:_PLACES_SHOWN])
        more = len(self.lines) - _PLACES_SHOWN
        return f"{shown} and {more:,} more" if more > 0 else shown


def kinds(lines: Sequence[LeftOut]) -> tuple[Kind, ...]:
    """Return lines by their kind of reason, the most frequent first."""
    by_code: dict[str, list[LeftOut]] = {}
    for line in lines:
        by_code.setdefault(line.code, []).append(line)
    found = (Kind(code, tuple(some)) for code, some in by_code.items())
    return tuple(sorted(found, key=lambda kind: (-len(kind.lines), kind.code)))


def as_values(lines: Sequence[LeftOut]) -> dict[str, Any]:
    """Return what was left out as plain values: how many, how many of each kind, and each line."""
    return {
        "lines": len(lines),
        "kinds": {kind.code: len(kind.lines) for kind in kinds(lines)},
        "each": [
            {"file": line.file, "line": line.line, "code": line.code, "reason": line.reason}
            for line in lines
        ],
    }
