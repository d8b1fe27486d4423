"""What is decided, while the facts it was decided by are too old to say it aloud. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.decide import Action, Decision
from shared.domain.entity import Entity


def braked(entity: Entity, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Return decisions with nothing to send while the facts are old (code erp_stale)."""
    if not entity.erp_stale:
        return tuple(decisions)
    return tuple(
        replace(
            decision,
            action=Action.NOTHING,
            code="erp_stale",
            reason=f"{decision.reason} It waits: the facts are old ({entity.erp_stale}).",
        )
        if decision.action is Action.SEND
        else decision
        for decision in decisions
    )
