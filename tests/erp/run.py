"""A month of a hub and a live Tryton: python -m tests.erp.run [--customers 200] [--twice].

Every day people change both sides: addresses, new and voided invoices, credit notes, money in the
ERP, money noted in the hub and paid by card in its portal. One day the ERP is down. One answer is
lost after its commit. The worker that books, and the one that pulls, are each killed by SIGKILL.
With --twice each sync is asked for twice at once. At the end the two are compared by a checker that
shares no code with what is between them; it must find the difference that is planted then.
"""

import argparse
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.local.idle import StillBusy
from tests.connectors.tryton import server
from tests.connectors.tryton.driver import TrytonDriver, posting
from tests.erp.checker import Seen, compare
from tests.support.company import Company
from tests.support.payer import Payer, link_in
from tests.support.stack import Hub, running_hub, until

FIRST_DAY = date(2026, 9, 1)
NAME = "books"
_IDLE_S = 600.0
_SETTLED_S = 600.0
_TERM_DAYS = 30
_DOWN_S = 5
_MAILED = 6
_DAYS_MIN = 5
_LOOK_S = 15.0
_DEAD_AFTER = timedelta(seconds=60)
_NEVER = {"S": "2000-01-01T00:00:00+00:00"}


@dataclass
class Day:
    """When things go wrong: numbers of days."""

    lost_answer: int
    down: int
    killed_booking: int
    killed_pulling: int

    @classmethod
    def of(cls, days: int) -> "Day":
        parts = [max(1, days * n // 5) for n in (1, 2, 3, 4)]
        return cls(*parts)


@dataclass
class World:
    """One company of the hub and its ERP, and what is known of their documents."""

    hub: Hub
    company: Company
    erp: TrytonDriver
    dice: random.Random
    twice: bool
    customers: list[int]
    noted: list[str] = field(default_factory=list)
    links: dict[int, str] = field(default_factory=dict)
    happened: dict[str, int] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)

    # --- what people do --------------------------------------------------------------------------

    def connect(self) -> None:
        """Connect the entity, import everything, and let it send."""
        path = f"{self.company.path}/connections/{NAME}"
        settings = self.erp.settings | {"overlap_s": "30"}
        body = {"product": "tryton", "settings": settings, "secret": self.erp.secret}
        self.hub.api("PUT", path, body)
        self.hub.idle(_IDLE_S)
        found = self.hub.api("GET", path)["found"]
        assert found and not found["code"], found
        self.hub.api("POST", f"{path}/begin")
        self.settle()

    def links_by_mail(self) -> None:
        """Have customers reminded once: their mails hold the links by which they pay."""
        self.hub.api("POST", f"{self.company.path}/release", {"daily_cap": _MAILED})
        self.company.sweep_report(self.company.sweep())
        for mail in self.company.mails():
            for customer in self.customers:
                if f"@customer{customer - self.customers[0]}.example" in str(mail["to"]):
                    self.links.setdefault(customer, link_in(mail))

    def day(self, number: int, on: date, wrong: Day) -> None:
        """Live one day."""
        self.hub.move_clock(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))
        self.busy.clear()
        down = number == wrong.down
        if down:
            self.erp.front.stop()
        books = self.books()
        self._in_the_erp(books, on, number)
        if number == wrong.lost_answer:
            with self._answer_lost():
                self._in_the_hub(books, on, number)
        elif number == wrong.killed_booking:
            with self._killed("ErpWriteback", posting):
                self._in_the_hub(books, on, number)
        elif number == wrong.killed_pulling:
            self._in_the_hub(books, on, number)
            with self._killed("ErpSync", _asks_for_invoices):
                self.ask()
        else:
            self._in_the_hub(books, on, number)
        if down:
            self.ask()
            time.sleep(_DOWN_S)
            self.erp.front.start()
            self._count("days without the ERP")
        self.settle()

    def books(self) -> list[dict[str, Any]]:
        return [b for b in self.erp.tryton.do("books") if b["total"] > 0]

    def _in_the_erp(self, books: list[dict[str, Any]], on: date, number: int) -> None:
        do, day = self.erp.tryton.do, on.isoformat()
        for customer in self.dice.sample(self.customers, 2):
            do("readdress", customer=customer, email=f"ap{number}@customer{customer}.example")
            do("rename", customer=customer, name=f"Customer {customer} Ltd, day {number}")
            self._count("edits")
        due_on = (on + timedelta(days=_TERM_DAYS)).isoformat()
        for n in range(3):
            customer = self.dice.choice(self.customers)
            do("invoice", customer=customer, minor=5_000 + 13 * number + n, issued_on=day,
               due_on=due_on, parts=2 if n == 2 else 1, tax="19")  # fmt: skip
            self._count("new invoices")
        for found in self._some(books, 1, lambda b: b["open"] == b["total"]):
            do("void", invoice=found["id"])
            self._count("voids")
        for found in self._some(books, 1, lambda b: b["open"] > 2_000):
            do("credit_note", customer=found["customer"], minor=1_500, on=day, use_on=[found["id"]])
            do("credit_note", customer=found["customer"], minor=700, on=day, use_on=[])
            self._count("credit notes")
        for found in self._some(books, 3, lambda b: b["open"] > 100):
            whole = self.dice.random() < 0.5
            paid = found["open"] if whole else found["open"] // 3
            do("pay", invoice=found["id"], minor=paid, on=day)
            self._count("payments in the ERP" if whole else "parts paid in the ERP")

    def _in_the_hub(self, books: list[dict[str, Any]], on: date, number: int) -> None:
        for n, found in enumerate(self._some(books, 4, lambda b: b["open"] > 100)):
            paid = found["open"] if n % 2 else found["open"] // 4
            reference = f"BANK-{number}-{n}"
            amount = {"amount": f"{paid // 100}.{paid % 100:02d}", "currency": "EUR"}
            part = {"document": str(found["id"]), "amount": amount}
            body = {"amount": amount, "received_on": on.isoformat(), "reference": reference,
                    "parts": [part]}  # fmt: skip
            path = f"{self.company.path}/customers/{found['customer']}/payments"
            headers = {
                "authorization": f"Bearer {self.hub.stack.state['token']}",
                "idempotency-key": reference,
            }
            answer = self.hub.request("POST", f"/api/v1/{path}", json=body, headers=headers)
            assert answer.status == 201, answer.text[:500]
            self.noted.append(reference)
            self._count("payments noted in the hub" if n % 2 else "parts noted in the hub")
        mailed = [b for b in books if b["customer"] in self.links]
        for found in self._some(mailed, 1, lambda b: b["open"] > 100):
            self._pay_by_card(found)

    def _pay_by_card(self, found: dict[str, Any]) -> None:
        payer = Payer.enter(self.hub, self.links[found["customer"]])
        path = f"{self.company.path}/invoices/{found['id']}"
        document = self.hub.api("GET", path)["document_id"]
        if document not in payer.documents():
            return
        payer.pay(document)
        self._count("payments by card in the portal")

    def _some(
        self, books: list[dict[str, Any]], most: int, which: Callable[[dict[str, Any]], bool]
    ) -> list[dict[str, Any]]:
        """Return documents that nobody touched today."""
        free = [b for b in books if b["id"] not in self.busy and which(b)]
        chosen = self.dice.sample(free, min(most, len(free)))
        self.busy |= {b["id"] for b in chosen}
        return chosen

    # --- what goes wrong -------------------------------------------------------------------------

    @contextmanager
    def _answer_lost(self) -> Iterator[None]:
        """Lose the answer to the first move that is posted from now on: Tryton has it."""
        self.erp.front.lose_next(posting)
        yield
        until(lambda: self.erp.front.lost, _IDLE_S)
        self._count("answers lost")

    @contextmanager
    def _killed(self, function: str, which: Callable[[str, str], bool]) -> Iterator[None]:
        """Kill who works in a function once Tryton did what which names, before its answer."""
        killed: list[int] = []

        def seen(method: str, path: str) -> None:
            if killed or not which(method, path):
                return
            for worker in self.hub.stack.workers(function):
                if worker["busy"]:
                    killed.append(worker["pid"])
                    os.kill(worker["pid"], signal.SIGKILL)

        self.erp.front.watch(seen)
        yield
        until(lambda: killed, _IDLE_S)
        self.erp.front.watch(None)
        self._count(f"workers killed ({function})")

    # --- both sides come together ----------------------------------------------------------------

    def ask(self) -> None:
        """Ask for a sync; with twice two at once."""
        path = f"{self.company.path}/connections/{NAME}/sync"
        for _ in range(2 if self.twice else 1):
            self.hub.api("POST", path, {"full": False})

    def settle(self) -> None:
        """Wait until the ERP was told all, and its own changes are here."""
        deadline = time.monotonic() + _SETTLED_S
        while True:
            try:
                self.hub.idle(_LOOK_S)
                break
            except StillBusy:
                if time.monotonic() > deadline:
                    raise
                self._hurry()
                self.hub.stack.run_schedule("JanitorSchedule")
        told = self.hub.api("GET", f"{self.company.path}/writebacks")
        assert not told["waits"] and not told["pending"], told
        self.ask()
        self.hub.idle(_IDLE_S)
        parked = self.company.parked()
        assert not parked, parked

    def _hurry(self) -> None:
        """Make what is to be told wait for longer: what hours of waiting would do."""
        table = self.hub.stack.state["outputs"]["TableName"]
        client = self.hub.client("dynamodb")
        pages = client.get_paginator("scan").paginate(TableName=table)
        for item in (i for page in pages for i in page["Items"]):
            if not item["sk"]["S"].startswith("WRITEBACK#") or "psk" not in item:
                continue
            kind, since, rest = item["psk"]["S"].split("#", 2)
            earlier = datetime.fromisoformat(since) - timedelta(hours=2)
            values = {":p": {"S": f"{kind}#{earlier:%Y-%m-%dT%H:%M:%S}Z#{rest}"}}
            change = "SET psk = :p"
            if item.get("not_before", {"S": ""})["S"]:
                change += ", not_before = :n"
                values[":n"] = _NEVER
            called = datetime.fromisoformat(item.get("called_at", _NEVER)["S"])
            if datetime.now(UTC) - called > _DEAD_AFTER and "called_at" in item:
                change += ", called_at = :c"
                values[":c"] = _NEVER
            client.update_item(
                TableName=table,
                Key={name: item[name] for name in ("pk", "sk")},
                UpdateExpression=change,
                ExpressionAttributeValues=values,
            )

    # --- what is proved --------------------------------------------------------------------------

    def compared(self) -> Seen:
        tryton, hub, path = self.erp.tryton, self.hub, self.company.path
        documents = hub.pages(f"{path}/invoices", state="all")
        payments = hub.pages(f"{path}/payments")
        books, lines = tryton.do("books"), tryton.do("payments")
        return compare(books, lines, documents, payments, self.noted)

    def drift(self) -> dict[str, Any]:
        run_id = self.hub.api("POST", f"{self.company.path}/drift", {"fix": False})["run_id"]
        self.hub.idle(_IDLE_S)
        told: dict[str, Any] = self.hub.api("GET", f"{self.company.path}/drift")
        assert told["run_id"] == run_id, told
        return told

    def _count(self, what: str) -> None:
        self.happened[what] = self.happened.get(what, 0) + 1


def _asks_for_invoices(method: str, path: str) -> bool:
    return method == "GET" and "/account.invoice?" in path


def live(world: World, days: int) -> None:
    """Live the month, compare, plant a difference, and compare again."""
    world.connect()
    first = world.compared()
    print(f"imported: {first.documents} invoices of {first.customers} customers", flush=True)
    assert first.documents and not first.differences, first.differences[:10]
    world.hub.move_clock(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 9, tzinfo=UTC))
    world.links_by_mail()
    wrong = Day.of(days)
    for number in range(1, days + 1):
        began = time.monotonic()
        world.day(number, FIRST_DAY + timedelta(days=number), wrong)
        print(f"day {number}: {time.monotonic() - began:.0f} s", flush=True)
    last = world.compared()
    for what, n in sorted(world.happened.items()):
        print(f"{what} {n}")
    print(f"compared: {last.documents} invoices, {last.told} entries there, {last.money} here")
    assert not last.differences, "\n".join(last.differences[:20])
    drift = world.drift()
    assert drift["equal"], drift
    print("equal, by the checker and by the drift report")
    _planted(world)


def _planted(world: World) -> None:
    """Change one side alone: the checker and the drift report must both name the invoice."""
    found = next(b for b in world.books() if b["open"] > 1_000)
    on = (FIRST_DAY + timedelta(days=31)).isoformat()
    world.erp.tryton.do("pay", invoice=found["id"], minor=1, on=on)
    last = world.compared()
    named = [d["external_id"] for d in world.drift()["differences"]]
    assert len(last.differences) == 1 and found["number"] in last.differences[0], last
    assert named == [str(found["id"])], named
    print(f"one cent planted in the ERP: named by both, {last.differences[0]}")


def main() -> None:
    """Run the story, and print how many things it saw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--invoices", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--twice", action="store_true", help="two syncs at once, each time")
    asked = parser.parse_args()
    if asked.days < _DAYS_MIN:
        parser.error(f"each trouble has a day of its own: at least {_DAYS_MIN}")
    if not server.PYTHON.exists():
        raise SystemExit("Tryton is not here: infra/setup.sh tryton")
    made, ids = server.filled(asked.customers, asked.invoices)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(shutil.copy(made, Path(folder) / "erp.sqlite"))
        with server.running(database) as tryton, running_hub(Path(folder)) as hub:
            hub.move_clock(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 8, tzinfo=UTC))
            with Company.open(hub, "erp") as company:
                dice = random.Random(asked.seed)
                erp = TrytonDriver(tryton, database.stem)
                world = World(hub, company, erp, dice, asked.twice, ids["customers"])
                live(world, asked.days)


if __name__ == "__main__":
    main()
