"""A month of a hub and a live Tryton: python -m tests.erp.run [--customers 200] [--twice].

Every day people change both sides: addresses, new and voided invoices, credit notes, money in the
ERP, money noted in the hub and paid by card in its portal. One day the ERP is down. One answer is
lost after its commit. The worker that books, and the one that pulls, are each killed by SIGKILL.
With --twice each sync is asked for twice at once. At the end the two are compared by a checker that
shares no code with what is between them; it must find the differences that are planted then.
"""

import argparse
import random
import shutil
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.connectors.tryton import server
from tests.connectors.tryton.driver import TrytonDriver, posting
from tests.erp.checker import Seen
from tests.erp.meeting import MeetingPoint, reads_a_page
from tests.erp.people import People, mail_links
from tests.erp.planted import planted_on_both_sides
from tests.erp.trouble import WrongDays, answer_lost, killed
from tests.erp.world import NAME, World
from tests.support.company import Company
from tests.support.stack import running_hub, until

FIRST_DAY = date(2026, 9, 1)
_DAYS_MIN = 5
_REFUSED_S = 60.0
_PROMISED = (
    "edits", "new invoices", "voids", "credit notes", "payments in the ERP",
    "parts paid in the ERP", "payments noted in the hub", "parts noted in the hub",
    "payments by card in the portal", "answers lost", "days without the ERP",
    "workers killed while they booked", "workers killed while they pulled",
    "own entries that came back, and were known",
)  # fmt: skip
_PROMISED_TWICE = ("pairs of syncs that ran at once, both reading", "syncs that were overtaken")


def live(world: World, days: int) -> None:
    """Live the month, compare, plant differences, and compare again."""
    began = time.monotonic()
    world.connect()
    first = world.compared()
    print(f"imported: {first.documents} invoices of {first.customers} customers", flush=True)
    assert first.documents and not first.differences, first.differences[:10]
    world.hub.move_clock(_morning(FIRST_DAY))
    mail_links(world)
    print(f"before the first day: {time.monotonic() - began:.0f} s", flush=True)
    wrong = WrongDays.of(days)
    for number in range(1, days + 1):
        began = time.monotonic()
        _day(world, number, FIRST_DAY + timedelta(days=number), wrong)
        print(f"day {number}: {time.monotonic() - began:.0f} s", flush=True)
    last = world.compared()
    world.happened["own entries that came back, and were known"] = len(last.told & world.front.ours)
    _print(world, last)
    assert not last.differences, "\n".join(last.differences[:20])
    drift = world.drift()
    assert drift["equal"], drift
    print("equal, by the checker and by the drift report")
    planted_on_both_sides(world, FIRST_DAY + timedelta(days=days + 1))
    promised = _PROMISED + (_PROMISED_TWICE if world.twice else ())
    never = [what for what in promised if not world.happened[what]]
    assert not never, f"never happened: {never}"


def _day(world: World, number: int, on: date, wrong: WrongDays) -> None:
    """Live one day."""
    world.hub.move_clock(_morning(on))
    people = People(world, world.books(), on, number)
    began = time.monotonic()
    if number == wrong.down:
        world.front.stop()
    people.in_the_erp()
    world.seconds["people in the ERP"] += round(time.monotonic() - began)
    if number == wrong.lost_answer:
        with answer_lost(world.front):
            people.in_the_hub()
        world.happened["answers lost"] += 1
    elif number == wrong.killed_booking:
        with killed(world.hub, world.front, "ErpWriteback", posting):
            people.in_the_hub()
        world.happened["workers killed while they booked"] += 1
    elif number == wrong.killed_pulling:
        people.in_the_hub()
        with killed(world.hub, world.front, "ErpSync", _reads_invoices):
            world.ask()
        world.happened["workers killed while they pulled"] += 1
    else:
        people.in_the_hub()
    if number == wrong.down:
        world.ask()
        until(lambda: _is_refused(world), _REFUSED_S)
        world.front.start()
        world.happened["days without the ERP"] += 1
    world.settle()


def _is_refused(world: World) -> bool:
    """Return whether both who pulls and who books have found nobody there."""
    path = world.company.path
    pulling = world.hub.api("GET", f"{path}/connections/{NAME}")
    booking = world.hub.api("GET", f"{path}/writebacks")
    return bool(pulling["trouble"]) and any(line["tries"] for line in booking["pending"])


def _reads_invoices(method: str, path: str) -> bool:
    return reads_a_page(method, path) and "/account.invoice?" in path


def _morning(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


def _print(world: World, last: Seen) -> None:
    for what, n in sorted(world.happened.items()):
        print(f"{what} {n}")
    print("seconds: " + ", ".join(f"{what} {n}" for what, n in world.seconds.items()))
    print(
        f"compared: {last.documents} invoices, {len(last.told)} entries of ours there, "
        f"{last.taken} payments of its own, {last.money} payments here"
    )


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
            hub.move_clock(_morning(FIRST_DAY) - timedelta(hours=1))
            with Company.open(hub, "erp") as company:
                erp = TrytonDriver(tryton, database.stem, MeetingPoint)
                dice = random.Random(asked.seed)
                front = erp.front
                world = World(hub, company, erp, front, dice, asked.twice, ids["customers"])
                live(world, asked.days)


if __name__ == "__main__":
    main()
