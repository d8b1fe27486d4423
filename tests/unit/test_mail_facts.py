"""What a mail asks for, and what it says of the rest."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.account import Account
from shared.domain.agreement import Dispute, DisputeReason, Hold
from shared.domain.decide import Decision, decide
from shared.domain.document import Discount, DiscountTax, Instalment
from shared.domain.escalation import late_fee
from shared.domain.mail_facts import with_facts
from shared.domain.messages import MailView, Note, Offer
from shared.domain.notices import done_as_said, stage_notice
from shared.domain.policy_book import PolicyBook
from tests.support.samples import customer, entity, eur
from tests.unit.test_decide import LADDER, NOW, TODAY, invoice

BOOK = PolicyBook(LADDER)


def decided(account: Account) -> Decision:
    return decide(account, BOOK, TODAY)[0]


def view_of(account: Account) -> MailView:
    decision = decided(account)
    bare = MailView(entity(), account.customer, decision.items, TODAY, "https://x")
    return with_facts(bare, account, decision, BOOK)


@pytest.mark.rule("R15")
def test_only_what_nobody_contests_is_asked_for_and_the_rest_is_named():
    contested = Dispute(
        "q1", ("late",), DisputeReason.PRICE, TODAY - timedelta(days=1), "x", amount=eur(3_000)
    )
    view = view_of(Account(customer(), (invoice("late", 8),), disputes=(contested,)))
    assert view.asking == {"late": eur(7_000)}
    assert view.notes == {"late": (Note("disputed", eur(3_000)),)}


def test_an_invoice_on_hold_is_told_as_such_beside_one_that_is_asked_for():
    hold = Hold("h", "other", TODAY, TODAY, "x", documents=("held",))
    account = Account(customer(), (invoice("late", 8), invoice("held", 9)), holds=(hold,))
    view = view_of(account)
    assert view.asking == {"late": eur(10_000)}
    assert view.notes == {"held": (Note("held", eur(10_000)),)}


def test_each_item_asked_for_is_named_with_the_stage_that_it_has_reached():
    account = Account(customer(), (invoice("new", 8), invoice("fresh", -4)))
    assert view_of(account).stages == {"new": "reminder", "fresh": "upcoming"}


def test_a_late_fee_is_named_only_where_it_was_charged():
    late = Account(customer(), (invoice("old", 15),))
    assert view_of(late).stages == {"old": "reminder"}
    fee = late_fee(late.documents[0], LADDER.stage("late_fee"), TODAY)
    charged = Account(customer(), (*late.documents, fee))
    assert view_of(charged).stages["old"] == "late_fee"


def in_parts(last_day: date) -> Account:
    whole = invoice("parts", 8, 100_000)
    parts = (
        Instalment(1, TODAY - timedelta(days=8), eur(50_000), eur(50_000)),
        Instalment(2, TODAY + timedelta(days=22), eur(50_000), eur(50_000)),
    )
    discount = Discount("2", last_day, eur(2_000), DiscountTax.REDUCE)
    return Account(customer(), (replace(whole, instalments=parts, discount=discount),))


def test_a_discount_on_the_whole_stands_beside_its_instalments_while_it_is_to_be_had():
    assert view_of(in_parts(TODAY)).offers == (Offer("PARTS", eur(98_000), eur(2_000), TODAY),)
    assert view_of(in_parts(TODAY - timedelta(days=1))).offers == ()


@pytest.mark.rule("R34")
def test_what_a_message_leaves_out_is_still_to_be_said_and_the_others_are_done():
    account = Account(customer(), (invoice("said", 8), invoice("left_out", 8)))
    claimed = stage_notice(None, decided(account), TODAY, NOW)
    done = done_as_said(claimed, ("said",))
    assert done == {"said": claimed.done_after["said"]}
    afterwards = replace(account, newest_notice=replace(claimed, done_after=done))
    assert decided(afterwards).documents == ("left_out",)


def test_what_was_done_before_stays_done_when_a_message_leaves_it_out():
    account = Account(customer(), (invoice("a", 8), invoice("b", 8)))
    claimed = stage_notice(None, decided(account), TODAY, NOW)
    again = replace(claimed, done_before={"a": -5, "b": -5})
    assert done_as_said(again, ("b",)) == {"a": -5, "b": claimed.done_after["b"]}
    assert done_as_said(again, ("a", "b")) == dict(claimed.done_after)
