"""A policy is changed while its customers are on it: nothing is said again, nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.account import Account
from shared.domain.decide import decide, without
from shared.domain.notice import Channel
from shared.domain.notices import next_notice, stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Repeat, Stage
from shared.usecases.sweep import to_send
from tests.support.samples import customer
from tests.unit.test_ladder import AT, DUE, LADDER, invoice, mail

ALWAYS = {"send_on": (1, 2, 3, 4, 5, 6, 7)}
FIRST = LADDER.model_copy(update=ALWAYS)


def changed(before: Policy, *stages: Stage) -> PolicyBook:
    """Return the book after before was changed to stages."""
    after = before.model_copy(update={"stages": stages, "version": before.version + 1})
    after = Policy.model_validate_json(after.model_dump_json())
    return PolicyBook(after, past={(before.name, before.version): before})


def live(account: Account, book: PolicyBook, days: range) -> tuple[Account, list[tuple[int, str]]]:
    """Return account after days past due, and what was said as (day, stage)."""
    said = []
    for day in days:
        today = DUE + timedelta(days=day)
        while (found := to_send(decide(account, book, today))) is not None:
            notice = stage_notice(account.newest_notice, found, today, AT)
            account = replace(account, newest_notice=notice)
            said.append((day, notice.stage))
    return account, said


def reminded() -> Account:
    """Return an account whose invoice was reminded of, 7 and 14 days past due."""
    account, said = live(Account(customer(), (invoice(),)), PolicyBook(FIRST), range(-20, 16))
    assert [stage for _, stage in said] == ["issued", "upcoming", "reminder", "reminder"]
    return account


ISSUED, UPCOMING, REMINDER, CALL, HANDOVER = FIRST.stages


@pytest.mark.rule("R1")
def test_a_stage_that_moved_up_the_ladder_is_not_said_again():
    moved = REMINDER.model_copy(update={"offset_days": 20, "repeat": Repeat(every_days=3, times=2)})
    _, said = live(reminded(), changed(FIRST, ISSUED, UPCOMING, moved, CALL), range(16, 60))
    assert said == [(26, "reminder"), (28, "call")]


def test_what_was_not_said_yet_is_said_though_what_was_moved_up_past_its_old_place():
    ahead, moved = (
        mail("ahead", 24),
        REMINDER.model_copy(update={"offset_days": 20, "repeat": None}),
    )
    first = FIRST.model_copy(
        update={"stages": (ISSUED, UPCOMING, REMINDER, mail("soon", 23), CALL)}
    )
    account, _ = live(Account(customer(), (invoice(),)), PolicyBook(first), range(-20, 16))
    soon = mail("soon", 21)
    _, said = live(account, changed(first, ISSUED, UPCOMING, moved, soon, ahead), range(16, 60))
    assert said == [(21, "soon"), (24, "ahead")]


def test_a_stage_that_got_another_name_in_its_place_is_not_said_again():
    renamed = REMINDER.model_copy(update={"id": "nudge"})
    _, said = live(reminded(), changed(FIRST, ISSUED, UPCOMING, renamed, CALL), range(16, 60))
    assert said == [(21, "nudge"), (28, "call")]


def test_a_stage_that_is_put_in_ahead_is_said_and_one_behind_is_not():
    behind, ahead = mail("behind", 3), mail("ahead", 24)
    book = changed(FIRST, ISSUED, UPCOMING, behind, REMINDER, ahead, CALL)
    _, said = live(reminded(), book, range(16, 60))
    assert said == [(21, "reminder"), (24, "ahead"), (28, "call")]


def test_repeats_that_come_faster_are_counted_on_and_not_caught_up_with():
    faster = REMINDER.model_copy(update={"repeat": Repeat(every_days=2, times=5)})
    _, said = live(reminded(), changed(FIRST, ISSUED, UPCOMING, faster, CALL), range(16, 60))
    assert said == [(16, "reminder"), (17, "reminder"), (28, "call")]


def test_what_was_claimed_before_the_change_goes_out_once():
    account, today = reminded(), DUE + timedelta(days=15)
    newest = account.newest_notice
    assert newest is not None
    later = REMINDER.model_copy(update={"id": "firm"})
    book = changed(FIRST, ISSUED, UPCOMING, later, CALL)
    again = to_send(decide(without(newest, account), book, today))
    assert again is not None and again.stage is not None
    assert (again.stage.id, again.documents) == ("firm", ("a",))
    assert to_send(decide(account, book, today)) is None


def test_a_receipt_in_between_keeps_what_is_known_of_the_earlier_version():
    account = reminded()
    receipt = next_notice(account.newest_notice, kind="receipt", as_of=DUE, claimed_at=AT)
    moved = REMINDER.model_copy(update={"offset_days": 20, "repeat": None})
    book = changed(FIRST, ISSUED, UPCOMING, moved, CALL)
    _, said = live(replace(account, newest_notice=receipt), book, range(16, 40))
    assert said == [(28, "call")]


def test_a_customer_who_gets_another_policy_hears_no_stage_of_the_same_name_twice():
    other = FIRST.model_copy(
        update={
            "name": "other",
            "stages": (ISSUED, mail("reminder", 17), mail("last", 25)),
        }
    )
    book = PolicyBook(other, past={(FIRST.name, FIRST.version): FIRST})
    _, said = live(reminded(), book, range(16, 40))
    assert said == [(25, "last")]


@st.composite
def ladders(draw, version: int) -> Policy:
    """Draw a ladder of mails; the same ids stand anywhere, and some repeat."""
    offsets = sorted(draw(st.sets(st.integers(-5, 30), min_size=1, max_size=5)))
    ids = draw(st.permutations(["a1", "b1", "c1", "d1", "e1"]))
    stages = []
    for place, days in enumerate(offsets):
        room = offsets[place + 1] - days - 1 if place + 1 < len(offsets) else 6
        times = min(room, draw(st.integers(0, 3)))
        stages.append(
            Stage(
                id=ids[place],
                offset_days=days,
                channel=Channel.EMAIL,
                template="reminder",
                repeat=Repeat(every_days=1, times=times) if times else None,
            )
        )
    return Policy(name="drawn", version=version, stages=tuple(stages), **ALWAYS)


@pytest.mark.rule("R1")
@given(first=ladders(1), second=ladders(2), day=st.integers(-5, 35))
@settings(max_examples=200)
def test_however_a_policy_changes_no_stage_is_said_more_often_than_it_says(first, second, day):
    account = Account(customer(), (invoice(),))
    account, before = live(account, PolicyBook(first), range(-6, day))
    book = PolicyBook(second, past={("drawn", 1): first})
    _, after = live(account, book, range(day, 50))
    for stage in second.stages:
        said = sum(name == stage.id for _, name in before)
        again = sum(name == stage.id for _, name in after)
        assert again <= max(0, stage.repeats + 1 - said)
