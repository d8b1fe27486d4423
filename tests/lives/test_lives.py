"""Sixty customers live a year with the hub; what they were told is what somebody approved."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.lives import scenario
from tests.lives.lived import APPROVED, lived
from tests.lives.story import Story

NAMES = scenario.names()
SILENT = {"no-address", "internal-customer"}
"""Lives in which nothing may be mailed at all."""


@dataclass
class Seen:
    """What this run has lived."""

    stories: dict[str, Story] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    lives = Seen()
    yield lives
    messages = sum(story.messages for story in lives.stories.values())
    print(f"\n{len(lives.stories)} lives, {messages} messages")


@pytest.mark.parametrize("name", NAMES)
def test_a_life_is_told_as_it_was_approved(name: str, seen: Seen) -> None:
    """Where it differs on purpose: `python -m tests.lives.approve`, read the diff, commit it."""
    story = lived(name)
    seen.stories[name] = story
    assert (story.messages == 0) == (name in SILENT), f"{story.messages} messages"
    approved = APPROVED / f"{name}.txt"
    assert approved.exists(), "nobody has read this life yet: python -m tests.lives.approve"
    assert story.text == approved.read_text()


def test_there_is_an_approved_text_for_each_life_and_for_no_other() -> None:
    assert {path.stem for path in APPROVED.glob("*.txt")} == set(NAMES)
    assert NAMES
