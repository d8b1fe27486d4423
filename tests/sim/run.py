"""Runs simulations from seeds: python -m tests.sim.run --first 0 --runs 10000 --steps 40."""

import argparse
import time
from collections import Counter
from unittest.mock import patch

from shared.usecases import apply_payment, plan_sweep
from tests.sim.founding import Broken
from tests.sim.outsider import differing
from tests.sim.world import World

STEPS = 40


def simulate(seed: int, steps: int = STEPS) -> World:
    """Run one world of that seed to its rest and return it. Raises Broken.

    In every third one a payment settles one document per transaction, as the largest do by chunks;
    in every other one a message of a sweep names one customer.
    """
    world = World(seed)
    with (
        patch.object(apply_payment, "DOCUMENTS_MAX", 1 if seed % 3 == 0 else 25),
        patch.object(plan_sweep, "CUSTOMERS_PER_MESSAGE", 1 if seed % 4 < 2 else 25),
    ):
        for _ in range(steps):
            world.take_step()
        world.settle()
    return world


def simulate_many(first: int, runs: int, steps: int = STEPS, hledger: int = 0) -> Counter[str]:
    """Run the seeds from first on and return what was seen in all. Raises Broken at the first.

    The books of so many worlds, spread over the runs, are added up by hledger as well.
    """
    seen: Counter[str] = Counter()
    every = max(1, runs // hledger) if hledger else runs + 1
    for seed in range(first, first + runs):
        world = simulate(seed, steps)
        if (seed - first + 1) % every == 0:
            world.fail_if(differing(world))
            seen["compared with hledger"] += 1
        seen.update(world.seen)
        seen.update({f"fault {name}": times for name, times in world.client.seen.items()})
        seen.update(world.situations())
    return seen


def main() -> None:
    """Run what the arguments say; print what was seen, or the first break."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--hledger", type=int, default=0, metavar="N", help="worlds to compare")
    asked = parser.parse_args()
    began = time.monotonic()
    try:
        seen = simulate_many(asked.first, asked.runs, asked.steps, asked.hledger)
    except Broken as exc:
        raise SystemExit(str(exc)) from None
    for name, times in sorted(seen.items()):
        print(f"{times:8} {name}")
    took = time.monotonic() - began
    print(f"{asked.runs} histories of {asked.steps} steps from seed {asked.first}: {took:.1f} s")
    print(
        f"{seen['looked at the books']} looks at the books, at the end {seen['there HEAD']} heads"
        f" and {seen['there CREDIT']} credits: 0 differ from their movements;"
        f" {seen['compared with hledger']} histories added up by hledger: 0 differ"
    )


if __name__ == "__main__":
    main()
