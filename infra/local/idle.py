"""Tell when nothing moves any more: queues, stream, calls, mail events, webhooks, pending facts."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import urllib3

from infra.local import deploy

# A hosted payment page stays open for hours, SES's event may be lost on purpose, and a sweep is
# looked after by the janitor until each of its notices was taken up.
_KINDS_THAT_WAIT_FOR_NOBODY = ("checkout", "await", "run")
_LOOK_AGAIN_AFTER_S = 0.01
_LOOK_WHILE_BUSY_EVERY_S = 0.04  # a look takes what the work that it waits for could use
_LOOKS_ALIKE = 2


class StillBusy(TimeoutError):
    """Something still moves; the message says what."""


class Idle:
    """Looks at everything that may still move. One look takes a few milliseconds."""

    def __init__(
        self, aws_endpoint: str, controls: Mapping[str, str], *, table_name: str | None
    ) -> None:
        """`controls` are base addresses of servers that answer `/_config/idle`, by name."""
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(10))
        self._aws_endpoint = aws_endpoint
        self._controls = dict(controls)
        self._table_name = table_name
        self._dynamodb = deploy.client("dynamodb", aws_endpoint)

    def wait(self, timeout_s: float) -> None:
        """Return once two looks in a row saw nothing moving; raise StillBusy after `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        quiet = 0
        while True:
            busy = self.look()
            quiet = 0 if busy else quiet + 1
            if quiet == _LOOKS_ALIKE:
                return
            if time.monotonic() > deadline:
                raise StillBusy(f"after {timeout_s:g} s: {'; '.join(busy)}")
            time.sleep(_LOOK_WHILE_BUSY_EVERY_S if busy else _LOOK_AGAIN_AFTER_S)

    def look(self) -> list[str]:
        """Return what still moves, in words; empty when nothing does.

        The places are asked one after the other, up to the first where something moves.
        """
        places = (self._in_the_cloud, self._outside, self._pending)
        return next((busy for place in places if (busy := list(place()))), [])

    def _in_the_cloud(self) -> Iterable[str]:
        return _moving(self._read(f"{self._aws_endpoint}/_local/state"))

    def _outside(self) -> Iterable[str]:
        for name, address in self._controls.items():
            answer = self._read(f"{address}/_config/idle")
            if not answer["idle"]:
                yield f"{name}: {_counts(answer)}"

    def dead_letters(self) -> dict[str, int]:
        """Return how many messages lie in each queue that nobody consumes."""
        queues = self._read(f"{self._aws_endpoint}/_local/state")["queues"]
        return {
            name: counts["visible"]
            for name, counts in queues.items()
            if not counts["consumed"] and counts["visible"]
        }

    def _read(self, url: str) -> dict[str, Any]:
        return self._http.request("GET", url).json()

    def _pending(self) -> Iterable[str]:
        """Name the facts that somebody must still act on, by entity and kind.

        They are few at rest, and the index holds nothing else: it is read whole.
        """
        if self._table_name is None:
            return
        waiting: Counter[tuple[str, str]] = Counter()
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table_name, IndexName="pending"
        )
        for key in (key for page in pages for key in page["Items"]):
            kind = key["psk"]["S"].split("#")[0]
            if kind not in _KINDS_THAT_WAIT_FOR_NOBODY:
                waiting[key["ppk"]["S"].removesuffix("#PENDING"), kind] += 1
        for (entity, kind), count in waiting.items():
            yield f"{entity}: {count} {kind} pending"


def _moving(state: Mapping[str, Any]) -> Iterable[str]:
    for name, counts in state["queues"].items():
        waiting = counts["visible"] + counts["in_flight"] + counts["delayed"]
        if counts["consumed"] and waiting:
            yield f"queue {name}: {_counts(counts)}"
    for function, unread in state["streams"].items():
        if unread:
            yield f"stream of {function}: {unread} records unread"
    for kind in ("batches_running", "calls_running", "background"):
        if state[kind]:
            yield f"{kind.replace('_', ' ')}: {state[kind]}"


def _counts(answer: Mapping[str, Any]) -> str:
    found = [f"{name} {value}" for name, value in answer.items() if value and value is not True]
    return ", ".join(found) or "busy"
