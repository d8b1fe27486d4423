"""What a sync of an ERP costs where little changed: python -m tests.bench.bench_sync.

Request units are counted by the capacity meter and do not depend on the machine. CPU is compared
round by round with the batch write of the same invoices as boto3 makes it, its network cut.
Prices are those of DynamoDB on demand: a write unit costs five read units.

The blind write beside it puts every invoice whole, without looking: the head and the lines, each as
the hub itself keeps them. It does not know which of them changed, so it asks for the PDF of each,
as the hub does for those that did. It looks nothing up, guards nothing and keeps no books.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

import pytest

from shared import runtime
from shared.adapters import keys
from shared.adapters.codec import decode_item, encode_item
from shared.adapters.head_items import document_from
from shared.domain.erp import Capabilities, ErpRow, Page, RecordKind
from shared.domain.imports import CustomerRow, InvoiceRow, LineGroup, LineRow
from shared.domain.money import Money
from shared.usecases.sync_erp import Errand, sync_erp
from tests.bench.cut_network import cut_client
from tests.bench.paired import cpu_ratios
from tests.connectors.reference import ReferenceErp
from tests.support.capacity import Meter, meter
from tests.support.erp_world import NOON, NOW, ErpWorld
from tests.support.request_units import write_units
from tests.support.table_schema import template_schema

INVOICES = 10_000
INVOICES_EACH = 10
CHANGED = INVOICES // 50
CPU_INVOICES = 2_000
ROUNDS = 6
"""Syncs with changes, one after the other: what is put off from one to the next is in the mean."""
WRITES_TOGETHER = 25
READS_PER_WRITE = 5
_TOLD = ("PULL_STATE", "MANIFEST")
_ASKS = encode_item(
    {"revision": "999999999", "pdf_key": ""} | keys.pending_entry("demo", "document", NOON, "blind")
)
"""What a head says that is written blindly: another stamp, and that its PDF is wanted."""
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

    def cost(self) -> tuple[Meter, Counter[str], Counter[str]]:
        """Run one sync; return what it took, and the items and units that it wrote by type."""
        wrote: Counter[str] = Counter()
        units: Counter[str] = Counter()
        schema = template_schema()

        def note(operation: str, _: Any, touched: Sequence[Any], error: str, __: Any) -> None:
            for before, after in touched:
                if not error and after is not None and after is not before:
                    kind, within = after["type"]["S"], operation == "TransactWriteItems"
                    wrote[kind] += 1
                    took = write_units(schema, before, after, transactional=within)
                    units[kind] += int(sum(took.values()))

        with meter(self.client.model) as m, self.client.model.observe(note):
            assert self.sync() == "done"
        assert sum(units.values()) == m.write_units
        return m, wrote, units

    def print_papers(self) -> None:
        """Let every PDF be there that is asked for."""
        for head in self.items("HEAD"):
            if "ppk" in head:
                document = document_from(head)
                whose = ("demo", head["customer_id"])
                assert runtime.papers().has_pdf(*whose, document, f"{document.document_id}.pdf")


def main() -> int:
    """Print every figure beside its goal; return 1 where one was missed."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(patch, Ledger(INVOICES))
        first, wrote, units = world.cost()
        assert wrote["FACT"] == INVOICES + INVOICES // INVOICES_EACH, wrote
        _say("first_sync_write_units_per_invoice", first.write_units / INVOICES)
        _say("first_sync_write_units", _shown(units))
        world.print_papers()
        unchanged(world)
        one_cent(world)
        some_changed(world)
        cpu(patch)
    return 1 if _missed else 0


def unchanged(world: World) -> None:
    """Every stamp touched, the rows in another order, the content the same."""
    world.ledger.touch()
    took, wrote, _ = world.cost()
    _goal("touched_items_written_but_for_the_cursors", _facts(wrote), 0)
    _say("touched_cursor_writes", wrote["PULL_STATE"])
    _goal("touched_read_units_per_invoice", took.read_units / INVOICES, 0.01)


def one_cent(world: World) -> None:
    """One cent more in one of them."""
    world.ledger.touch()
    world.ledger.minor[77] = 10_078
    before = _documents(world)
    _, wrote, _ = world.cost()
    after = _documents(world)
    changed = [key for key in after if after[key] != before.get(key)]
    assert changed == ["I77"], changed
    _goal("one_cent_invoices_updated", len(changed), 1)
    _say("one_cent_items_written_but_for_the_cursors", _facts(wrote))


def some_changed(world: World) -> None:
    """Two of a hundred with a cent more, others each time, beside writing every invoice blindly."""
    heads, lines = _equivalents(_blind(world, _heads)), _equivalents(_blind(world, _lines))
    each = _equivalents(_blind(world, _line_by_line))
    cost, wrote, units, reads = 0.0, Counter[str](), Counter[str](), 0.0
    for n in range(ROUNDS):
        world.print_papers()
        world.ledger.touch()
        for one in range(n, INVOICES, INVOICES // CHANGED):
            world.ledger.minor[one] = 20_000 + one
        took, items, of = world.cost()
        cost += _equivalents(took) / ROUNDS
        reads += took.read_units / ROUNDS
        wrote, units = wrote + items, units + of
    _say("two_percent_writes", _shown(wrote, CHANGED * ROUNDS))
    _say("two_percent_write_units", _shown(units, CHANGED * ROUNDS))
    _say("two_percent_read_units", reads / CHANGED)
    _say("two_percent_write_equivalents_per_changed", cost / CHANGED)
    _say("blind_write_equivalents_per_invoice", (heads + lines) / INVOICES)
    _goal("two_percent_over_blind_write", cost / (heads + lines), 0.05)
    _say("two_percent_over_blind_write_of_an_item_for_each_line", cost / (heads + each))
    _say("two_percent_over_blind_write_of_heads_alone", cost / heads)


def cpu(patch: Any) -> None:
    """CPU of a sync, of nothing new and of two in a hundred, beside that of the batch write."""
    ledger = Ledger(CPU_INVOICES)
    world = World(patch, ledger)
    assert world.sync() == "done"
    items = [*_heads(world), *_lines(world)]
    plain = [decode_item(item) for item in items]
    client = cut_client(lambda *_: b'{"UnprocessedItems": {}}', raw=False)

    def sync() -> None:
        ledger.touch()
        assert sync_erp(world.ports, Errand("demo", "books"), NOW, lambda: True) == "done"

    def changed() -> None:
        for n in range(ledger.stamp % 50, CPU_INVOICES, 50):
            ledger.minor[n] = ledger.minor.get(n, 20_000 + n) + 1
        sync()

    def blind() -> None:
        for chunk in batched(items, WRITES_TOGETHER, strict=False):
            client.batch_write_item(
                RequestItems={"hub": [{"PutRequest": {"Item": i}} for i in chunk]}
            )

    assert len(plain) == 2 * CPU_INVOICES
    ratios = cpu_ratios({"blind": blind, "sync": sync, "changed": changed}, "blind", rounds=5)
    for what, name in (("unchanged", "sync"), ("two_percent", "changed")):
        ratio = ratios[name]
        told = f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"
        _say(f"{what}_cpu_over_blind_write", told)


def _heads(world: World) -> list[Any]:
    return [i for i in world.client.model.items() if i["type"]["S"] == "HEAD"]


def _lines(world: World) -> list[Any]:
    return [i for i in world.client.model.items() if i["type"]["S"] == "LINES"]


def _line_by_line(world: World) -> list[Any]:
    """Return each line as an item of its own, as such a table would have it at its plainest."""
    return [
        {"pk": item["pk"], "sk": {"S": f"{item['sk']['S']}#{n}"}, **line["M"]}
        for item in _lines(world)
        for n, line in enumerate(item["lines"]["L"])
    ]


def _blind(world: World, items_of: Callable[[World], Sequence[Any]]) -> Meter:
    """Return what it takes to write items over what is there, all of them, in batches."""
    model, items = world.client.model.copy(), items_of(world)
    for counted in (False, True):
        with meter(model) as m:
            for chunk in batched(items, WRITES_TOGETHER, strict=False):
                more = _ASKS if counted else {}
                puts = [
                    {"PutRequest": {"Item": i | (more if "revision" in i else {})}} for i in chunk
                ]
                model.batch_write_item(RequestItems={"hub": puts})
    return m


def _documents(world: World) -> dict[str, Any]:
    return {i["external_id"]: i for i in world.items("HEAD")}


def _shown(of: Counter[str], each: int = INVOICES) -> str:
    return " ".join(f"{kind.lower()}:{n / each:.3g}" for kind, n in sorted(of.items()))


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
