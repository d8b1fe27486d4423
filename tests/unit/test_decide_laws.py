"""Whatever the account, the policies and the day: a verdict on every item, and never an error."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.account import Account
from shared.domain.agreement import Promise
from shared.domain.conditions import Conditions
from shared.domain.coverage import items_on
from shared.domain.decide import Action, decide, without
from shared.domain.document import Discount, DiscountTax
from shared.domain.messages import STAGE_TEMPLATES
from shared.domain.notice import Channel, DeliveryState, Notice
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.restraint import AtMost, QuietHours
from shared.domain.stage import Anchor, Repeat, Stage
from shared.usecases.sweep import looks_again
from tests.support.samples import customer, eur
from tests.unit.test_ladder import AT, LADDER, accounts, invoice, names

days = st.one_of(
    st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    st.dates(date(1, 1, 1), date(9999, 12, 31)),
)
few = st.integers(1, 5)
ONCE_A_WEEK = LADDER.model_copy(
    update={"send_on": (3,), "at_most": AtMost(messages=1, per_days=30)}
)
MORNING = date(2026, 11, 23)
QUIET = (Conditions(), Conditions(days_since_message_at_least=1))
conditions = st.builds(
    Conditions,
    segments=st.sampled_from([(), ("small",), ("key", "small")]),
    risks=st.sampled_from([(), ("high",)]),
    amount_over=st.sampled_from([{}, {"EUR": "50.00"}, {"JPY": "5000"}]),
    days_late_at_least=st.none() | st.integers(1, 60),
    broken_promises_at_least=st.none() | few,
    days_since_message_at_least=st.none() | st.integers(1, 20),
)


@st.composite
def policies(draw) -> Policy:
    """Draw any policy that may be: stages with gaps, conditions and repeats that end in time."""
    issue = draw(st.sets(st.integers(0, 5), max_size=2))
    discount = draw(st.sets(st.integers(-20, 0), max_size=2))
    due = draw(st.sets(st.integers(-30, 60), min_size=1, max_size=5))
    places = [
        *((Anchor.ISSUE_DATE, n) for n in sorted(issue)),
        *((Anchor.DISCOUNT_END, n) for n in sorted(discount)),
        *((Anchor.DUE_DATE, n) for n in sorted(due)),
    ]
    stages = []
    for n, (anchor, offset_days) in enumerate(places):
        last = n == len(places) - 1
        channel = draw(st.sampled_from(list(Channel) if last else list(Channel)[:-1]))
        after = min((d for d in due if d > offset_days), default=100)
        repeats = anchor is Anchor.DUE_DATE and channel is not Channel.HANDOVER
        again = Repeat(every_days=1, times=1) if repeats and after - offset_days > 1 else None
        stages.append(
            Stage(
                id=f"s{n}",
                anchor=anchor,
                offset_days=offset_days,
                channel=channel,
                template=draw(st.sampled_from(STAGE_TEMPLATES)) if channel is Channel.EMAIL else "",
                when=draw(conditions) if draw(st.booleans()) else Conditions(),
                minimum_open=draw(st.sampled_from([{}, {"EUR": "30.00"}])),
                repeat=again if draw(st.booleans()) else None,
            )
        )
    return Policy(
        name=draw(st.sampled_from(["one", "two"])),
        version=draw(few),
        send_on=draw(st.sampled_from([(1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7), (3,)])),
        closed_on=draw(st.sampled_from([(), (date(2026, 3, 4),)])),
        holidays=draw(st.booleans()),
        at_most=draw(st.none() | st.builds(AtMost, messages=few, per_days=st.integers(1, 30))),
        quiet_hours=draw(st.none() | st.just(QuietHours(begins="20:00", ends="08:00"))),
        stages=tuple(stages),
    )


notices = st.builds(
    Notice,
    n=few,
    kind=st.sampled_from(["stage", "receipt"]),
    stage=st.sampled_from(["s0", "s1", "gone", ""]),
    channel=st.sampled_from(Channel),
    policy=st.sampled_from(["one", "two", ""]),
    policy_version=st.integers(0, 6),
    as_of=days,
    claimed_at=st.just(AT),
    done_before=st.dictionaries(names, st.integers(-100_010, 60), max_size=3),
    done_after=st.dictionaries(names, st.integers(-100_010, 60), max_size=3),
    delivery=st.sampled_from(DeliveryState),
    said_on=st.lists(days, max_size=4).map(sorted).map(tuple),
    ladders=st.dictionaries(st.sampled_from(["one", "two"]), few, max_size=2),
)
people = st.builds(
    customer,
    email=st.sampled_from(["", "a@example.com"]),
    phone=st.sampled_from(["", "+4930123456"]),
    address=st.sampled_from(["", "Street 1"]),
    segment=st.sampled_from(["", "small", "key"]),
    risk=st.sampled_from(["", "high"]),
    mail_stopped=st.sampled_from(["", "bounced"]),
)


@st.composite
def worlds(draw):
    """Draw an account with a notice, and a book of policies with one of an earlier version."""
    account = replace(
        draw(accounts), customer=draw(people), newest_notice=draw(st.none() | notices)
    )
    first, second = draw(policies()), draw(policies())
    own = draw(st.sampled_from(["", "one", "two", "three"]))
    off = Discount("2", draw(days), eur(100), DiscountTax.REDUCE)
    far = draw(st.none() | days)
    documents = tuple(
        replace(
            d,
            policy=own,
            due_on=far or d.due_on,
            issued_on=far or d.issued_on,
            discount=off if draw(st.booleans()) else None,
        )
        for d in account.documents
    )
    past = {(p.name, version): p for p in (first, second) for version in range(1, 4)}
    closed = draw(st.sampled_from([frozenset(), frozenset({date(2026, 3, 5)})]))
    book = PolicyBook(first, {second.name: second}, closed, "No calendar.", past)
    return replace(account, documents=documents), book


@given(world=worlds(), today=days, at=st.none() | st.times())
@settings(max_examples=150)
def test_any_account_any_policies_any_day_have_a_verdict_on_every_item(world, today, at):
    account, book = world
    found = decide(account, book, today, at)
    assert decide(account, book, today, at) == found
    sends = [d for d in found if d.action is Action.SEND]
    assert len(sends) <= 1
    assert list(found[: len(sends)]) == sends
    told = sorted(i for d in found for i in d.documents)
    assert told == sorted(i.document_id for i in items_on(account, today))
    for decision in found:
        assert decision.code.replace("_", "").isalpha()
        assert decision.reason.endswith(".")
        assert decision.again_on is None or decision.again_on >= today
    for send in sends:
        assert send.stage is not None
        after, before = send.done_after or {}, send.done_before or {}
        assert all(after[i] > before.get(i, -1_000_000) for i in send.documents)
        assert {i: after[i] for i in before if i not in send.documents} == {
            i: p for i, p in before.items() if i not in send.documents
        }
    for day in looks_again(account, book, found, today):
        assert day >= today
    if account.newest_notice is not None:
        decide(without(account.newest_notice, account), book, today, at)


@pytest.mark.rule("R15")
@given(world=worlds(), today=days)
@settings(max_examples=60)
def test_r15_what_a_message_shows_as_asked_is_what_it_was_decided_by(world, today):
    account, book = world
    for send in (d for d in decide(account, book, today) if d.action is Action.SEND):
        asked = {item.document_id for item in send.items if item.asked}
        assert asked == set(send.documents)
        for item in send.items:
            assert item.payable.minor > 0


def test_the_time_of_day_matters_to_quiet_hours_only():
    noon, night = time(12), time(23)
    assert QuietHours(begins="20:00", ends="08:00").covers(night)
    assert not QuietHours(begins="20:00", ends="08:00").covers(noon)
    assert QuietHours(begins="08:00", ends="20:00").covers(noon)
    assert not QuietHours(begins="08:00", ends="20:00").covers(time(20))


def test_at_most_counts_the_days_that_end_today():
    cap = AtMost(messages=2, per_days=7)
    day = date(2026, 3, 10)
    said = (day - timedelta(days=7), day - timedelta(days=6), day - timedelta(days=1))
    assert cap.free_on(said[:2], day) == day
    assert cap.free_on(said, day) == day + timedelta(days=1)
    assert cap.free_on((day, day, day), day) == day + timedelta(days=7)
    assert datetime(2026, 3, 10, tzinfo=UTC).date() == day


@pytest.mark.parametrize("today", [date.min, date(2026, 3, 4), date.max])
@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("policy", [LADDER, ONCE_A_WEEK])
def test_the_ends_of_the_calendar_are_days_like_others(today, day, policy):
    document = replace(invoice("a"), due_on=day, issued_on=day)
    for facts in ({}, {"promises": (Promise("p", ("a",), eur(5), day, 3),)}):
        account = Account(customer(), (document,), **facts)
        found = decide(account, PolicyBook(policy), today)
        assert [d.documents for d in found] == [("a",)]
        looks_again(account, PolicyBook(policy), found, today)


def claimed(account: Account, send, today: date) -> Account:
    """Return account once send was claimed today."""
    return replace(account, newest_notice=stage_notice(account.newest_notice, send, today, AT))


@st.composite
def mornings(draw):
    """Draw who is both mailed and called on one day, for sums about the least that is asked for."""
    stages = []
    mails = draw(st.sampled_from([(3, 30), (3, 10, 30), (3, 21, 30), (3,), (10, 30)]))
    for offset_days in (3, 10, 21, 30):
        is_mail = offset_days in mails
        stages.append(
            Stage(
                id=f"s{offset_days}",
                offset_days=offset_days,
                channel=Channel.EMAIL if is_mail else Channel.CALL,
                template="reminder" if is_mail else "",
                minimum_open={} if is_mail else draw(st.sampled_from([{}, {"EUR": "100.00"}])),
                when=Conditions() if is_mail else draw(st.sampled_from(QUIET)),
            )
        )
    late = draw(st.lists(st.sampled_from([5, 12, 23, 28, 33, 43]), min_size=2, max_size=4))
    amounts = st.integers(30, 60).map(lambda whole: whole * 100)
    documents = tuple(
        invoice(f"d{n}", draw(amounts), MORNING - timedelta(days=ago)) for n, ago in enumerate(late)
    )
    account = Account(customer=customer(), documents=documents)
    return account, PolicyBook(Policy(name="standard", stages=tuple(stages))), MORNING


def asked_once_a_channel(account: Account, book: PolicyBook, today: date) -> None:
    """Claim what is decided until nothing is left; fail where one channel speaks twice."""
    earlier = account.newest_notice
    if earlier is not None:
        earlier = replace(earlier, said_on=tuple(d for d in earlier.said_on if d < today))
        account = replace(account, newest_notice=earlier)
    channels = []
    while (found := decide(account, book, today)) and found[0].action is Action.SEND:
        channels.append(found[0].stage.channel)
        assert len(set(channels)) == len(channels), found[0].reason
        account = claimed(account, found[0], today)


@given(world=worlds(), today=days)
@settings(max_examples=200)
def test_a_day_has_one_message_a_channel_however_often_it_is_looked_at(world, today):
    """What is said by one channel makes nobody fall back to a second message by another one."""
    asked_once_a_channel(*world, today)


@pytest.mark.rule("R3")
@given(drawn=mornings())
@settings(max_examples=300)
def test_a_day_of_mails_and_calls_has_one_message_a_channel(drawn):
    """Where sums lie about the least that a call is made for, and where one was told just now."""
    asked_once_a_channel(*drawn)


def test_who_is_called_about_too_little_is_asked_in_the_mail_of_the_day():
    """A call that others would carry over its least is not made for what is left without them."""
    ladder = Policy(
        name="standard",
        stages=(
            Stage(id="reminder", offset_days=3, channel=Channel.EMAIL, template="reminder"),
            Stage(id="call", offset_days=21, channel=Channel.CALL, minimum_open={"EUR": "100.00"}),
            Stage(id="final", offset_days=30, channel=Channel.EMAIL, template="final_notice"),
        ),
    )
    today = date(2026, 11, 23)
    old, older, late = (
        invoice(f"d{n}", minor, today - timedelta(days=ago))
        for n, (minor, ago) in enumerate([(3_600, 81), (3_700, 43), (3_800, 28)])
    )
    account = Account(customer=customer(), documents=(old, older, late))
    book = PolicyBook(ladder)
    (send, *rest) = decide(account, book, today)
    assert send.stage.id == "final"
    assert sorted(send.documents) == ["d0", "d1", "d2"]
    assert rest == []
    again = decide(claimed(account, send, today), book, today)
    assert [d.action for d in again] == [Action.NOTHING] * 3


def test_the_mail_of_the_day_takes_no_call_of_the_same_day_away():
    """A stage that waits for days since a message counts from an earlier day than today."""
    quiet = Conditions(days_since_message_at_least=1)
    ladder = Policy(
        name="standard",
        stages=(
            Stage(id="reminder", offset_days=3, channel=Channel.EMAIL, template="reminder"),
            Stage(id="call", offset_days=21, channel=Channel.CALL, when=quiet),
            Stage(id="final", offset_days=30, channel=Channel.EMAIL, template="final_notice"),
        ),
    )
    today, book = date(2026, 11, 23), PolicyBook(ladder)
    documents = tuple(invoice(f"d{ago}", 10_000, today - timedelta(days=ago)) for ago in (43, 28))
    account = Account(customer=customer(), documents=documents)
    mail = decide(account, book, today)[0]
    assert (mail.stage.id, mail.documents) == ("final", ("d43",))
    call = decide(claimed(account, mail, today), book, today)[0]
    assert (call.action, call.stage.id, call.documents) == (Action.SEND, "call", ("d28",))
