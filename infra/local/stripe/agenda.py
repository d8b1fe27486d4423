# SPDX-License-Identifier: GPL-3.0-or-later
"""What will happen by itself at a business instant: debits that settle, sessions that expire."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.stripe.clock import BusinessClock

LONGEST_SLEEP_S = 3600.0


@dataclass
class Entry:
    """One thing to do at an instant. subject names the object it is about."""

    kind: str
    subject: str
    due_s: int
    action: Callable[[], None]
    live: bool = True


class Agenda:
    """Does each entry once, in the order of their instants, stamped as of its instant."""

    def __init__(self, clock: BusinessClock) -> None:
        """Start empty; nothing is done before run_due is called or a timer fires."""
        self._clock = clock
        self._heap: list[tuple[int, int, Entry]] = []
        self._order = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, kind: str, subject: str, due_s: int, action: Callable[[], None]) -> Entry:
        """Return the entry that will run when the business clock reaches due_s."""
        entry = Entry(kind, subject, due_s, action)
        heapq.heappush(self._heap, (due_s, next(self._order), entry))
        self._set_timer()
        return entry

    def live(self, kind: str | None = None) -> list[Entry]:
        """Return what is still to come, of one kind or of all, earliest first."""
        return [e for _, _, e in sorted(self._heap) if e.live and kind in (None, e.kind)]

    def run_due(self) -> int:
        """Do everything that is due by now and return how many entries that were."""
        done = 0
        while self._heap and self._heap[0][0] <= self._clock.now_s():
            due_s, _, entry = heapq.heappop(self._heap)
            if not entry.live:
                continue
            entry.live = False
            with self._clock.at(due_s):
                entry.action()
            done += 1
        self._set_timer()
        return done

    def clear(self) -> None:
        """Forget everything that was to come."""
        self._heap.clear()
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._heap:
            wait_s = min(LONGEST_SLEEP_S, max(0.05, self._heap[0][0] - self._clock.now_s()))
            self._timer = asyncio.get_running_loop().call_later(wait_s, self.run_due)
