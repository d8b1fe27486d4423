"""A stage that has a fee or interest and charges none says why."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.domain.account import Account
from shared.domain.decide import decide
from shared.domain.document import Document
from shared.domain.escalation import fee_charge_id, late_fee
from shared.domain.fee import Fee
from shared.domain.interest_charges import interest_charge_id
from shared.domain.interest_rule import Claim, InterestRule
from shared.domain.money import Money
from shared.domain.policy import Policy
from shared.domain.policy_book import PolicyBook
from shared.domain.stage import Stage
from shared.domain.uncharged import Uncharged, uncharged
from tests.support.samples import customer, eur
from tests.unit.test_late_fee import DUE, REMINDER, STAGE, invoice

TODAY = DUE + timedelta(days=14)
FLAT = {"flat": {"EUR": "40.00"}}


def told(
    *documents: Document,
    fee: Fee | None = STAGE.fee,
    stages: tuple[Stage, ...] = (),
    interest: InterestRule | None = None,
    by_stage: bool = False,
    charged: frozenset[str] = frozenset(),
    day: date = TODAY,
) -> tuple[Uncharged, ...]:
    stage = STAGE.model_copy(update={"fee": fee, "interest": by_stage})
    book = PolicyBook(Policy(name="standard", stages=(*stages, stage), interest=interest))
    account = Account(customer(), documents)
    (decision, *_) = decide(account, book, day)
    return uncharged(account, book, decision, day, charged)


def codes(*documents: Document, **changes: object) -> list[tuple[str, str]]:
    return [(one.what, one.code) for one in told(*documents, **changes)]


@pytest.mark.rule("R22")
def test_a_fee_that_is_charged_needs_no_word():
    assert late_fee(invoice(), STAGE, TODAY) is not None
    assert told(invoice()) == ()


@pytest.mark.rule("R22")
def test_the_first_word_about_what_is_late_says_that_it_leaves_the_fee_out():
    (one,) = told(invoice(), stages=(REMINDER,))
    assert (one.number, one.what, one.code) == ("INV-1", "fee", "first_word")
    assert "INV-1" in one.reason and "late fee" in one.reason
    assert told(invoice(stage_done="reminder"), stages=(REMINDER,)) == ()


@pytest.mark.parametrize(
    ("fee", "code"),
    [
        (Fee(flat={"JPY": "4000"}), "no_amount_in_currency"),
        (Fee(compensation="uk"), "no_fixed_sum"),
        (Fee(percent="0.001"), "fee_comes_to_nothing"),
        (Fee(**FLAT, maximum_percent="0.001"), "fee_capped"),
    ],
)
def test_a_fee_that_comes_to_nothing_says_what_brought_it_there(fee: Fee, code: str):
    small = invoice(total=eur(400), open=eur(400))
    assert late_fee(small, STAGE.model_copy(update={"fee": fee}), TODAY) is None
    assert codes(small, fee=fee) == [("fee", code)]


def test_what_was_charged_once_is_charged_no_more_waived_or_not():
    before = frozenset({fee_charge_id("d1", "late_fee")})
    assert codes(invoice(), charged=before) == [("fee", "charged_once")]
    law = frozenset({fee_charge_id("d1", "compensation")})
    pounds = Money(minor=100_000, currency="GBP")
    british = invoice(total=pounds, open=pounds)
    assert codes(british, fee=Fee(compensation="uk"), charged=law) == [("fee", "charged_once")]


def test_an_invoice_beside_the_late_one_is_told_to_be_not_late_enough():
    gentle = REMINDER.model_copy(update={"offset_days": 7})
    other = invoice(document_id="d2", number="INV-2", due_on=DUE + timedelta(days=5))
    late = invoice(stage_done="reminder")
    found = told(late, other, stages=(gentle,))
    assert [(one.number, one.code) for one in found] == [("INV-2", "stage_not_reached")]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (None, "no_interest_rule"),
        (InterestRule(law="de", claim=Claim.THREAT), "interest_is_named_only"),
    ],
)
def test_an_invoice_of_another_policy_beside_it_says_why_it_bears_no_interest(
    rule: InterestRule | None, code: str
):
    """The message speaks in the tone of one ladder, and each invoice is charged by its own."""
    loud = STAGE.model_copy(update={"fee": None, "interest": True})
    rated = InterestRule(law="de", charged="by_stage")
    charging = Policy(name="standard", stages=(loud,), interest=rated)
    quiet = Policy(name="quiet", stages=(REMINDER,), interest=rule)
    book = PolicyBook(charging, {"quiet": quiet})
    other = invoice(document_id="d2", number="INV-2", policy="quiet")
    account = Account(customer(), (invoice(), other))
    decision = decide(account, book, TODAY)[0]
    found = uncharged(account, book, decision, TODAY, frozenset())
    assert [(one.number, one.code) for one in found] == [("INV-2", code)]


def test_interest_of_a_stage_is_charged_once():
    rule = InterestRule(law="de", charged="by_stage")
    before = frozenset({interest_charge_id("d1", "late_fee")})
    assert codes(invoice(), interest=rule, by_stage=True) == []
    assert codes(invoice(), interest=rule, by_stage=True, charged=before) == [
        ("interest", "charged_once")
    ]


def test_a_stage_without_a_fee_and_a_day_without_a_word_say_nothing():
    assert told(invoice(), fee=None) == ()
    assert told(invoice(), day=DUE) == ()


def test_the_manual_of_policies_names_each_code():
    source = Path("shared/domain/uncharged.py").read_text()
    codes_told = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', source)) - {"late_fee"}
    manual = Path("docs/policies.md").read_text()
    assert len(codes_told) >= 10
    assert [code for code in sorted(codes_told) if f"`{code}`" not in manual] == []
