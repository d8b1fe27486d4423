"""What a sweep costs, and how that grows: python -m tests.bench.sweep.

Request units and calls are counted by the published rules and do not depend on the machine. CPU is
compared in pairs, in one process, with the network cut away. One figure a line, with its goal.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from math import log

from shared.adapters import keys
from shared.adapters.account_items import customer_from, customer_item
from shared.adapters.accounts import Accounts
from shared.adapters.claims import Claims
from shared.adapters.codec import decode_item, encode_item
from shared.adapters.head_items import document_from, head_item
from shared.adapters.notices import Notices
from shared.adapters.table import Table, Update
from shared.domain.account import Account
from shared.domain.clock import Now
from shared.domain.decide import decide
from shared.domain.notice import Notice
from shared.domain.notices import stage_notice
from shared.domain.policy_book import PolicyBook
from shared.domain.policy_version import PolicyVersion
from shared.ids import derived_id
from shared.usecases.requeue import LEASE
from shared.usecases.sweep import to_send
from shared.usecases.tend_sweeps import tend_sweeps
from tests.bench.cut_network import cut_client
from tests.bench.paired import Ratio, cpu_ratios
from tests.bench.sweep_world import (
    DUE_CUSTOMERS,
    INVOICES_EACH,
    NINE,
    POLICY,
    TODAY,
    Cost,
    World,
    invoice,
)
from tests.support.capacity import meter
from tests.support.samples import customer, entity

GROWTH_GOAL = 0.05
CUSTOMERS = (1_000, 10_000, 100_000)
CLOSED_EACH = (0, 50, 500)
NOT_DUE_EACH = (1, 10, 100)
PAGE_ITEMS = 2_000
CLAIMS = 25
MEMORY_CUSTOMERS = (1_000, 10_000)
_missed: list[str] = []


def main() -> int:
    """Print every figure beside its goal; return 1 where one was missed."""
    claim_cpu()  # CPU first: a large heap is not what is compared
    read_and_decide()
    memory()
    one_day(growth())
    replays()
    policy_edit()
    month()
    return 1 if _missed else 0


def growth() -> Cost:
    """Print how request units grow, along one axis at a time; return what one day costs."""
    by_customers = [_cost(World(n)) for n in CUSTOMERS]
    by_history = [_cost(World(300, history=n)) for n in CLOSED_EACH]
    by_not_due = [_cost(World(500, not_due_each=n)) for n in NOT_DUE_EACH]
    for name, sizes, costs in (
        ("customers", CUSTOMERS, by_customers),
        ("closed_history", CLOSED_EACH, by_history),
        ("not_due_invoices", NOT_DUE_EACH, by_not_due),
    ):
        units = [cost.units for cost in costs]
        _say(f"{name}_sizes", " ".join(map(str, sizes)))
        _say(f"{name}_request_units", " ".join(f"{u:g}" for u in units))
        _goal(f"{name}_growth_exponent", _exponent(sizes, units), GROWTH_GOAL)
    return by_customers[0]


def _exponent(sizes: Sequence[int], units: Sequence[float]) -> float:
    """Return the steepest growth between two neighbours; a size of nothing counts as one."""
    pairs = pairwise(zip(sizes, units, strict=True))
    return max(log(v / u) / log(max(n, 1) / max(m, 1)) for (m, u), (n, v) in pairs)


def _cost(world: World) -> Cost:
    cost = world.sweep()
    assert cost.tally.claimed == DUE_CUSTOMERS, cost.tally
    return cost


def one_day(cost: Cost) -> None:
    """Print what passes (a) and (b) and the claims take per due customer; the rest beside it."""
    world = World()
    world.sweep()
    calls = cost.calls + world.relayed()
    equivalents = (cost.write_units + cost.read_units / 5) / DUE_CUSTOMERS
    _goal("write_equivalents_per_due_customer", equivalents, 1.5)
    _goal("aws_calls_per_due_customer", calls / DUE_CUSTOMERS, 2.3)
    for name in ("a", "b"):
        units = cost.passes[name].read_units / DUE_CUSTOMERS
        _say(f"pass_{name}_rru_per_due_customer", f"{units:.3f}")
    world = World()
    world.due_again()
    full = world.sweep()
    overdue = full.candidates
    _say("pass_c_rru_per_overdue_customer", f"{full.passes['c'].read_units / overdue:.3f}")
    tended = World()
    tended.sweep()
    later = Now(NINE, NINE + 2 * LEASE)
    with meter(tended.model) as m:
        handed = tend_sweeps(tended.entity_id, tended.sweep_runs, tended.queues, later, LEASE)
    assert handed == DUE_CUSTOMERS, "the stream was off in this world"
    watched = (m.write_units + m.read_units / 5) / DUE_CUSTOMERS
    _say("watching_write_equivalents_per_due_customer", f"{watched:.3f}")


def replays() -> None:
    """Print how many notices a day gets when it is swept five times: by (a), (b) and by (c)."""
    world = World()
    first = world.sweep().tally.claimed
    again = 0
    for i in range(4):
        if i % 2:
            world.due_again()
        again += world.sweep().tally.claimed
    assert first == DUE_CUSTOMERS
    assert len([n for n in world.notices() if n["stage"] == "reminder"]) == DUE_CUSTOMERS + again
    _goal("extra_messages_in_four_replays", again, 0)


def policy_edit() -> None:
    """Print how many items of customers a new version of the policy rewrites."""
    world = World()
    held = {(i["pk"]["S"], i["sk"]["S"]): i for i in world.model.items()}
    changed = POLICY.model_copy(update={"stages": POLICY.stages[1:]})
    now_entity = world.accounts.entity(world.entity_id)
    world.entities.put_policy(now_entity, PolicyVersion(changed, "", NINE, "bench"))
    kinds = [
        item["type"]["S"]
        for item in world.model.items()
        if held.get((item["pk"]["S"], item["sk"]["S"])) is not item
    ]
    _say("items_a_policy_edit_writes", " ".join(sorted(kinds)))
    _goal("customer_items_a_policy_edit_rewrites", len(set(kinds) & {"HEAD", "NOTICE"}), 0)


def month() -> None:
    """Print what thirty days of hourly sweeps take, in a company with due customers every day."""
    world = World.of_a_month()
    claimed = looks = units = 0.0
    for hour in range(30 * 24):
        at = NINE + timedelta(hours=hour)
        cost = world.sweep(Now(at, at))
        claimed += cost.tally.claimed
        looks += cost.candidates
        units += cost.write_units + cost.read_units / 5
    _say("month_messages", f"{claimed:g}")
    _say("month_looks_per_message", f"{looks / claimed:.2f}")
    _say("month_write_equivalents_per_message", f"{units / claimed:.2f}")


def read_and_decide() -> None:
    """Print read-plus-decide over its limit: json.loads, pick and decide."""
    for name, invoices, times, goal in (
        ("page_of_2000", PAGE_ITEMS, 1, 1.5),
        ("customer_of_5", INVOICES_EACH, 200, None),
    ):
        ratio = _read_over_limit(invoices, times)
        said = f"read_and_decide_cpu_over_limit_{name}"
        if goal is None:
            _say(said, _of(ratio))
        else:
            _goal(said, ratio.worst, goal, _of(ratio))


def _read_over_limit(invoices: int, times: int) -> Ratio:
    whose = customer(customer_id=derived_id("customer", "1"), country="DE")
    due_on = TODAY - timedelta(days=7)
    documents = [invoice(str(i), due_on - timedelta(days=i % 40)) for i in range(invoices)]
    items = [customer_item("demo", whose)]
    items += [head_item("demo", whose, document, 1) for document in documents]
    live = json.dumps({"Items": [encode_item(i) for i in items], "Count": len(items)}).encode()
    nothing = b'{"Items": [], "Count": 0}'

    def answer(operation: str, body: bytes) -> bytes:
        return nothing if b"#H" in body else live

    book = PolicyBook(POLICY)
    ours = Accounts(Table(cut_client(answer, raw=True), "hub"))

    def limit() -> None:
        for _ in range(times):
            found = [decode_item(i) for i in json.loads(live)["Items"]]
            heads = tuple(document_from(i) for i in found if i["type"] == "HEAD")
            decide(Account(customer_from(found[0]), heads), book, TODAY)

    def whole() -> None:
        for _ in range(times):
            decide(ours.account("demo", whose.customer_id), book, TODAY)

    return cpu_ratios({"limit": limit, "whole": whole}, "limit")["whole"]


def claim_cpu() -> None:
    """Print the CPU of a claim in a batch over that of one update_item as boto3 makes it."""
    said = json.dumps({"Responses": [{"TableName": "hub"}] * CLAIMS}).encode()

    def answer(operation: str, _: bytes) -> bytes:
        return said if operation.startswith("Batch") else b"{}"

    table = Table(cut_client(answer, raw=True), "hub")
    plain = Table(cut_client(answer, raw=False), "hub")
    claims, of = Claims(table, Notices(table)), entity()
    notices = [_notice(i) for i in range(CLAIMS)]
    update = Update(
        keys.open_head("demo", "c1", "d1"),
        set={"stage": "reminder", "last_action_at": "2026-03-10T09:00:00Z", "version": 2},
        condition="version = :seen",
        values={":seen": 1},
    )

    def batches() -> None:
        for _ in range(20):
            claims.claim_all(of, notices, NINE)

    def updates() -> None:
        for _ in range(20 * CLAIMS):
            plain.write(update)

    ratio = cpu_ratios({"updates": updates, "batches": batches}, "updates")["batches"]
    _goal("claim_cpu_over_default_update", ratio.worst, 0.20, _of(ratio))


def memory() -> None:
    """Print the peak memory of a worker over that of one that only made ready, and its growth."""
    floor, *peaks = (_peak(n) for n in (0, *MEMORY_CUSTOMERS))
    _goal("worker_peak_memory_over_floor", peaks[-1] / floor, 1.25, f"{peaks[-1]} KiB")
    with_holidays = _peak(MEMORY_CUSTOMERS[0], "holidays") / floor
    _say("worker_peak_memory_over_floor_with_a_calendar_of_holidays", f"{with_holidays:.2f}")
    exponent = _exponent(MEMORY_CUSTOMERS, [float(p) for p in peaks])
    _goal("worker_memory_growth_exponent", exponent, 0.10)


def _peak(customers: int, *more: str) -> int:
    command = [sys.executable, "-m", "tests.bench.sweep_memory", str(customers), *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout)


def _notice(number: int) -> tuple[str, Notice]:
    whose = customer(customer_id=derived_id("customer", str(number)))
    due_on = TODAY - timedelta(days=7)
    documents = tuple(invoice(f"{number}-{i}", due_on) for i in range(INVOICES_EACH))
    decision = to_send(decide(Account(whose, documents), PolicyBook(POLICY), TODAY))
    assert decision is not None
    return whose.customer_id, stage_notice(None, decision, TODAY, NINE)


def _of(ratio: Ratio) -> str:
    return f"median {ratio.median:.2f}, {ratio.least:.2f} to {ratio.most:.2f}"


def _goal(name: str, value: float, goal: float, more: str = "") -> None:
    reached = "" if value <= goal else "  (not reached)"
    if reached:
        _missed.append(name)
    print(f"{name} {value:.4g} <={goal:g}{f'  ({more})' if more else ''}{reached}", flush=True)


def _say(name: str, value: str) -> None:
    print(f"{name} {value}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
