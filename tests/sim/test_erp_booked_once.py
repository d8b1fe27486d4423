"""Whatever goes wrong on the way to an ERP: each line is booked there once, in its order.

The real use cases and stores run on the model of DynamoDB. The ERP is down, refuses, loses answers
or books late; workers die before and after any call; a second worker comes in the middle of a call,
and between what the first read and what it writes; messages come twice, late, or in any order.
A run that fails names its seed.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from shared.adapters.account_items import customer_item
from shared.adapters.table import Put, Table
from shared.adapters.tasks import Tasks
from shared.adapters.writeback_items import writeback_puts
from shared.adapters.writeback_repairs import WritebackRepairs
from shared.adapters.writebacks import Writebacks
from shared.domain.clock import Now
from shared.domain.erp import Capabilities, Entry, EntryKind, Posted
from shared.domain.payment import Allocation, Payment
from shared.errors import (
    ErpAccess,
    ErpOutcomeUnknown,
    ErpRefused,
    ErpUnavailable,
    ErpUnreadable,
    WriteConflict,
)
from shared.usecases.repair_writeback import Ports as RepairPorts
from shared.usecases.repair_writeback import try_again
from shared.usecases.write_back import Ledger, Ports, Round, write_back
from tests.support.dynamodb_model import DynamoModel
from tests.support.samples import customer, entity, eur

RUNS = 120
DAY = date(2026, 9, 1)
DOCUMENTS = ("d1", "d2", "d3")
CALLS = ("put_item", "update_item", "transact_write_items")
BEFORE = ("down", "refused", "no_access", "dies_before", "second_worker", "garbled_before")
AFTER = ("lost", "dies_after", "garbled", "late")


class Killed(BaseException):
    """The worker is gone: no handler of errors sees it."""


@dataclass
class World:
    """The hub's notes, the ERP's entries, and what goes wrong."""

    chance: random.Random
    faults: bool = True
    wall: datetime = datetime(2026, 9, 2, tzinfo=UTC)
    workers: int = 0
    booked: list[str] = field(default_factory=list)
    coming: list[tuple[datetime, str]] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(frozenset(), frozenset(EntryKind), finds_by_key=True)
    )

    def __post_init__(self) -> None:
        self.model = DynamoModel()
        table = Table(Mortal(self.model, self), "hub")
        with sound(self):
            table.write(Put(customer_item("demo", customer())))
        self.table, notes = table, Writebacks(table)
        accounts = SimpleNamespace(entity=lambda _: entity(), customer=lambda *_: customer())
        self.ports = Ports(notes, SimpleNamespace(), accounts, lambda _: Ledger(self))
        queue = SimpleNamespace(send=lambda *_: None)
        self.repairing = RepairPorts(WritebackRepairs(table), queue, Tasks(table))

    def now(self) -> Now:
        return Now(self.wall, self.wall)

    def note(self) -> None:
        """Something happens to a document: the ERP is to hear of it."""
        self.wall += timedelta(milliseconds=self.chance.randint(1, 2_000))
        number = len(self.made)
        document_id = self.chance.choice(DOCUMENTS)
        payment_id = f"p{self.chance.randint(100, 999)}-{number}"
        paid = Payment(payment_id, "c1", eur(100), "card", DAY, self.wall)
        part = Allocation(document_id, document_id, f"I-{document_id}", eur(100 + number))
        with sound(self):
            self.table.write(*writeback_puts("demo", paid, [part], self.now()))
        self.made.append(f"{payment_id}.{document_id}.0")

    def work(self, document_id: str) -> None:
        """One worker takes one message of a document, and may die of it."""
        here = Round(lambda: True, lambda: self.wall)
        self.workers += 1
        try:
            write_back(self.ports, here, "demo", "c1", document_id, self.now())
        except WriteConflict:
            self.seen["met another worker"] += 1
        except Killed:
            self.seen["died"] += 1
        finally:
            self.workers -= 1

    # the ERP

    def find(self, key: str) -> Posted | None:
        self._settle()
        if self._fails("down"):
            raise ErpUnavailable()
        self.seen["looked"] += 1
        return Posted(f"M-{key}", found=True) if key in self.booked else None

    def post(self, entry: Entry) -> Posted:
        self._settle()
        fault = self.chance.choice(BEFORE) if self._fails() else ""
        match fault:
            case "down":
                raise ErpUnavailable(retry_after_s=self.chance.choice((0, 30)))
            case "refused":
                raise ErpRefused(said="closed")
            case "no_access":
                raise ErpAccess()
            case "garbled_before":
                raise ErpUnreadable()
            case "dies_before":
                raise Killed
            case "second_worker":
                self.work(entry.key.split(".")[1])
        fault = self.chance.choice(AFTER) if self._fails() else ""
        if fault == "late":
            self.coming.append((self.wall + timedelta(seconds=100), entry.key))
            raise ErpOutcomeUnknown()
        self.booked.append(entry.key)
        match fault:
            case "lost":
                raise ErpOutcomeUnknown()
            case "garbled":
                raise ErpUnreadable()
            case "dies_after":
                raise Killed
        return Posted(f"M-{entry.key}")

    def _fails(self, name: str = "") -> bool:
        fails = self.faults and self.chance.random() < 0.3
        self.seen[f"fault {name}".strip()] += fails
        return fails

    def _settle(self) -> None:
        """Let what was to be booked late be booked."""
        ripe = [key for at, key in self.coming if at <= self.wall]
        self.coming = [(at, key) for at, key in self.coming if at > self.wall]
        self.booked += ripe

    def check(self) -> None:
        """Raise AssertionError where a line is booked twice, or before one that it follows."""
        assert [key for key, n in Counter(self.booked).items() if n > 1] == [], "booked twice"
        for document_id in DOCUMENTS:
            there = [key for key in self.booked if f".{document_id}." in key]
            mine = [key for key in self.made if f".{document_id}." in key]
            assert there == mine[: len(there)], "out of order"


class Mortal:
    """The client of the table, whose caller may die before a write or after it."""

    def __init__(self, model: DynamoModel, world: World) -> None:
        self._model, self._world = model, world

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._model, name)
        return self._dying(call) if name in CALLS else call

    def _dying(self, call: Any) -> Any:
        def write(**request: Any) -> Any:
            chance = self._world.chance.random() if self._world.faults else 0.5
            if chance < 0.04:
                raise Killed
            if chance > 0.9 and self._world.workers == 1:
                self._world.work(self._world.chance.choice(DOCUMENTS))
            answer = call(**request)
            if chance < 0.08:
                raise Killed
            return answer

        return write


class sound:
    """Nothing goes wrong meanwhile."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __enter__(self) -> None:
        self._was, self._world.faults = self._world.faults, False

    def __exit__(self, *_: object) -> None:
        self._world.faults = self._was


def run(seed: int) -> World:
    """Let things happen and go wrong, then let them go right; return the world at rest."""
    world = World(random.Random(seed))
    for _ in range(60):
        what = world.chance.random()
        if what < 0.25:
            world.note()
        elif what < 0.75:
            world.work(world.chance.choice(DOCUMENTS))
        elif what < 0.95:
            world.wall += timedelta(minutes=world.chance.choice((1, 4, 20, 90)))
        else:
            with sound(world):
                try_again(world.repairing, "demo", None, "ada", world.now())
        world.check()
    world.faults = False
    for _ in range(4):
        world.wall += timedelta(hours=2)
        try_again(world.repairing, "demo", None, "ada", world.now())
        for document_id in DOCUMENTS:
            world.work(document_id)
        world.check()
    return world


@pytest.mark.rule("R43", "i25")
@pytest.mark.law("6")
def test_each_line_is_booked_once_and_in_its_order_whatever_goes_wrong() -> None:
    seen: Counter[str] = Counter()
    lines = 0
    for seed in range(RUNS):
        try:
            world = run(seed)
            assert sorted(world.booked) == sorted(world.made), "not everything was booked"
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}: {broken}") from broken
        seen += world.seen
        lines += len(world.made)
    print(f"{lines} lines in {RUNS} worlds, {dict(seen)}")
    assert lines > 1_000
    assert min(seen[what] for what in ("died", "met another worker", "looked")) > 50
