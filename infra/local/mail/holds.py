"""Calls that wait on command, so that a proof can act while a SendEmail is under way."""

from __future__ import annotations

import itertools
import json
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

from infra.local.mail.clock import Clock, iso_millis
from infra.local.mail.errors import BadControl, CutConnection
from infra.local.mail.faults import Facts, Match

NOTIFY_TIMEOUT_S = 5.0


@dataclass
class Hold:
    """One order to hold: which calls, before or after accepting, how many, for how long."""

    hold_id: str
    match: Match
    when: str
    left: int | None
    notify_url: str
    timeout_s: float


@dataclass
class Held:
    """One call that waits, or waited."""

    held_id: str
    hold_id: str
    when: str
    facts: Facts
    message_id: str
    arrived: str
    state: str = "held"

    def to_json(self) -> dict[str, Any]:
        """Return the held call as JSON values."""
        return {
            "held_id": self.held_id,
            "hold_id": self.hold_id,
            "when": self.when,
            "state": self.state,
            "message_id": self.message_id,
            "arrived": self.arrived,
            **self.facts.to_json(),
        }


class Holds:
    """The orders in force and the calls that they hold."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = Condition()
        self._holds: list[Hold] = []
        self._held: list[Held] = []
        self._ids = itertools.count(1)
        self._open = True

    def add(self, data: dict[str, Any]) -> Hold:
        """Add the order a control request describes, and return it."""
        when = data.get("when", "before")
        if when not in ("before", "after"):
            raise BadControl("when must be before or after")
        times = data.get("times", 1)
        with self._changed:
            hold = Hold(
                hold_id=f"hold-{next(self._ids)}",
                match=Match.parse(data.get("match", {})),
                when=when,
                left=None if times is None else int(times),
                notify_url=str(data.get("notify_url", "")),
                timeout_s=float(data.get("timeout_seconds", 60)),
            )
            self._holds.append(hold)
        return hold

    def wait(self, when: str, facts: Facts, message_id: str = "") -> None:
        """Wait here while an order holds this call; raise CutConnection when told to cut."""
        with self._changed:
            hold = self._take(when, facts)
            if hold is None:
                return
            held = Held(
                held_id=f"held-{next(self._ids)}",
                hold_id=hold.hold_id,
                when=when,
                facts=facts,
                message_id=message_id,
                arrived=iso_millis(self._clock.wall()),
            )
            self._held.append(held)
            self._changed.notify_all()
        if hold.notify_url:
            Thread(target=_notify, args=(hold.notify_url, held.to_json()), daemon=True).start()
        with self._changed:
            self._changed.wait_for(lambda: held.state != "held" or not self._open, hold.timeout_s)
            if held.state == "held":
                held.state = "timed out"
            self._changed.notify_all()
        if held.state == "cut":
            raise CutConnection

    def release(self, held_id: str, outcome: str) -> int:
        """Let one held call, or all of them, go on or be cut; return how many."""
        if outcome not in ("continue", "cut"):
            raise BadControl("outcome must be continue or cut")
        state = "released" if outcome == "continue" else "cut"
        with self._changed:
            chosen = [
                h for h in self._held if h.state == "held" and held_id in ("all", "", h.held_id)
            ]
            for held in chosen:
                held.state = state
            self._changed.notify_all()
        return len(chosen)

    def held(self, count: int, timeout_s: float) -> list[dict[str, Any]]:
        """Return every call ever held, once at least `count` were, or after the timeout."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._held) >= count, timeout_s)
            return [held.to_json() for held in self._held]

    def waiting(self) -> int:
        """Return how many calls wait now."""
        with self._changed:
            return sum(held.state == "held" for held in self._held)

    def clear(self) -> None:
        """Drop the orders, let every held call go on, and forget them."""
        self.release("all", "continue")
        with self._changed:
            self._holds.clear()
            self._held.clear()

    def close(self) -> None:
        """Let every call go on, for the server's end."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def _take(self, when: str, facts: Facts) -> Hold | None:
        for hold in self._holds:
            if hold.when == when and hold.left != 0 and hold.match.takes(facts):
                hold.left = None if hold.left is None else hold.left - 1
                return hold
        return None


def _notify(url: str, held: dict[str, Any]) -> None:
    request = urllib.request.Request(
        url, json.dumps(held).encode(), {"Content-Type": "application/json"}
    )
    with suppress(OSError):
        urllib.request.urlopen(request, timeout=NOTIFY_TIMEOUT_S).close()
