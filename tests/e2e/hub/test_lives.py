"""Ten of the lives on the deployed template: the mailbox holds what was approved in process.

All ten share a clock that jumps from one day on which any of them has something to another, so each
is looked at on many days on which nothing may be said to it.
"""

import re
from datetime import UTC, date, datetime
from itertools import groupby

import pytest

from tests.lives import scenario
from tests.lives.cloud import OnTheCloud
from tests.lives.life import Life
from tests.lives.lived import APPROVED
from tests.lives.story import Story, tell
from tests.support.stack import Hub

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(900)]
NAMES = (
    "paid-early-with-discount",
    "paid-on-time",
    "paid-after-the-fee",
    "nobody-answers",
    "promise-kept",
    "dispute-of-a-part",
    "hold-expires",
    "in-german",
    "two-currencies",
    "question-asked",
)
_MINUTE = re.compile(r"(?m)^(\d{4}-\d\d-\d\d \w{3} \d\d):\d\d")


@pytest.fixture(scope="module")
def stories(hub: Hub) -> dict[str, Story]:
    """Return the ten stories, lived together."""
    first = datetime(2026, 1, 5, 5, tzinfo=UTC)
    lives = {}
    for number, name in enumerate(NAMES, 1):
        entity = f"life-{number}"
        life = Life(scenario.read(name), OnTheCloud(hub, entity, first), entity)
        lives[name] = life
    hub.move_clock(first)
    for life in lives.values():
        hub.stack.register_webhook(life.entity)
        life.begin()
    for day in _days(lives):
        _live_a_day(hub, list(lives.values()), day)
    return {name: tell(life) for name, life in lives.items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.rule("R3")
@pytest.mark.rule("R33")
def test_a_life_on_the_cloud_is_the_approved_one(name: str, stories: dict[str, Story]) -> None:
    story = stories[name]
    assert story.messages > 0
    approved = (APPROVED / f"{name}.txt").read_text()
    assert _MINUTE.sub(r"\1", story.text) == _MINUTE.sub(r"\1", approved)
    print(f"{name}: {story.messages} messages")


def _days(lives: dict[str, Life]) -> list[date]:
    """Return every day on which something happens to one of the lives, and the last."""
    found = set()
    for name, life in lives.items():
        told = (APPROVED / f"{name}.txt").read_text()
        found |= {date.fromisoformat(day) for day in re.findall(r"(?m)^\d{4}-\d\d-\d\d", told)}
        found |= {life.scenario.first, life.scenario.last}
        found |= {invoice.arrives for invoice in life.scenario.invoices}
        found |= {happening.on for happening in life.scenario.happenings}
    return sorted(found)


def _live_a_day(hub: Hub, lives: list[Life], day: date) -> None:
    entries = [
        (life.moment(day, at), life, what) for life in lives for at, what in life.agenda(day)
    ]
    entries.sort(key=lambda entry: entry[0])
    for moment, many in groupby(entries, key=lambda entry: entry[0]):
        hub.move_clock(moment)
        sweeps = False
        for _, life, what in many:
            life.hub.at(moment)
            if what is None:
                sweeps = True
            else:
                life.act(what)
        if sweeps:
            lives[0].hub.tick()
