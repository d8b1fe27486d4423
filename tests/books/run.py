"""A year of two companies as books: independent programs accept them, and refuse every lie.

usage: python -m tests.books.run [--seed N] [--acts N] [--customers N] [--invoices N] [--keep DIR]

The sample company lives a year: imports, and payments, credits, fees, refunds, disputes and
write-offs at random from the seed. The public IBM sample is imported beside it where it is there
(../shared/data, or the folder that DUECOURSE_BENCH_DATA names). Both are exported by the command;
hledger and bean-check must accept. Then one minor unit is changed in one item of the table, for
each kind of movement and each stored balance: both programs must refuse each time.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.bench import ibm_to_drop
from tests.books.acts import play
from tests.books.companies import FIRST_MOMENT, IBM, SAMPLE, found_ibm, found_sample
from tests.books.exported import Exported, export, gateways_own, lie
from tests.books.hub import Hub, hub_in_memory
from tests.books.lies import lies
from tests.support import checkers

YEAR_DAYS = 365


def main() -> None:
    chosen = _chosen()
    if not checkers.installed():
        sys.exit(checkers.MISSING)
    began = time.monotonic()
    with TemporaryDirectory() as made, hub_in_memory(FIRST_MOMENT) as hub:
        folder = chosen.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        print(f"seed {chosen.seed}")
        last = found_sample(hub, chosen.seed, YEAR_DAYS, chosen.customers, chosen.invoices)
        played = play(hub, SAMPLE, Random(chosen.seed), chosen.acts, last)
        print("played: " + _counted(played))
        entities = [SAMPLE]
        if ibm_to_drop.data_file().is_file():
            found_ibm(hub, ibm_to_drop.data_file())
            entities.append(IBM)
        else:
            print("NOT RUN: the IBM sample is not here")
        failures = [
            text for entity_id in entities for text in _proved(hub, entity_id, chosen, folder)
        ]
    print(f"{time.monotonic() - began:.1f} s")
    if failures:
        sys.exit("make books: FAILED\n" + "\n".join(failures))
    print("make books: passed")


def _proved(hub: Hub, entity_id: str, chosen: argparse.Namespace, folder: Path) -> list[str]:
    """Return what is wrong with the proof of an entity's books."""
    movements = kinds_of(hub, entity_id)
    told = gateways_own(hub) if entity_id == SAMPLE else []
    found = export(entity_id, folder, *told)
    print(f"\n{entity_id}: {found.said.strip()}")
    print(f"  movements {sum(movements.values())}: {_counted(movements)}")
    failures = _refusals(entity_id, "the books as they are", found)
    if not movements or not found.asserted():
        failures.append(f"{entity_id}: nothing was seen")
    print(f"  {found.asserted()} balances asserted; accepted by {', '.join(found.accepted)}")
    for one in lies(hub.model, entity_id, Random(chosen.seed)):
        with lie(hub.model, one.item, one.changed):
            lied = export(entity_id, folder, *told)
        if lied.accepted:
            failures.append(f"{entity_id}: {one.about} a unit off, accepted by {lied.accepted}")
        print(f"  {one.about} one unit off: refused by {', '.join(lied.refused) or 'nobody'}")
    after = export(entity_id, folder, *told)
    return failures + _refusals(entity_id, "after all lies", after)


def kinds_of(hub: Hub, entity_id: str) -> Counter[str]:
    """Return how many movements of each kind the table holds."""
    return Counter(
        movement["M"]["kind"]["S"]
        for item in hub.model.items()
        if item["type"]["S"] == "POSTING" and item["pk"]["S"].startswith(f"E#{entity_id}#")
        for movement in item["movements"]["L"]
    )


def _refusals(entity_id: str, what: str, found: Exported) -> list[str]:
    return [
        f"{entity_id}: {what}: {name} refuses: {found.answers[name].said[:600]}"
        for name in found.refused
    ]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _chosen() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=20_260_105)
    parser.add_argument("--acts", type=int, default=1000)
    parser.add_argument("--customers", type=int, default=40)
    parser.add_argument("--invoices", type=int, default=600)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
