"""For whom a stage is at all: conditions, minima, discounts; what does not fit is passed over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from shared.domain.account import Account
from shared.domain.conditions import Conditions
from shared.domain.decide import Action, Decision, decide
from shared.domain.document import Discount, DiscountTax
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Anchor, Stage
from shared.usecases.sweep import to_send
from tests.support.samples import customer, eur
from tests.unit.test_decide import TODAY, invoice, say

ALWAYS = (1, 2, 3, 4, 5, 6, 7)


def mail(name: str, days: int, **more: object) -> Stage:
    return Stage(id=name, offset_days=days, channel=Channel.EMAIL, template="reminder", **more)


def ladder(*stages: Stage) -> PolicyBook:
    return PolicyBook(Policy(name="standard", send_on=ALWAYS, stages=stages))


def firm(**when: object) -> PolicyBook:
    """Return a ladder whose second stage is for some only."""
    return ladder(mail("soft", 7), mail("firm", 14, when=Conditions(**when)))


def said(account: Account, book: PolicyBook) -> str:
    found = to_send(decide(account, book, TODAY))
    return found.stage.id if found is not None and found.stage is not None else ""


def told(account: Account, book: PolicyBook) -> Decision:
    (decision,) = decide(account, book, TODAY)
    return decision


def of(*days_late: int, minor: int = 10_000, **who: str) -> Account:
    documents = tuple(invoice(f"d{i}", n, minor) for i, n in enumerate(days_late))
    return Account(customer(**who), documents)


@pytest.mark.parametrize(
    ("when", "who", "holds"),
    [
        ({"segments": ("key",)}, {"segment": "key"}, True),
        ({"segments": ("key", "small")}, {"segment": "small"}, True),
        ({"segments": ("key",)}, {"segment": "small"}, False),
        ({"segments": ("key",)}, {}, False),
        ({"risks": ("high",)}, {"risk": "high"}, True),
        ({"risks": ("high",)}, {"risk": "low"}, False),
        ({"risks": ("high",), "segments": ("key",)}, {"risk": "high"}, False),
        ({"amount_over": {"EUR": "99.99"}}, {}, True),
        ({"amount_over": {"EUR": "100.00"}}, {}, False),
        ({"amount_over": {"USD": "1.00"}}, {}, False),
        ({"days_late_at_least": 14}, {}, True),
        ({"days_late_at_least": 15}, {}, False),
        ({"days_since_message_at_least": 1}, {}, True),
        ({"broken_promises_at_least": 1}, {}, False),
    ],
)
def test_a_stage_whose_conditions_do_not_hold_is_passed_over(when, who, holds):
    assert said(of(14, **who), firm(**when)) == ("firm" if holds else "soft")


def test_what_was_passed_over_is_told_with_the_reason():
    account = replace(of(14), newest_notice=say(of(8), TODAY).newest_notice)
    done = replace(account.newest_notice, done_after={"d0": 7})
    decision = told(replace(account, newest_notice=done), firm(risks=("high", "medium")))
    assert (decision.action, decision.code) == (Action.NOTHING, "condition_not_met")
    assert "it is for risk high or medium" in decision.reason


def test_broken_promises_are_counted_on_the_account():
    book = firm(broken_promises_at_least=2)
    assert said(replace(of(14), broken_promises=2), book) == "firm"
    assert said(replace(of(14), broken_promises=1), book) == "soft"


def test_the_days_since_the_last_message_count_messages_only():
    book = ladder(mail("soft", 7), mail("firm", 14, when=Conditions(days_since_message_at_least=5)))
    account = of(9)
    notice = say(account, TODAY).newest_notice
    account = replace(account, newest_notice=notice)
    later = TODAY + timedelta(days=5)
    assert to_send(decide(account, book, later - timedelta(days=1))) is None
    found = to_send(decide(account, book, later))
    assert found is not None and found.stage is not None and found.stage.id == "firm"


def test_an_amount_is_of_all_that_is_late_said_or_not_and_a_minimum_of_what_is_asked():
    over = firm(amount_over={"EUR": "150.00"})
    assert said(of(14), over) == "soft"
    assert said(of(14, 20), over) == "firm"
    first = to_send(decide(of(14, 20), over, TODAY))
    assert first is not None and first.documents == ("d1", "d0")
    least = ladder(mail("soft", 7), mail("firm", 14, minimum_open={"EUR": "150.00"}))
    both = of(14, 20)
    done = say(both, TODAY).newest_notice
    known = replace(done, done_after={"d0": 14, "d1": 7}, done_before={})
    decisions = decide(replace(both, newest_notice=known), least, TODAY)
    assert {d.code for d in decisions} == {"already_done", "below_minimum"}


def test_a_minimum_that_fails_does_not_silence_the_other_invoices():
    small = invoice("small", 14, 500)
    account = Account(customer(), (small, invoice("large", 8)))
    book = ladder(mail("soft", 7), mail("firm", 14, minimum_open={"EUR": "10.00"}))
    found = to_send(decide(account, book, TODAY))
    assert found is not None and found.stage is not None
    assert (found.stage.id, set(found.documents)) == ("soft", {"small", "large"})


def discounted(days_left: int, taken: int = 0) -> Account:
    last_day = TODAY + timedelta(days=days_left)
    off = Discount("2", last_day, eur(200), DiscountTax.REDUCE, taken_minor=taken)
    return Account(customer(), (replace(invoice("d0", -20), discount=off),))


BEFORE = mail("save", -2, anchor=Anchor.DISCOUNT_END)


@pytest.mark.parametrize(
    ("account", "stage"),
    [
        (discounted(3), ""),
        (discounted(2), "save"),
        (discounted(0), "save"),
        (discounted(-1), ""),
        (discounted(1, taken=200), ""),
        (of(-20), ""),
    ],
)
def test_a_discount_is_reminded_of_while_it_is_to_be_had_and_of_nothing_else(account, stage):
    assert said(account, ladder(BEFORE, mail("soft", 7))) == stage


def test_a_discount_is_reminded_of_once_and_the_ladder_goes_on():
    book = ladder(BEFORE, mail("upcoming", -19))
    account = discounted(2)
    account = replace(account, newest_notice=say_by(account, book))
    assert said(account, book) == ""
    found = to_send(decide(account, book, TODAY + timedelta(days=1)))
    assert found is not None and found.stage is not None and found.stage.id == "upcoming"


def say_by(account: Account, book: PolicyBook):
    return say(account, TODAY, book.customer_policy).newest_notice


@pytest.mark.parametrize(
    "more",
    [
        {"anchor": "discount_end", "offset_days": 1},
        {"anchor": "discount_end", "offset_days": -61},
        {"anchor": "issue_date", "offset_days": 6},
        {"offset_days": 0, "tone": "firm"},
        {"channel": "sms", "template": "", "to": ("payables",)},
        {"channel": "letter", "template": "", "statement": True},
        {"channel": "call", "template": "", "tone": "final"},
        {"when": {"amount_over": {"JPY": "1.5"}}},
        {"when": {"segments": ("Key Account",)}},
        {"when": {"surprise": 1}},
    ],
)
def test_a_stage_that_makes_no_sense_is_refused(more):
    good = {"id": "soft", "offset_days": 7, "channel": "email", "template": "reminder"}
    Stage.model_validate(good)
    with pytest.raises(ValidationError):
        Stage.model_validate(good | more)
