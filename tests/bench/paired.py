"""Ratios of CPU that hold on a noisy machine: variants shuffled, compared round by round."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 9


@dataclass(frozen=True)
class Ratio:
    """How much dearer one variant is than another: median over the rounds, extremes, and minima."""

    median: float
    least: float
    most: float
    of_minima: float

    @property
    def worst(self) -> float:
        """Return the larger of the median and the ratio of the cheapest rounds: both must hold."""
        return max(self.median, self.of_minima)


def cpu_ratios(
    variants: Mapping[str, Callable[[], object]], base: str, *, rounds: int = ROUNDS
) -> dict[str, Ratio]:
    """Return the CPU of each variant but base over that of base, by rounds of all of them."""
    order = random.Random(7)
    names = list(variants)
    took: dict[str, list[float]] = {name: [] for name in names}
    for run in variants.values():
        run()  # what a first call does once is not what is compared
    for _ in range(rounds):
        order.shuffle(names)
        for name in names:
            gc.collect()
            began = time.process_time()
            variants[name]()
            took[name].append(time.process_time() - began)
    found = {}
    for name in variants:
        if name != base:
            ratios = [one / other for one, other in zip(took[name], took[base], strict=True)]
            found[name] = Ratio(
                statistics.median(ratios),
                min(ratios),
                max(ratios),
                min(took[name]) / min(took[base]),
            )
    return found
