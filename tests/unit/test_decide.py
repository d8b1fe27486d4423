"""The one decision: laws and cases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.account import Account, Credit
from shared.domain.agreement import Hold, Promise
from shared.domain.checkout import Checkout, CheckoutState
from shared.domain.coverage import coverage
from shared.domain.decide import Action, Decision, decide, still_to_say, without
from shared.domain.document import Document, DocumentKind
from shared.domain.fee import Fee
from shared.domain.money import Money
from shared.domain.notice import Channel, DeliveryState
from shared.domain.notices import stage_notice
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Anchor, Stage
from tests.support.samples import customer, eur

TODAY = date(2026, 3, 4)  # a Wednesday
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
LADDER = Policy(
    name="standard",
    send_on=(1, 2, 3, 4, 5, 6, 7),
    stages=(
        Stage(
            id="issued",
            anchor=Anchor.ISSUE_DATE,
            offset_days=0,
            channel=Channel.EMAIL,
            template="invoice",
        ),
        Stage(id="upcoming", offset_days=-5, channel=Channel.EMAIL, template="upcoming"),
        Stage(id="reminder", offset_days=7, channel=Channel.EMAIL, template="reminder"),
        Stage(
            id="late_fee",
            offset_days=14,
            channel=Channel.EMAIL,
            template="late_fee",
            fee=Fee(flat={"EUR": "5.00"}),
        ),
        Stage(id="call", offset_days=21, channel=Channel.CALL),
        Stage(id="handover", offset_days=45, channel=Channel.HANDOVER),
    ),
)


def invoice(name: str, days_late: int, minor: int = 10_000, **more: object) -> Document:
    due_on = TODAY - timedelta(days=days_late)
    return Document(
        document_id=name,
        kind=DocumentKind.INVOICE,
        number=name.upper(),
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        total=eur(minor),
        open=eur(minor),
        **more,
    )


def send(account: Account, today: date = TODAY, policy: Policy = LADDER) -> Decision | None:
    found = [d for d in decide(account, PolicyBook(policy), today) if d.action is Action.SEND]
    assert len(found) <= 1
    return found[0] if found else None


def say(account: Account, today: date = TODAY, policy: Policy = LADDER) -> Account:
    """Return account after the decision of today was claimed."""
    decision = send(account, today, policy)
    assert decision is not None
    notice = stage_notice(account.newest_notice, decision, today, NOW)
    return Account(customer=account.customer, documents=account.documents, newest_notice=notice)


def code(account: Account, today: date = TODAY) -> str:
    (decision,) = decide(account, PolicyBook(LADDER), today)
    return decision.code


def test_one_message_lists_all_open_invoices_and_takes_the_highest_stage():
    account = Account(
        customer(), (invoice("a", 8), invoice("b", 15), invoice("c", -20), invoice("d", -3))
    )
    decision = send(account)
    assert decision is not None
    assert decision.stage is not None
    assert decision.stage.id == "late_fee"
    assert [i.document_id for i in decision.items] == ["b", "a", "d", "c"]
    assert {i.document_id for i in decision.items if i.asked} == {"a", "b", "c", "d"}


def test_an_invoice_dated_in_the_future_is_not_listed_yet():
    later = invoice("b", -60)
    assert later.issued_on > TODAY
    decision = send(Account(customer(), (invoice("a", 8), later)))
    assert decision is not None
    assert [item.document_id for item in decision.items] == ["a"]


@pytest.mark.rule("R15")
def test_r15_the_figure_that_decides_is_the_figure_that_is_shown():
    document = invoice("a", 14)
    least = LADDER.stages[3].model_copy(update={"minimum_open": {"EUR": "50.00"}})
    policy = LADDER.model_copy(update={"stages": (*LADDER.stages[:3], least)})

    def on_their_way(minor: int) -> Account:
        page = Checkout("k", CheckoutState.PROCESSING, eur(minor), (("a", eur(minor)),), NOW, NOW)
        return Account(customer(), (document,), checkouts=(page,))

    enough = send(on_their_way(4_000), policy=policy)
    assert enough.stage.id == "late_fee"
    assert [item.payable for item in enough.items] == [eur(6_000)]
    too_little = send(on_their_way(6_000), policy=policy)
    assert too_little.stage.id == "reminder"
    assert [item.payable for item in too_little.items] == [eur(4_000)]
    credit = Credit("p", eur(6_000), TODAY)
    assert send(Account(customer(), (document,), (credit,)), policy=policy).stage.id == "reminder"


def test_what_was_said_is_not_said_again_and_the_next_stage_is():
    account = say(Account(customer(), (invoice("a", 7),)))
    assert code(account) == "already_done"
    later = send(account, TODAY + timedelta(days=7))
    assert later is not None
    assert later.stage is not None
    assert later.stage.id == "late_fee"


def test_a_missed_week_sends_one_message_for_the_furthest_stage():
    account = Account(customer(), (invoice("a", 14),))
    assert send(account).stage.id == "late_fee"
    assert code(say(account)) == "already_done"


def test_a_withdrawn_or_failed_notice_counts_as_never_said():
    account = say(Account(customer(), (invoice("a", 7),)))
    newest = account.newest_notice
    assert newest is not None
    for state in (DeliveryState.WITHDRAWN, DeliveryState.FAILED):
        undone = type(newest)(
            **{f: getattr(newest, f) for f in newest.__slots__} | {"delivery": state}
        )
        again = Account(account.customer, account.documents, newest_notice=undone)
        assert send(again).stage.id == "reminder"


def test_the_second_look_decides_as_if_the_notice_were_not_there():
    account = say(Account(customer(), (invoice("a", 7),)))
    assert send(without(account.newest_notice, account)).stage.id == "reminder"


def test_the_second_look_asks_only_for_what_its_own_number_was_won_for():
    first = say(Account(customer(), (invoice("a", 7),)))
    grown = replace(first, documents=(*first.documents, invoice("b", 7)))
    assert send(without(first.newest_notice, grown)).documents == ("a",)


def test_a_later_notice_supersedes_only_what_it_took_further():
    two = Account(customer(), (invoice("mailed", 7), invoice("called", 21)))
    mailed = say(two)
    called = say(mailed)
    assert send(without(mailed.newest_notice, called)).documents == ("mailed",)
    assert send(without(called.newest_notice, called)).documents == ("called",)
    further = say(mailed, TODAY + timedelta(days=7))
    assert still_to_say(mailed.newest_notice, further) == frozenset()


def test_a_debt_already_chased_elsewhere_starts_at_its_stage():
    account = Account(customer(), (invoice("a", 10, stage_done="reminder"),))
    assert code(account) == "already_done"
    assert send(account, TODAY + timedelta(days=4)).stage.id == "late_fee"


def test_an_edited_policy_does_not_repeat_a_stage_under_another_name():
    account = say(Account(customer(), (invoice("a", 7),)))
    renamed = LADDER.model_copy(
        update={
            "stages": tuple(
                s.model_copy(update={"id": "nudge"}) if s.id == "reminder" else s
                for s in LADDER.stages
            )
        }
    )
    assert send(account, policy=renamed) is None


def test_mail_comes_first_and_the_call_of_the_same_day_next():
    account = Account(customer(), (invoice("a", 8), invoice("b", 22)))
    first = send(account)
    assert first.stage.id == "reminder"
    assert {i.document_id for i in first.items if i.asked} == {"a"}
    follows = [d for d in decide(account, PolicyBook(LADDER), TODAY) if d.code == "follows"]
    assert [d.documents for d in follows] == [("b",)]
    second = send(say(account))
    assert second.stage.id == "call"


def test_messages_wait_for_a_sending_day_and_then_go_out():
    weekdays = LADDER.model_copy(update={"send_on": (1, 2, 3, 4, 5)})
    saturday = date(2026, 3, 7)
    account = Account(customer(), (invoice("a", 4),))
    decisions = decide(account, PolicyBook(weekdays), saturday)
    assert [d.code for d in decisions] == ["not_a_sending_day"]
    assert send(account, saturday + timedelta(days=2), weekdays).stage.id == "reminder"


@pytest.mark.rule("R33")
def test_each_cover_silences_the_document_it_covers_and_says_why():
    document = invoice("a", 7)

    def with_(**facts: object) -> Account:
        return Account(customer(), (document,), **facts)

    def checkout(state: CheckoutState) -> Checkout:
        return Checkout("k", state, eur(10_000), (("a", eur(10_000)),), NOW, NOW)

    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    assert code(with_(credits=(Credit("p", eur(10_000), TODAY),))) == "credit_covers"
    assert code(with_(checkouts=(checkout(CheckoutState.PROCESSING),))) == "processing"
    assert code(with_(checkouts=(checkout(CheckoutState.OPEN),))) == "in_checkout"
    assert code(with_(holds=(Hold("h", "dispute", yesterday, tomorrow, "me"),))) == "on_hold"
    promise = Promise("q", ("a",), eur(10_000), tomorrow)
    assert code(with_(promises=(promise,))) == "promised"
    over = Hold("h", "dispute", yesterday, yesterday, "me")
    assert send(with_(holds=(over,))) is not None


def test_a_part_that_is_not_covered_is_still_chased():
    account = Account(customer(), (invoice("a", 7),), (Credit("p", eur(9_999), TODAY),))
    assert send(account) is not None


def test_no_address_and_a_bounced_one_say_so():
    document = (invoice("a", 7),)
    assert code(Account(customer(email=""), document)) == "no_address"
    assert code(Account(customer(mail_stopped="bounced"), document)) == "mail_stopped"


amounts = st.integers(min_value=0, max_value=50_000)


@given(
    opens=st.lists(amounts.filter(bool), min_size=1, max_size=4),
    credit=amounts,
    clicked=amounts,
    processing=amounts,
    promised=amounts,
    held=st.booleans(),
)
def test_the_parts_of_a_cover_are_disjoint_and_sum_to_what_is_open(
    opens, credit, clicked, processing, promised, held
):
    documents = tuple(invoice(f"d{i}", i, minor) for i, minor in enumerate(opens))
    states = ((CheckoutState.OPEN, clicked), (CheckoutState.PROCESSING, processing))
    account = Account(
        customer(),
        documents,
        credits=(Credit("p", eur(credit), TODAY),),
        checkouts=tuple(
            Checkout(str(s), s, eur(minor), (("d0", eur(minor)),), NOW, NOW) for s, minor in states
        ),
        promises=(Promise("q", ("d0",), eur(promised), TODAY),),
        holds=(Hold("h", "x", TODAY, TODAY, "me"),) if held else (),
    )
    covers = coverage(account, TODAY)
    for document in documents:
        c = covers[document.document_id]
        parts = (c.processing, c.credit, c.in_checkout, c.promised, c.held, c.free)
        assert all(part.minor >= 0 for part in parts)
        assert sum((p for p in parts), Money.zero("EUR")) == document.open
        assert c.payable == document.open - c.processing
    assert sum(covers[d.document_id].credit.minor for d in documents) <= credit


@given(
    late=st.lists(st.integers(-40, 90), min_size=1, max_size=5),
    days=st.lists(st.integers(0, 4), min_size=1, max_size=40),
)
def test_however_often_it_runs_no_stage_of_a_document_is_asked_twice(late, days):
    account = Account(customer(), tuple(invoice(f"d{i}", n) for i, n in enumerate(late)))
    asked: list[tuple[str, int]] = []
    today = TODAY
    for step in days:
        today += timedelta(days=step)
        for _ in range(4):
            decision = send(account, today)
            if decision is None:
                break
            before = decision.done_before or {}
            for document_id in decision.documents:
                position = (decision.done_after or {})[document_id]
                assert position > before.get(document_id, -(10**9))
                asked.append((document_id, position))
            account = say(account, today)
        assert send(account, today) is None
    assert len(asked) == len(set(asked))
