"""What a sync of an ERP costs where little changed: python -m tests.bench.bench_sync.

Request units are counted by the capacity meter and do not depend on the machine. CPU is compared
round by round with the batch write of the same invoices as boto3 makes it, its network cut.
Prices are those of DynamoDB on demand: a write unit costs five read units.
"""

import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

import pytest

from shared import runtime
from shared.adapters.codec import decode_item
from shared.domain.erp import Capabilities, ErpRow, Page, RecordKind
from shared.domain.imports import CustomerRow, InvoiceRow, LineGroup, LineRow
from shared.domain.money import Money
from shared.usecases.sync_erp import Errand, sync_erp
from tests.bench.cut_network import cut_client
from tests.bench.paired import cpu_ratios
from tests.connectors.reference import ReferenceErp
from tests.support.capacity import Meter, meter
from tests.support.erp_world import NOW, ErpWorld

INVOICES = 10_000
INVOICES_EACH = 10
CHANGED = INVOICES // 50
CPU_INVOICES = 2_000
WRITES_TOGETHER = 25
READS_PER_WRITE = 5
_TOLD = ("PULL_STATE", "MANIFEST")
_missed: list[str] = []


@dataclass
class Ledger:
    """An ERP of many invoices that gives all of them at every pull, in an order of its own."""

    invoices: int
    stamp: int = 0
    minor: dict[int, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.order = list(range(self.invoices))

    def touch(self) -> None:
        """Change the change stamp of everything and the order of the rows, and no content."""
        self.stamp += 1
        random.Random(self.stamp).shuffle(self.order)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({RecordKind.CUSTOMERS, RecordKind.INVOICES}))

    def pull(self, kind: RecordKind, cursor: str, limit: int, now: datetime) -> Page:
        stamp, _, place = cursor.partition(" ")
        start = int(place) if stamp == str(self.stamp) else 0
        if kind is RecordKind.CUSTOMERS:
            customers = range(0, self.invoices, INVOICES_EACH)
            rows = [CustomerRow(0, f"C{n}", f"Customer {n}", "") for n in customers]
            return Page(tuple(rows), "", False, now)
        part = self.order[start : start + limit]
        end = start + len(part)
        rows = [row for n in part for row in self._rows(n)]
        return Page(tuple(rows), f"{self.stamp} {end}", end < self.invoices, now)

    def read(self, kind: RecordKind, external_id: str) -> tuple[ErpRow, ...]:
        return ()

    def _rows(self, n: int) -> tuple[ErpRow, ...]:
        minor = self.minor.get(n, 10_000 + n)
        issued_on = date(2026, 8, 1) + timedelta(days=n % 28)
        row = InvoiceRow(
            0, f"I{n}", f"C{n - n % INVOICES_EACH}", f"2026-{n:06d}", issued_on,
            issued_on + timedelta(days=30), Money(minor=minor, currency="EUR"),
            revision=f"{self.stamp:09d}", description="Maintenance", po_number=f"PO-{n}",
        )  # fmt: skip
        lines = [
            LineRow(0, row.external_id, "Maintenance", "1", f"{(minor - 100) / 100:.2f}", "0"),
            LineRow(0, row.external_id, "Travel", "1", "1.00", "0"),
        ]
        if self.stamp % 2:
            lines.reverse()
        return row, LineGroup(0, row.external_id, tuple(lines))


class World(ErpWorld):
    """A hub that has all of a ledger."""

    def __init__(self, patch: Any, ledger: Ledger) -> None:
        super().__init__(patch, ReferenceErp())
        self.ledger = ledger
        patch.setattr(runtime, "connector", lambda *_: ledger)
        self.ports = runtime.syncing()

    def cost(self) -> tuple[Meter, Counter[str]]:
        """Run one sync; return what it took and how many items of each type it wrote."""
        wrote: Counter[str] = Counter()

        def note(operation: str, _: Any, touched: Sequence[Any], error: str, __: Any) -> None:
            for before, after in touched:
                if not error and after is not None and after is not before:
                    wrote[after["type"]["S"]] += 1

        with meter(self.client.model) as m, self.client.model.observe(note):
            assert self.sync() == "done"
        return m, wrote


def main() -> int:
    """Print every figure beside its goal; return 1 where one was missed."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(patch, Ledger(INVOICES))
        first, wrote = world.cost()
        assert wrote["FACT"] == INVOICES + INVOICES // INVOICES_EACH, wrote
        _say("first_sync_write_units_per_invoice", first.write_units / INVOICES)
        unchanged(world)
        one_cent(world)
        some_changed(world)
        cpu(patch)
    return 1 if _missed else 0


def unchanged(world: World) -> None:
    """Every stamp touched, the rows in another order, the content the same."""
    world.ledger.touch()
    took, wrote = world.cost()
    _goal("touched_items_written_but_for_the_cursors", _facts(wrote), 0)
    _say("touched_cursor_writes", wrote["PULL_STATE"])
    _goal("touched_read_units_per_invoice", took.read_units / INVOICES, 0.01)


def one_cent(world: World) -> None:
    """One cent more in one of them."""
    world.ledger.touch()
    world.ledger.minor[77] = 10_078
    before = _documents(world)
    _, wrote = world.cost()
    after = _documents(world)
    changed = [key for key in after if after[key] != before.get(key)]
    assert changed == ["I77"], changed
    _goal("one_cent_invoices_updated", len(changed), 1)
    _say("one_cent_items_written_but_for_the_cursors", _facts(wrote))


def some_changed(world: World) -> None:
    """Two of a hundred with a cent more, beside writing every invoice blindly."""
    world.ledger.touch()
    for n in range(0, INVOICES, INVOICES // CHANGED):
        world.ledger.minor[n] = 20_000 + n
    took, wrote = world.cost()
    cost = _equivalents(took)
    _say("two_percent_writes", " ".join(f"{k.lower()}:{n}" for k, n in sorted(wrote.items())))
    _say("two_percent_write_equivalents", cost)
    _say("two_percent_write_equivalents_per_changed", cost / CHANGED)
    whole, alone = (
        _equivalents(_blind(world, kinds)) for kinds in (("HEAD", "FACT", "LINES"), ("HEAD",))
    )
    _say("blind_write_equivalents", whole)
    _goal("two_percent_over_blind_write", cost / whole, 0.05)
    _say("two_percent_over_blind_write_of_heads_alone", cost / alone)


def cpu(patch: Any) -> None:
    """CPU of a sync of unchanged invoices beside that of their batch write."""
    ledger = Ledger(CPU_INVOICES)
    world = World(patch, ledger)
    assert world.sync() == "done"
    heads = [item for item in world.client.model.items() if item["type"]["S"] == "HEAD"]
    plain = [decode_item(item) for item in heads]
    client = cut_client(lambda *_: b'{"UnprocessedItems": {}}', raw=False)

    def sync() -> None:
        ledger.touch()
        assert sync_erp(world.ports, Errand("demo", "books"), NOW, lambda: True) == "done"

    def blind() -> None:
        for chunk in batched(heads, WRITES_TOGETHER, strict=False):
            client.batch_write_item(
                RequestItems={"hub": [{"PutRequest": {"Item": i}} for i in chunk]}
            )

    assert len(plain) == CPU_INVOICES
    ratio = cpu_ratios({"blind": blind, "sync": sync}, "blind", rounds=5)["sync"]
    _say(
        "unchanged_cpu_over_blind_write",
        f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})",
    )


def _blind(world: World, kinds: Sequence[str]) -> Meter:
    """Return what it takes to write all items of kinds over what is there, in batches."""
    model = world.client.model.copy()
    items = [i for i in model.items() if i["type"]["S"] in kinds and "CUSTOMER" not in i]
    with meter(model) as m:
        for chunk in batched(items, WRITES_TOGETHER, strict=False):
            puts = [{"PutRequest": {"Item": item | _touched(item)}} for item in chunk]
            model.batch_write_item(RequestItems={"hub": puts})
    return m


def _touched(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"revision": {"S": "999999999"}} if "revision" in item else {}


def _documents(world: World) -> dict[str, Any]:
    return {i["external_id"]: i for i in world.items("HEAD")}


def _facts(wrote: Counter[str]) -> int:
    return sum(n for kind, n in wrote.items() if kind not in _TOLD)


def _equivalents(took: Meter) -> float:
    return took.write_units + took.read_units / READS_PER_WRITE


def _goal(name: str, value: float, goal: float) -> None:
    reached = "" if value <= goal else "  (not reached)"
    if reached:
        _missed.append(name)
    print(f"{name} {value:.4g} <={goal:g}{reached}", flush=True)


def _say(name: str, value: float | str) -> None:
    print(f"{name} {value if isinstance(value, str) else f'{value:.4g}'}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
