"""What may happen in a world: one step after another, drawn by weight.

A step returns what became of it, or NOTHING where there was nothing that it could do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sim.world import World


@dataclass(frozen=True, slots=True)
class Step:
    """A step: how often it is drawn among all, and how often into another's race."""

    run: "Callable[[World], str]"
    weight: int
    race: int = 0


def weights(steps: Mapping[str, Step], *, racing: bool = False) -> dict[str, int]:
    """Return how often each step is drawn."""
    drawn = {name: step.race if racing else step.weight for name, step in steps.items()}
    return {name: weight for name, weight in drawn.items() if weight}
