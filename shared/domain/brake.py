"""What is decided while the facts of the ERP are too old to ask anybody for money. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.clock import iso
from shared.domain.decide import Action, Decision


@dataclass(frozen=True, slots=True)
class Braking:
    """A change of the brake, by the business clock: whose facts are too old since at, or ""."""

    at: datetime
    stale: str


def braked(
    stale: str, decisions: Sequence[Decision], *, past: bool = False
) -> tuple[Decision, ...]:
    """Return decisions with nothing to send while the facts are old (code erp_stale).

    stale names the connection whose facts are too old, "" where none is; past says that the day
    asked about is over.
    """
    if not stale:
        return tuple(decisions)
    waits = "It waited: the facts were old" if past else "It waits: the facts are old"
    return tuple(
        replace(
            decision,
            action=Action.NOTHING,
            code="erp_stale",
            reason=f"{decision.reason} {waits} ({stale}).",
        )
        if decision.action is Action.SEND
        else decision
        for decision in decisions
    )


def braked_between(changes: Sequence[Braking], first: datetime, until: datetime) -> str:
    """Return what braked last between two instants, and from when to when, or "".

    changes are all there are, in their order. One instant is asked for by naming it twice.
    """
    told = ""
    for n, change in enumerate(changes):
        ends = changes[n + 1].at if n + 1 < len(changes) else None
        if change.stale and change.at <= until and (ends is None or ends > first):
            told = f"{change.stale}; it braked {_stretch(changes, n)}"
    return told


def _stretch(changes: Sequence[Braking], n: int) -> str:
    """Return from when until when one reason or another braked, about the one with number n."""
    begins = changes[n].at
    for change in reversed(changes[:n]):
        if not change.stale:
            break
        begins = change.at
    over = next((change.at for change in changes[n:] if not change.stale), None)
    return f"from {iso(begins)}" + (f" until {iso(over)}" if over is not None else "")
