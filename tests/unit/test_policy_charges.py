"""Fees and interest in policy files: what is good is read, what is bad is named by line."""

from pathlib import Path

import pytest

from shared.adapters.policy_yaml import PolicyInvalid, read_policy
from shared.domain.fee import Fee
from shared.domain.money import Money
from tests.support.samples import eur

GOOD = """\
name: standard
interest:
  law: uk
  rates:
    "2026-07-01": "3.75"
  charged: by_stage
  claim: claim
  grace_days: 3
  minimum: {GBP: "1.00"}
  maximum: {GBP: "500.00"}
  maximum_percent: "20"
  payable_in_days: 14
stages:
  - id: late_fee
    offset_days: 14
    channel: email
    template: late_fee
    fee:
      compensation: uk
      payable_in_days: 7
  - id: final
    offset_days: 30
    channel: email
    template: final_notice
    interest: true
    fee:
      percent: "2.5"
      minimum: {EUR: "5.00"}
      maximum: {EUR: "50.00"}
      maximum_percent: "10"
"""


def test_fees_and_interest_are_read():
    policy = read_policy(GOOD)
    assert policy.interest is not None
    assert policy.interest.cap(Money(minor=1_000_00, currency="GBP")) == 200_00
    assert policy.interest.cap(Money(minor=10_000_00, currency="GBP")) == 500_00
    first, last = policy.stages
    assert first.fee is not None and first.fee.kind == "compensation"
    assert last.interest and last.charges and last.fee is not None and last.fee.kind == "late_fee"


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"),
    [
        ("law: uk", "law: mars", 3, 8, "law is one of uk, eu, de"),
        ("law: uk", 'percent_a_month: "1.5"', 5, 5, "rates go on with the table of a law"),
        ("law: uk", 'law: uk\n  percent_a_year: "9"', 3, 3, "one of law, percent_a_year"),
        ('"2026-07-01": "3.75"', '"2027-01-01": "3.75"', 5, 5, "rates go on with 2026-07-01"),
        ('"2026-07-01": "3.75"', '"2026-07-02": "3.75"', 5, 19, "first day of a half-year"),
        ('"2026-07-01": "3.75"', '"2026-07-01": 3.75', 5, 19, "quoted text"),
        ('"2026-07-01": "3.75"', '2026-07-01: "3.75"', 5, 5, "quote this one"),
        ("charged: by_stage", "charged: monthly", 3, 3, "by_stage where a stage says interest"),
        ("claim: claim", "claim: threat", 3, 3, "only a threat is charged by no stage"),
        ("claim: claim", "claim: perhaps", 7, 10, "'threat'"),
        ("grace_days: 3", "grace_days: -3", 8, 15, "0"),
        ('maximum_percent: "20"', "maximum_percent: 20", 11, 20, "quoted text"),
        ('maximum_percent: "20"', 'maximum_percent: "200"', 11, 20, "at most 100"),
        ('maximum: {GBP: "500.00"}', 'maximum: {GBP: "500.001"}', 10, 18, "GBP has 2 decimals"),
        ("    interest: true\n", "", 3, 3, "no stage says interest: true"),
        ("compensation: uk", "compensation: mars", 19, 21, "compensation is one of"),
        ("compensation: uk", 'compensation: uk\n      flat: {EUR: "1.00"}', 19, 7, "one of flat"),
        ('percent: "2.5"', 'percent: "1000"', 27, 16, "digits with a dot"),
        ('percent: "2.5"', 'percent: "0"', 27, 16, "above 0"),
        ('percent: "2.5"', 'percent: "-1"', 27, 16, "digits with a dot"),
        ('percent: "2.5"', "percent: 2.5", 27, 16, "quoted text"),
        (
            'percent: "2.5"\n      minimum: {EUR: "5.00"}',
            'flat: {EUR: "1.00"}',
            28,
            16,
            "maximum is for a fee in percent",
        ),
    ],
)
def test_a_bad_charge_is_named_by_line_and_reason(old, new, line, column, words):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(text)
    problems = [(p.line, p.column, p.message) for p in caught.value.problems]
    assert [(n, c) for n, c, _ in problems] == [(line, column)], problems
    assert words in problems[0][2]


def test_a_percent_where_none_belongs_is_refused_like_any_other_field():
    with pytest.raises(PolicyInvalid) as caught:
        read_policy('percent: "5"\nname: standard\nrates: 3\nstages: []\n')
    assert {p.line for p in caught.value.problems} == {1, 3, 4}


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ('percent_a_month: "1.6"\n  state: FL', "above 18 a year, the cap of FL"),
        ('percent_a_year: "11"\n  state: CA', "above 10 a year, the cap of CA"),
        ('percent_a_month: "1"\n  state: ZZ', "no cap is known"),
        ('percent_a_month: "2.1"', "at most 2"),
        ("law: eu\n  state: FL", "state is for a contract's rate"),
    ],
)
def test_a_contract_s_rate_keeps_its_state_s_cap(rate, words):
    text = GOOD.replace('law: uk\n  rates:\n    "2026-07-01": "3.75"', rate)
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(text)
    assert words in caught.value.problems[0].message


def test_a_contract_within_the_cap_is_read():
    rate = 'percent_a_month: "1.5"\n  state: GA'
    policy = read_policy(GOOD.replace('law: uk\n  rates:\n    "2026-07-01": "3.75"', rate))
    assert policy.interest is not None


@pytest.mark.parametrize(
    ("fee", "total", "base", "expected"),
    [
        (Fee(percent="2.5"), 1_000_00, 1_000_00, 25_00),
        (Fee(percent="2.5"), 1_000_00, 400_00, 10_00),
        (Fee(percent="2.5", minimum={"EUR": "15.00"}), 1_000_00, 400_00, 15_00),
        (Fee(percent="2.5", maximum={"EUR": "15.00"}), 1_000_00, 1_000_00, 15_00),
        (Fee(percent="20", maximum_percent="10"), 1_000_00, 1_000_00, 100_00),
        (Fee(flat={"EUR": "40.00"}, maximum_percent="10"), 100_00, 100_00, 10_00),
        (Fee(percent="0.5"), 1_00, 1_00, None),
        (Fee(percent="2.5", minimum={"EUR": "15.00"}), 1_000_00, 0, None),
        (Fee(compensation="de"), 10_00, 5_00, 40_00),
        (Fee(compensation="uk"), 10_00, 5_00, None),
        (Fee(flat={"USD": "40.00"}), 10_00, 5_00, None),
    ],
)
def test_a_fee_is_bounded(fee, total, base, expected):
    found = fee.amount(eur(total), eur(base))
    assert (None if found is None else found.minor) == expected


def test_the_interest_of_the_manual_is_good():
    manual = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
    rule = manual.split("```yaml\n")[2].split("```")[0]
    plain = "name: standard\nstages:\n  - {id: call, offset_days: 5, channel: call}\n"
    policy = read_policy(plain + rule)
    assert policy.interest is not None and policy.interest.law == "uk"
