"""Whole ladders, day by day: what a customer hears, and that nothing makes the decision fail."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.account import Account, Credit
from shared.domain.agreement import Dispute, DisputeReason, Hold, Promise
from shared.domain.coverage import coverage
from shared.domain.decide import Action, decide
from shared.domain.document import Document, DocumentKind
from shared.domain.notice import Channel
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Anchor, Repeat, Stage
from tests.support.samples import customer, eur

DUE = date(2026, 3, 4)  # a Wednesday
AT = datetime(2026, 3, 4, 9, tzinfo=UTC)


def mail(name: str, days: int, **more: object) -> Stage:
    return Stage(id=name, offset_days=days, channel=Channel.EMAIL, template="reminder", **more)


LADDER = Policy(
    name="ladder",
    stages=(
        Stage(
            id="issued",
            anchor=Anchor.ISSUE_DATE,
            offset_days=0,
            channel=Channel.EMAIL,
            template="invoice",
        ),
        mail("upcoming", -3),
        mail("reminder", 7, repeat=Repeat(every_days=7, times=2)),
        Stage(id="call", offset_days=28, channel=Channel.CALL),
        Stage(id="handover", offset_days=45, channel=Channel.HANDOVER),
    ),
)


def invoice(name: str = "a", minor: int = 10_000, due_on: date = DUE) -> Document:
    return Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=name.upper(),
        issued_on=due_on - timedelta(days=14),
        due_on=due_on,
        total=eur(minor),
        open=eur(minor),
    )


def day_of(account: Account, policy: Policy, today: date) -> tuple[Account, list[str]]:
    """Return account after all that is said on today, and the stages it was."""
    said = []
    while True:
        sends = [d for d in decide(account, PolicyBook(policy), today) if d.action is Action.SEND]
        assert len(sends) <= 1
        if not sends:
            return account, said
        notice = stage_notice(account.newest_notice, sends[0], today, AT)
        account = replace(account, newest_notice=notice)
        said.append(notice.stage)


def heard(account: Account, days: range, policy: Policy = LADDER) -> list[tuple[int, str]]:
    """Return (days late, stage) of all that is said on days, counted from the due date."""
    told = []
    for day in days:
        account, said = day_of(account, policy, DUE + timedelta(days=day))
        told += [(day, stage) for stage in said]
    return told


ALL = [(-14, "issued"), (-2, "upcoming"), (7, "reminder"), (14, "reminder"), (21, "reminder"),
       (28, "call"), (47, "handover")]  # fmt: skip


def test_the_whole_ladder_moves_over_weekends_and_ends():
    assert heard(Account(customer(), (invoice(),)), range(-20, 200)) == ALL


def test_a_holiday_moves_the_message_and_no_stage_is_lost():
    closed = LADDER.model_copy(update={"closed_on": (date(2026, 3, 11), date(2026, 3, 12))})
    told = heard(Account(customer(), (invoice(),)), range(-20, 200), closed)
    assert told == [(9, "reminder") if t == (7, "reminder") else t for t in ALL]


@given(last=st.integers(-20, 40), pause=st.integers(1, 60))
@settings(max_examples=40)
def test_days_without_a_run_give_one_message_and_it_is_the_furthest(last, pause):
    account = Account(customer(), (invoice(),))
    for day in range(-20, last + 1):
        account, _ = day_of(account, LADDER, DUE + timedelta(days=day))
    back = DUE + timedelta(days=last + pause)
    account, said = day_of(account, LADDER, back)
    assert len(said) <= 1
    rung = next(iter(LADDER.reached(account.documents[0], back)), None)
    assert not said or (rung is not None and said == [rung.stage.id])
    assert day_of(account, LADDER, back)[1] == []


def test_a_new_version_says_nothing_again_that_was_said():
    account, said = day_of(Account(customer(), (invoice(),)), LADDER, DUE + timedelta(days=14))
    assert said == ["reminder"]
    stages = (LADDER.stages[0], mail("friendly", 3), mail("firm", 12), *LADDER.stages[3:])
    edited = LADDER.model_copy(update={"stages": stages})
    told = heard(account, range(14, 60), edited)
    assert told == [(28, "call"), (47, "handover")]


def test_a_hold_on_one_invoice_leaves_the_message_about_the_others():
    today = DUE + timedelta(days=7)
    hold = Hold("h", "asked", today, today, "me", ("a",))
    account = Account(customer(), (invoice("a"), invoice("b")), holds=(hold,))
    found = decide(account, PolicyBook(LADDER), today)
    assert [(d.action, d.code, d.documents) for d in found] == [
        (Action.SEND, "stage_reached", ("b",)),
        (Action.NOTHING, "on_hold", ("a",)),
    ]
    assert {item.document_id: item.asked for item in found[0].items} == {"a": False, "b": True}


names = st.sampled_from("abcd")
days = st.integers(-60, 60).map(lambda n: DUE + timedelta(days=n))
minors = st.integers(1, 20_000)
some = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)
holds = st.builds(Hold, names, st.just("r"), days, days, st.just("me"), st.just(()) | some)
promises = st.builds(Promise, names, some, minors.map(eur), days, st.integers(0, 9))
disputes = st.builds(
    Dispute, names, some, st.sampled_from(DisputeReason), days, st.just("me"),
    amount=st.none() | minors.map(eur), closed_on=st.none() | days,
    quiet_through=st.none() | days,
)  # fmt: skip
accounts = st.builds(
    Account,
    st.builds(customer, email=st.sampled_from(["", "a@example.com"])),
    documents=st.lists(
        st.builds(invoice, names, minors, days), max_size=4, unique_by=lambda d: d.document_id
    ).map(tuple),
    credits=st.lists(st.builds(Credit, names, minors.map(eur), days), max_size=2).map(tuple),
    holds=st.lists(holds, max_size=2).map(tuple),
    promises=st.lists(promises, max_size=2).map(tuple),
    disputes=st.lists(disputes, max_size=2).map(tuple),
)


@given(account=accounts, today=days)
@settings(max_examples=200)
def test_every_open_item_has_a_verdict_with_code_and_sentence_and_the_same_one_again(
    account, today
):
    found = decide(account, PolicyBook(LADDER), today)
    assert decide(account, PolicyBook(LADDER), today) == found
    assert sum(d.action is Action.SEND for d in found) <= 1
    assert sorted(i for d in found for i in d.documents) == sorted(
        d.document_id for d in account.documents
    )
    assert all(d.code and d.reason.endswith(".") for d in found)


@given(account=accounts, today=days, chance=st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_the_order_in_which_facts_are_told_changes_nothing(account, today, chance):
    def mixed(values):
        return tuple(chance.sample(values, len(values)))

    other = replace(
        account,
        documents=mixed(account.documents),
        credits=mixed(account.credits),
        holds=mixed(account.holds),
        promises=mixed(account.promises),
        disputes=mixed(account.disputes),
    )
    assert decide(other, PolicyBook(LADDER), today) == decide(account, PolicyBook(LADDER), today)
    assert coverage(other, today) == coverage(account, today)


@given(account=accounts, today=days, more=minors, hold=holds, dispute=disputes)
@settings(max_examples=150)
def test_parts_sum_to_what_is_open_and_one_more_fact_never_frees_money(
    account, today, more, hold, dispute
):
    def free(of: Account) -> int:
        covers = coverage(of, today)
        for document in of.documents:
            c = covers[document.document_id]
            parts = [getattr(c, f.name) for f in fields(c) if f.name != "open"]
            assert min(part.minor for part in parts) >= 0
            assert sum(part.minor for part in parts) == document.open.minor
        return sum(cover.free.minor for cover in covers.values())

    credit = Credit("z", eur(more), today)
    for fuller in (
        replace(account, credits=(*account.credits, credit)),
        replace(account, holds=(*account.holds, hold)),
        replace(account, disputes=(*account.disputes, dispute)),
    ):
        assert free(fuller) <= free(account)
