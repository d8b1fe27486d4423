"""One company of a hub and its live ERP: how both come together, and what either says by itself."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.connectors.tryton.driver import TrytonDriver
from tests.erp.checker import Seen, compare
from tests.erp.meeting import MeetingPoint
from tests.support.company import Company
from tests.support.logs import calls, overlaps
from tests.support.stack import Hub

NAME = "books"
_SETTLED_S = 600.0
_HURRIED_AFTER_S = 15.0
_LOOK_EVERY_S = 0.1
_DEAD_AFTER = timedelta(seconds=40)
_NEVER = {"S": "2000-01-01T00:00:00+00:00"}


@dataclass
class World:
    """Both sides, and what is known of them. twice: each sync is asked for twice at once.

    noted are the references of all money that the hub was told of, links the portal links of
    customers, happened how often what happened, seconds where the time went.
    """

    hub: Hub
    company: Company
    erp: TrytonDriver
    front: MeetingPoint
    dice: random.Random
    twice: bool
    customers: list[int]
    noted: list[str] = field(default_factory=list)
    links: dict[int, str] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def connect(self) -> None:
        """Connect the entity and import everything."""
        path = f"{self.company.path}/connections/{NAME}"
        settings = self.erp.settings | {"overlap_s": "30"}
        body = {"product": "tryton", "settings": settings, "secret": self.erp.secret}
        self.hub.api("PUT", path, body)
        self.quiet()
        found = self.hub.api("GET", path)["found"]
        assert found and not found["code"], found
        self.hub.api("POST", f"{path}/begin")
        self.settle()

    def books(self) -> list[dict[str, Any]]:
        """Return the ERP's invoices, read by its own client."""
        return [b for b in self.erp.tryton.do("books") if b["total"] > 0]

    # --- both sides come together ----------------------------------------------------------------

    def ask(self) -> None:
        """Ask for a sync; with twice for two at once."""
        path = f"{self.company.path}/connections/{NAME}/sync"
        times = 2 if self.twice else 1
        with ThreadPoolExecutor(times) as pool:
            list(pool.map(lambda _: self.hub.api("POST", path, {"full": False}), range(times)))

    def settle(self) -> None:
        """Wait until the ERP was told all, and its own changes are here."""
        began = time.monotonic()
        while not self._is_quiet(_HURRIED_AFTER_S):
            assert time.monotonic() < began + _SETTLED_S, self.hub.stack.idle().look()
            self._hurry()
            self.hub.stack.run_schedule("JanitorSchedule")
        told = self.hub.api("GET", f"{self.company.path}/writebacks")
        assert not told["waits"] and not told["pending"], told
        asked = time.monotonic()
        self._sync()
        self.seconds["telling"] += round(asked - began)
        self.seconds["pulling"] += round(time.monotonic() - asked)
        parked = self.company.parked()
        self.happened["records parked"] += len(parked)
        assert not parked, parked

    def _sync(self) -> None:
        """Pull once, or twice at once; count the pairs of pulls that met."""
        since_ms, together = round(time.time() * 1000), self.front.together
        self.ask()
        self.quiet()
        if not self.twice:
            return
        pulls = [c for c in calls(self.hub.stack, "ErpSync", since_ms) if _outcome(c.lines)]
        met = overlaps(pulls) > 0 and self.front.together > together
        self.happened["pairs of syncs"] += 1
        self.happened["pairs of syncs that ran at once, both reading"] += met
        overtaken = sum(_outcome(c.lines) == "overtaken" for c in pulls)
        self.happened["syncs that were overtaken"] += overtaken

    def quiet(self) -> None:
        """Wait until nothing moves; nothing may have been given up on."""
        assert self._is_quiet(_SETTLED_S), self.hub.stack.idle().look()
        assert self.hub.stack.idle().dead_letters() == {}

    def _is_quiet(self, within_s: float) -> bool:
        """Return whether two looks in a row saw nothing move, within so long."""
        deadline = time.monotonic() + within_s
        seen = 0
        while seen < 2:
            if time.monotonic() > deadline:
                return False
            seen = 0 if self.hub.stack.idle().look() else seen + 1
            time.sleep(_LOOK_EVERY_S)
        return True

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
        """Return what the checker says of both sides."""
        tryton, hub, path = self.erp.tryton, self.hub, self.company.path
        documents = hub.pages(f"{path}/invoices", state="all")
        payments = hub.pages(f"{path}/payments")
        books, lines = tryton.do("books"), tryton.do("payments")
        return compare(books, lines, documents, payments, self.noted)

    def drift(self) -> dict[str, Any]:
        """Return what the hub's own comparison says."""
        run_id = self.hub.api("POST", f"{self.company.path}/drift", {"fix": False})["run_id"]
        self.quiet()
        told: dict[str, Any] = self.hub.api("GET", f"{self.company.path}/drift")
        assert told["run_id"] == run_id, told
        return told


def _outcome(lines: tuple[dict[str, Any], ...]) -> str:
    """Return how a pull ended, by what it logged; "" of a call that was none."""
    ends = (str(line["message"]) for line in lines)
    return next((end.removeprefix("sync ") for end in ends if end.startswith("sync ")), "")
