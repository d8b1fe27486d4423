"""Autopay as a sweep tends it: what is announced and taken, when, and what holds it back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from shared.domain.clock import Now
from shared.domain.decide import decide
from shared.domain.notice import AUTOPAY, DeliveryState
from shared.domain.notices import next_notice
from shared.domain.policy_book import PolicyBook
from shared.domain.restraint import AtMost, QuietHours
from shared.usecases.sweep import looks_again
from shared.usecases.tend_autopay import Ports, tend_autopay
from tests.support.samples import entity
from tests.unit.test_autopay import NOON, POLICY, account, collection
from tests.unit.test_decide import TODAY, invoice


class Kept:
    """A store of collections that keeps what it is told, and notices in one state."""

    def __init__(self, state: DeliveryState) -> None:
        self.state, self.told = state, []

    def notice(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(delivery=self.state)

    def __getattr__(self, name: str) -> Callable[..., bool]:
        def keep(*_: object) -> bool:
            self.told.append(name)
            return True

        return keep


@pytest.mark.parametrize(
    ("state", "done"),
    [
        (DeliveryState.SENT, ["begin"]),
        (DeliveryState.CLAIMED, []),
        (DeliveryState.CALLING, []),
        (DeliveryState.UNKNOWN, ["end"]),
        (DeliveryState.WITHDRAWN, ["end"]),
        (DeliveryState.BOUNCED, ["end"]),
    ],
)
def test_only_what_was_surely_announced_is_taken(state: DeliveryState, done: list[str]):
    kept = Kept(state)
    of = account(invoice("inv", 0), collections=[collection("inv")])
    tend_autopay(Ports(kept, kept), entity(), of, POLICY, Now(NOON, NOON))
    assert kept.told == done


def test_an_entity_that_holds_all_announces_and_takes_nothing():
    kept = Kept(DeliveryState.SENT)
    held, now = entity(hold_all=True), Now(NOON, NOON)
    for of in (
        account(invoice("inv", 0)),
        account(invoice("inv", 0), collections=[collection("inv")]),
    ):
        assert tend_autopay(Ports(kept, kept), held, of, POLICY, now) == 0
    assert kept.told == []


@pytest.mark.rule("R31")
@pytest.mark.parametrize(("hour", "done"), [(3, []), (11, ["announce"]), (22, [])])
def test_nothing_is_announced_at_night_and_a_sweep_comes_back_for_it(hour: int, done: list[str]):
    quiet = QuietHours(begins="20:00", ends="07:00")
    policy = POLICY.model_copy(update={"quiet_hours": quiet})
    of = account(invoice("inv", -2, stage_done="issued"))
    kept, now = Kept(DeliveryState.SENT), datetime.combine(TODAY, time(hour), UTC)
    tend_autopay(Ports(kept, kept), entity(), of, policy, Now(now, now))
    assert kept.told == done
    book = PolicyBook(policy)
    decisions = decide(of, book, TODAY, time(hour))
    again = looks_again(of, book, decisions, TODAY, time(hour))
    if not done:
        assert TODAY + timedelta(days=hour // 20) in again


def test_a_cap_counts_announcements_and_holds_none_of_them_back():
    said = next_notice(None, kind=AUTOPAY, as_of=TODAY, claimed_at=NOON)
    assert (said.said, said.said_before) == ((TODAY,), ())
    assert replace(said, delivery=DeliveryState.WITHDRAWN).said == ()
    assert next_notice(said, kind="receipt", as_of=TODAY, claimed_at=NOON).said == (TODAY,)
    capped = POLICY.model_copy(update={"at_most": AtMost(messages=1, per_days=7)})
    of = account(invoice("inv", 7), mandates=(), newest_notice=said)
    (verdict,) = decide(of, PolicyBook(capped), TODAY)
    assert (verdict.code, verdict.again_on) == ("at_most", TODAY + timedelta(days=7))
    kept = Kept(DeliveryState.SENT)
    due = account(invoice("inv", -2), newest_notice=said)
    tend_autopay(Ports(kept, kept), entity(), due, capped, Now(NOON, NOON))
    assert kept.told == ["announce"]
