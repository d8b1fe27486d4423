"""The peak memory of a sweep worker in KiB: python -m tests.bench.sweep_memory CUSTOMERS holidays.

A fresh process works on so many due customers, batch by batch, with the network cut away; with 0 it
only makes ready. Every customer is told to be the same one. Without the second word the policy
keeps no holidays, whose calendars are large.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.adapters import keys
from shared.adapters.accounts import Accounts
from shared.adapters.claims import Claims
from shared.adapters.codec import encode_item
from shared.adapters.notices import Notices
from shared.adapters.pending import Pending
from shared.adapters.policy_shelf import PolicyShelf
from shared.adapters.sweep_runs import SweepRuns
from shared.adapters.table import Table
from shared.domain.clock import Now
from shared.ids import derived_id
from shared.usecases.plan_sweep import CUSTOMERS_PER_MESSAGE
from shared.usecases.work_sweep import Ports, work
from tests.bench.cut_network import cut_client
from tests.bench.sweep_world import NINE, POLICY, World

NOTHING = b'{"Items": [], "Count": 0}'


def main(customers: int, *, holidays: bool) -> None:
    """Work on customers and print the peak."""
    world = World(1, due=1, policy=POLICY.model_copy(update={"holidays": holidays}))
    live = _page(world, keys.live(world.entity_id, world.due[0]))
    stored = {(i["pk"]["S"], i["sk"]["S"]): i for i in world.model.items()}

    def answer(operation: str, body: bytes) -> bytes:
        request = json.loads(body)
        match operation:
            case "GetItem":
                key = (request["Key"]["pk"]["S"], request["Key"]["sk"]["S"])
                return json.dumps({"Item": stored[key]}).encode()
            case "Query":
                return NOTHING if b"#H" in body else live
            case "BatchExecuteStatement":
                said = [{"TableName": "hub"} for _ in request["Statements"]]
                return json.dumps({"Responses": said}).encode()
        return b"{}"

    table = Table(cut_client(answer, raw=True), "hub")
    ports = Ports(
        accounts=Accounts(table),
        policies=lambda _: PolicyShelf(table),
        claims=Claims(table, Notices(table)),
        runs=SweepRuns(table, Pending(table)),
        end=lambda *_: 0,
        credit=lambda *_: 0,
        once=lambda *_: True,
    )
    for number in range(customers // CUSTOMERS_PER_MESSAGE):
        names = [derived_id("c", str(number), str(i)) for i in range(CUSTOMERS_PER_MESSAGE)]
        tally = work(ports, world.entity_id, "run", number, names, Now(NINE, NINE))
        assert tally.claimed == CUSTOMERS_PER_MESSAGE, tally
    print(_peak_kib())


def _peak_kib() -> int:
    """Return this process's own peak: what rusage tells begins with that of its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


def _page(world: World, partition: str) -> bytes:
    found: list[Any] = [encode_item(item) for item in world.table.query(partition)]
    return json.dumps({"Items": found, "Count": len(found)}).encode()


if __name__ == "__main__":
    main(int(sys.argv[1]), holidays="holidays" in sys.argv[2:])
