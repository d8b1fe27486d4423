# SPDX-License-Identifier: GPL-3.0-or-later
"""The business clock: what Stripe's objects are stamped with."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class BusinessClock:
    """The wall clock plus an offset that the control API moves.

    Signatures, retries and idempotency keys never look here: they live on the wall clock.
    """

    def __init__(self, offset_s: int = 0, wall: Callable[[], float] = time.time) -> None:
        """Start offset_s seconds ahead of the wall clock (behind it, when negative)."""
        self.offset_s = offset_s
        self._wall = wall
        self._pinned_s: int | None = None

    def now_s(self) -> int:
        """Return the business instant in whole seconds since 1970."""
        if self._pinned_s is not None:
            return self._pinned_s
        return int(self._wall()) + self.offset_s

    @contextmanager
    def at(self, instant_s: int) -> Iterator[None]:
        """Hold the clock at an instant, so that what fell due then is stamped as of then."""
        before, self._pinned_s = self._pinned_s, instant_s
        try:
            yield
        finally:
            self._pinned_s = before
