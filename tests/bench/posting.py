"""What a posting costs, and how fast money is settled: python -m tests.bench.posting.

Request units are counted by the capacity meter and do not depend on the machine; the rate is of one
core, the median of nine rounds.
"""

import json
import statistics
import time
from datetime import date, timedelta

from shared.domain.account import Document, DocumentKind
from shared.domain.settle import settle
from shared.usecases.receive_webhook import receive_webhook
from tests.sim.faults import CALM
from tests.sim.world import ENTITY, World
from tests.support.capacity import Meter, meter
from tests.support.samples import eur

WRITE_UNITS_MAX = 14
CALLS_MAX = 5
REPLAY_WRITE_UNITS_MAX = 4
DOCUMENTS = 300
ROUNDS = 9


def main() -> None:
    """Print every figure beside its goal."""
    world = _world_with_a_paid_page()
    received = _metered(world, lambda: _receive(world))
    posted = _metered(world, lambda: _post(world))
    replayed = _metered(world, lambda: _post(world))
    print(f"webhook received: {_said(received)}")
    print(f"one payment on one invoice posted: {_said(posted)}")
    for operation, usage in sorted(posted.by_operation.items()):
        print(
            f"    {operation}: {usage.calls} calls, {usage.write_units} WRU, {usage.read_units} RRU"
        )
    for place, usage in sorted(posted.by_place.items()):
        print(f"    {place}: {usage.write_units} WRU, {usage.read_units} RRU")
    whole = received.write_units + posted.write_units
    calls = received.calls + posted.calls
    print(
        f"inbox to posted: {whole} WRU (goal {WRITE_UNITS_MAX}), {calls} calls (goal {CALLS_MAX})"
    )
    print(f"replay: {_said(replayed)} (goal {REPLAY_WRITE_UNITS_MAX} WRU)")
    print(f"settled: {_settled_per_second():,.0f} documents per second on one core")


def _said(m: Meter) -> str:
    return f"{m.write_units} WRU, {m.read_units} RRU, {m.calls} calls"


def _metered(world: World, work: object) -> Meter:
    with meter(world.model) as m:
        work()  # type: ignore[operator]
    return m


def _world_with_a_paid_page() -> World:
    for seed in range(400):
        world = World(seed, CALM)
        world.outages.of_thousand = 0
        open_heads = [i for i in world.plain() if i["type"] == "HEAD" and i["open"]]
        if len(open_heads) == 1 and world.cap is None and world.do_start_checkout():
            (page,) = world.gateway.open_pages()
            world.gateway.pay(page, "succeeded")
            return world
    raise AssertionError("no seed gives one open invoice")


def _receive(world: World) -> None:
    told = world.gateway.webhooks[0]
    body = json.dumps(told).encode()
    receive_webhook(world.webhooks, ENTITY, body, "", world.now.wall)


def _post(world: World) -> None:
    message = next(m for m in world.queues.waiting if m[0] == "PAYMENT")
    world.consume(*message)


def _settled_per_second() -> float:
    documents = [_document(i) for i in range(DOCUMENTS)]
    plan = [(d.document_id, d.open) for d in documents]
    amount = eur(sum(d.open.minor for d in documents))
    rates = []
    for _ in range(ROUNDS):
        began = time.process_time()
        settle(amount, plan, documents)
        rates.append(DOCUMENTS / (time.process_time() - began))
    return statistics.median(rates)


def _document(i: int) -> Document:
    issued_on = date(2026, 1, 1) + timedelta(days=i % 90)
    return Document(
        document_id=f"d{i}",
        kind=DocumentKind.INVOICE,
        number=f"N-{i}",
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        total=eur(10_000 + i),
        open=eur(10_000 + i),
    )


if __name__ == "__main__":
    main()
