"""The account's send quota: a token bucket per second and a count per 24 hours."""

from __future__ import annotations

from collections import deque
from threading import Lock

from infra.local.mail.errors import SesError

DAY_S = 86_400.0


class SendQuota:
    """Counts recipients, as SES does, against a rate and a daily maximum (-1: no maximum)."""

    def __init__(self, rate_per_s: float, day_max: float) -> None:
        self._lock = Lock()
        self._sent: deque[tuple[float, int]] = deque()
        self._sent_total = 0
        self.set(rate_per_s, day_max)

    def set(self, rate_per_s: float, day_max: float) -> None:
        """Change the quota; the bucket starts full, with one second's worth."""
        with self._lock:
            self.rate_per_s = float(rate_per_s)
            self.day_max = float(day_max)
            self._tokens = max(1.0, self.rate_per_s)
            self._at_s: float | None = None

    def forget(self) -> None:
        """Forget what was sent and fill the bucket."""
        with self._lock:
            self._sent.clear()
            self._sent_total = 0
        self.set(self.rate_per_s, self.day_max)

    def take(self, recipients: int, now_s: float) -> None:
        """Spend one token per recipient, or raise SES's throttling error and spend none."""
        with self._lock:
            self._forget_old(now_s)
            if 0 <= self.day_max < self._sent_total + recipients:
                raise SesError("TooManyRequestsException", "Daily message quota exceeded.", 429)
            full = max(1.0, self.rate_per_s)
            passed = 0.0 if self._at_s is None else now_s - self._at_s
            tokens = min(full, self._tokens + passed * self.rate_per_s)
            self._tokens, self._at_s = tokens, now_s
            if tokens < min(recipients, full):
                raise SesError("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
            self._tokens = tokens - recipients
            self._sent.append((now_s, recipients))
            self._sent_total += recipients

    def sent_last_day(self, now_s: float) -> int:
        """Return how many recipients were mailed in the last 24 hours of the wall clock."""
        with self._lock:
            self._forget_old(now_s)
            return self._sent_total

    def _forget_old(self, now_s: float) -> None:
        while self._sent and self._sent[0][0] <= now_s - DAY_S:
            self._sent_total -= self._sent.popleft()[1]
