"""The pace of mails under a mail service of a given rate, on a simulated clock."""

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.mail.errors import SesError
from infra.local.mail.rate import SendQuota
from shared.adapters.send_pace import WAIT_MAX_S, SendPace
from shared.adapters.table import Table
from tests.support.dynamodb_model import DynamoModel

START = datetime(2026, 3, 2, tzinfo=UTC)


class Account:
    """SES's word on the account's rate."""

    def __init__(self, rate_per_s: float) -> None:
        self.rate_per_s = rate_per_s
        self.asked = 0

    def get_account(self) -> dict[str, object]:
        self.asked += 1
        return {"SendQuota": {"MaxSendRate": self.rate_per_s}}


@dataclass
class World:
    """Senders that take turns on one table, and a service that counts by the second."""

    rate_per_s: float
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    slept_s: float = 0.0

    def run(self, mails: int, senders: int, paced: bool = True) -> tuple[float, int, int]:
        """Return mails accepted per second, refused, and accepted, once all were handed over."""
        account, quota = Account(self.rate_per_s), SendQuota(self.rate_per_s, -1)
        pace = SendPace(Table(DynamoModel(), "hub"), account, self._sleep)
        ready = [(self.chance.random() * 0.05, sender) for sender in range(senders)]
        heapq.heapify(ready)
        calls: list[float] = []
        for _ in range(mails):
            now_s, sender = heapq.heappop(ready)
            read_s = now_s + self.chance.uniform(0.01, 0.03)
            self.slept_s = 0.0
            if paced:
                wall = START + timedelta(seconds=read_s)
                assert pace.wait(1, lambda wall=wall: wall)
            called_s = read_s + self.slept_s + self.chance.uniform(0.01, 0.03)
            calls.append(called_s)
            heapq.heappush(ready, (called_s + self.chance.uniform(0.03, 0.1), sender))
        accepted = refused = 0
        for called_s in sorted(calls):
            try:
                quota.take(1, called_s)
                accepted += 1
            except SesError:
                refused += 1
        assert account.asked <= 1 + max(calls) / 300
        return accepted / max(calls), refused, accepted

    def _sleep(self, seconds: float) -> None:
        self.slept_s = seconds


@pytest.mark.parametrize("rate_per_s", [14, 50, 200])
def test_mails_go_out_at_the_accounts_rate_and_hardly_ever_over_it(rate_per_s):
    mails = rate_per_s * 40
    achieved, refused, accepted = World(rate_per_s).run(mails, senders=max(10, rate_per_s // 5))
    print(f"send_rate_{rate_per_s} {achieved / rate_per_s:.3f} >=0.95")
    print(f"send_over_limit_{rate_per_s} {refused / mails:.4f} <=0.001")
    assert achieved >= 0.95 * rate_per_s
    assert refused <= 0.001 * mails
    assert accepted + refused == mails


def test_without_turns_the_same_senders_are_refused():
    _, refused, _ = World(14).run(560, senders=20, paced=False)
    assert refused > 100


def test_a_mail_to_three_people_takes_three_turns():
    slept: list[float] = []
    pace = SendPace(Table(DynamoModel(), "hub"), Account(10), slept.append)
    for _ in range(3):
        assert pace.wait(3, lambda: START)
    assert [round(s, 2) for s in slept] == [0, 0.31, 0.61]


def test_a_line_that_is_too_long_takes_nothing_of_it():
    pace = SendPace(Table(DynamoModel(), "hub"), Account(1), lambda _: None)
    got = [pace.wait(1, lambda: START) for _ in range(40)]
    assert got.count(True) == int(WAIT_MAX_S) or got.count(True) == int(WAIT_MAX_S * 0.98) + 1
    later = START + timedelta(seconds=WAIT_MAX_S + 2)
    assert pace.wait(1, lambda: later)
