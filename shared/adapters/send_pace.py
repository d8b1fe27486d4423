"""Mails at the pace that the mail service allows: every sender waits for a turn of its own.

The turns are one item of the table: the first free moment, which each sender moves on by what its
mail takes. It counts recipients over the whole account, as the service does.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters import keys
from shared.adapters.table import Table

_ASK_AGAIN_S = 300.0
_SHARE_USED = 0.98
"""A little is left, since the clocks of two senders are never quite the same."""
_MICROS = 1_000_000
_LEAST_PER_S = 1.0
WAIT_MAX_S = 15.0


class SendPace:
    """Takes turns. sleep waits for a turn; tests have a clock of their own."""

    def __init__(
        self, table: Table, client: Any, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._table = table
        self._client = client
        self._sleep = sleep
        self._rate_per_s = 0.0
        self._asked_at_s = 0.0

    def wait(self, recipients: int, wall: Callable[[], datetime]) -> bool:
        """Wait until a mail to so many recipients may be handed over.

        False: the line is longer than WAIT_MAX_S, and nothing was taken of it.
        """
        now = int(wall().timestamp() * _MICROS)
        takes = int(recipients * _MICROS / (self._rate(now / _MICROS) * _SHARE_USED))
        latest = now + int(WAIT_MAX_S * _MICROS)
        turn = self._table.take_turn(keys.mail_turns(), "next_us", now, takes, latest)
        if turn is None:
            return False
        self._sleep((turn - now) / _MICROS)
        return True

    def _rate(self, now_s: float) -> float:
        """Return the account's recipients per second, asked for every few minutes.

        A service that does not answer keeps nobody from trying: what was known holds on.
        """
        if not self._rate_per_s or now_s - self._asked_at_s > _ASK_AGAIN_S:
            self._asked_at_s = now_s
            try:
                quota = self._client.get_account()["SendQuota"]
            except (BotoCoreError, ClientError):
                return self._rate_per_s or _LEAST_PER_S
            self._rate_per_s = max(_LEAST_PER_S, float(quota["MaxSendRate"]))
        return self._rate_per_s
