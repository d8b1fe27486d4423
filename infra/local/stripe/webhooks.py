# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks: signed, tried again with growing delays, and late, twice or never on command."""

import asyncio
import copy
import hashlib
import hmac
import json
import time
from collections import Counter
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp

from infra.local.stripe.faults import Faults

IN_FLIGHT_MAX = 4
HELD_AT_MOST_S = 5.0
STATES = ("scheduled", "held", "in_flight", "delivered", "dropped", "gave_up")

request_of_event: ContextVar[dict[str, str | None] | None] = ContextVar("request", default=None)


@dataclass
class Endpoint:
    """Where events go. Two secrets are live while one replaces the other."""

    endpoint_id: str
    url: str
    secrets: tuple[str, ...]
    types: tuple[str, ...] = ("*",)
    enabled: bool = True

    def wants(self, kind: str) -> bool:
        """Return whether events of this type go here."""
        return self.enabled and ("*" in self.types or kind in self.types)


@dataclass
class Delivery:
    """One event on its way to one endpoint; tries are (start, end, status) on the wall clock."""

    event_id: str
    type: str
    endpoint_id: str
    status: str = "scheduled"
    tries: list[tuple[float, float, int | str]] = field(default_factory=list)


def signature(secrets: tuple[str, ...], instant_s: int, payload: bytes) -> str:
    """Return the Stripe-Signature header for a body sent at a wall-clock instant."""
    signed = b"%d.%s" % (instant_s, payload)
    marks = [hmac.new(s.encode(), signed, hashlib.sha256).hexdigest() for s in secrets]
    return ",".join([f"t={instant_s}", *(f"v1={mark}" for mark in marks)])


class Dispatcher:
    """Takes every event, keeps it honest about its deliveries, and delivers it."""

    def __init__(
        self,
        faults: Faults,
        api_version: str,
        *,
        timeout_s: float,
        retry_delays_s: tuple[float, ...],
    ) -> None:
        """Deliver in the pinned version; a delivery is tried once plus once per delay."""
        self.endpoints: dict[str, Endpoint] = {}
        self._faults = faults
        self._api_version = api_version
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._retry_delays_s = retry_delays_s
        self._deliveries: list[Delivery] = []
        self._held: list[tuple[Delivery, Any]] = []
        self._reached: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(IN_FLIGHT_MAX)
        self._http: aiohttp.ClientSession | None = None

    def accept(self, event: Any) -> None:
        """Finish an event's envelope and schedule it to every endpoint that wants it."""
        event.api_version = self._api_version
        event.data = copy.deepcopy(event.data)
        event.request = request_of_event.get() or {"id": None, "idempotency_key": None}
        event.pending_webhooks = 0
        for endpoint in self.endpoints.values():
            if endpoint.wants(event.type):
                event.pending_webhooks += 1
        if event.pending_webhooks == 0:
            return
        event._payload = json.dumps(event._export(), indent=2).encode()
        for endpoint in self.endpoints.values():
            if endpoint.wants(event.type):
                self._schedule(event, endpoint.endpoint_id)

    def resend(self, event: Any) -> int:
        """Send an event again to every endpoint that wants it; return to how many."""
        wanting = [e.endpoint_id for e in self.endpoints.values() if e.wants(event.type)]
        if not hasattr(event, "_payload"):
            event._payload = json.dumps(event._export(), indent=2).encode()
        for endpoint_id in wanting:
            self._start(Delivery(event.id, event.type, endpoint_id), event, 0.0)
        return len(wanting)

    def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        found = Counter(delivery.status for delivery in self._deliveries)
        return {state: found[state] for state in STATES}

    def report(self) -> list[dict[str, Any]]:
        """Return every delivery with its tries."""
        return [asdict(delivery) for delivery in self._deliveries]

    def forget_deliveries(self) -> None:
        """Stop what is under way and forget what was delivered."""
        for task in self._tasks:
            task.cancel()
        self._deliveries.clear()
        self._held.clear()
        self._reached.clear()

    async def close(self) -> None:
        """Stop every delivery and close the connections."""
        self.forget_deliveries()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def _schedule(self, event: Any, endpoint_id: str) -> None:
        delivery = Delivery(event.id, event.type, endpoint_id)
        fault = self._faults.take("webhook", ("drop", "delay", "duplicate", "reorder"), event.type)
        if fault is None:
            self._start(delivery, event, 0.0)
        elif fault.kind == "drop":
            delivery.status = "dropped"
            self._deliveries.append(delivery)
        elif fault.kind == "delay":
            self._start(delivery, event, fault.seconds)
        elif fault.kind == "duplicate":
            self._start(delivery, event, 0.0)
            self._start(Delivery(event.id, event.type, endpoint_id), event, fault.seconds)
        else:
            self._hold(delivery, event, last=fault.fired == fault.times)

    def _hold(self, delivery: Delivery, event: Any, *, last: bool) -> None:
        """Keep an event back until the last of its group came, then send the group reversed."""
        delivery.status = "held"
        self._deliveries.append(delivery)
        self._held.append((delivery, event))
        if last:
            self.release()
        elif len(self._held) == 1:
            asyncio.get_running_loop().call_later(HELD_AT_MOST_S, self.release)

    def release(self) -> int:
        """Send what is held back, newest first and one after the other; return how many."""
        group, self._held = self._held[::-1], []
        if group:
            self._spawn(self._deliver_in_turn(group))
        return len(group)

    def _start(self, delivery: Delivery, event: Any, wait_s: float) -> None:
        self._deliveries.append(delivery)
        self._spawn(self._deliver(delivery, event, wait_s))

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_in_turn(self, group: list[tuple[Delivery, Any]]) -> None:
        for delivery, event in group:
            await self._deliver(delivery, event, 0.0)

    async def _deliver(self, delivery: Delivery, event: Any, wait_s: float) -> None:
        for pause_s in (wait_s, *self._retry_delays_s):
            delivery.status = "scheduled"
            if pause_s:
                await asyncio.sleep(pause_s)
            async with self._slots:
                delivery.status = "in_flight"
                accepted = await self._try(delivery, event)
            if accepted:
                delivery.status = "delivered"
                return
        delivery.status = "gave_up"

    async def _try(self, delivery: Delivery, event: Any) -> bool:
        endpoint = self.endpoints.get(delivery.endpoint_id)
        if endpoint is None:
            return False
        start = time.time()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(endpoint.secrets, int(start), event._payload),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        outcome: int | str
        try:
            if self._http is None:
                self._http = aiohttp.ClientSession(timeout=self._timeout)
            async with self._http.post(
                endpoint.url, data=event._payload, headers=headers, allow_redirects=False
            ) as response:
                outcome = response.status
        except (aiohttp.ClientError, TimeoutError) as exc:
            outcome = type(exc).__name__
        delivery.tries.append((start, time.time(), outcome))
        if not (isinstance(outcome, int) and 200 <= outcome < 300):
            return False
        reached = (delivery.event_id, delivery.endpoint_id)
        if reached not in self._reached:
            self._reached.add(reached)
            event.pending_webhooks = max(0, event.pending_webhooks - 1)
        return True
