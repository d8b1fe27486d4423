"""Automatic payment at a gateway that loses answers: every invoice is paid once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from random import Random
from typing import Any

import pytest

from shared.domain.gateway import GatewayUnavailable
from tests.lives.inside import Inside
from tests.lives.life import Life
from tests.lives.scenario import Happening, Invoice, Scenario, read

_FIRST = date(2026, 1, 5)
_LOST_OF_TEN = 4


@dataclass
class Losing:
    """A call whose request or answer is lost, as chance has it; lost counts how often."""

    call: Callable[..., Any]
    chance: Random
    lost: int = 0

    def __call__(self, *given: Any) -> Any:
        self._lose()
        told = self.call(*given)
        self._lose()
        return told

    def _lose(self) -> None:
        if self.chance.randrange(10) < _LOST_OF_TEN:
            self.lost += 1
            raise GatewayUnavailable()


def _scenario(chance: Random) -> Scenario:
    """Return a life with an invoice about every five days, and automatic payment from the first."""
    days = [_FIRST, *(_FIRST + timedelta(days=5 * n + chance.randrange(3)) for n in range(1, 6))]
    invoices = tuple(
        Invoice(f"INV-{n}", f"{chance.randrange(50, 900)}.00", "EUR", day, day + timedelta(10), day)
        for n, day in enumerate(days, 1)
    )
    on = Happening(_FIRST + timedelta(days=1), time(10), "turns automatic payment on with a card")
    last = days[-1] + timedelta(days=40)
    return replace(read("autopay-pending"), invoices=invoices, happenings=(on,), last=last)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.rule("R11")
def test_whatever_answers_are_lost_each_invoice_is_taken_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    with Inside().running() as hub:
        life = Life(_scenario(chance), hub)
        calls = {n: Losing(getattr(hub.gateway, n), chance) for n in ("take", "find_taking")}
        for name, call in calls.items():
            monkeypatch.setattr(hub.gateway, name, call)
        life.live()
        documents = life.documents()
        taken = [p.amount.minor for p in hub.gateway.payments() if p.status == "succeeded"]
        owed = [int(d["total"]["amount"].replace(".", "")) for d in documents.values()]
        waits = life.api("GET", f"customers/{life.customer_id}/credits")["items"]
    lost = sum(call.lost for call in calls.values())
    print(f"{lost} answers lost, {len(taken)} takings, {len(documents)} invoices")
    assert lost > 0, "no answer was lost"
    assert waits == [], "something was taken twice"
    assert sum(taken) == sum(owed)
    assert {d["state"] for d in documents.values()} == {"paid"}
