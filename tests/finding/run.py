"""Thousands of drawn cases: nobody whom the decision would write to is left out by a sweep.

usage: python -m tests.finding.run [--cases 10000] [--first 0]
"""

import argparse
import sys
from collections import Counter

from tests.finding.cases import KINDS, run

_WAITS = ("not_a_sending_day", "holiday", "quiet_hours", "at_most")


def look(first: int, cases: int) -> tuple[list[str], Counter[str], Counter[str]]:
    """Return what was forgotten in which case, how often each kind was found, and what waited."""
    forgotten: list[str] = []
    found: Counter[str] = Counter()
    waited: Counter[str] = Counter()
    for case in range(first, first + cases):
        world, kinds = run(case)
        forgotten += [f"case {case}: {each}" for each in world.forgotten]
        found += kinds
        waited.update({code: world.codes[code] for code in _WAITS})
        if case % 500 == 499 and sys.stderr.isatty():
            print(f"\r{case + 1 - first} of {cases}", end="", file=sys.stderr)
    return forgotten, found, waited


def main() -> int:
    """Print what was seen; return 1 where anybody was forgotten or a kind was never seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    forgotten, found, waited = look(asked.first, asked.cases)
    for name in KINDS:
        print(f"found_{name} {found[name]} >=1")
    for code in _WAITS:
        print(f"waited_{code} {waited[code]} >=1")
    print(f"forgotten {len(forgotten)} <=0")
    for each in forgotten[:20]:
        print(each)
    return int(bool(forgotten) or not all(found[name] for name in KINDS))


if __name__ == "__main__":
    raise SystemExit(main())
