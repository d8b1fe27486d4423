"""A file that is wrong in many ways: fields, and rules across fields, are named in one go."""

import json
import re
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from shared.adapters.policy_words import PATTERNS_IN_WORDS
from shared.adapters.policy_yaml import PolicyInvalid, read_policy
from shared.domain.policy import Policy

WRONG = """\
name: My Ladder
send_on: [1, 9]
quiet_hours: {begins: "20:00", ends: "20:00"}
stages:
  - id: Invoice!
    offset_days: 10
    channel: email
    template: nothing
  - id: fee
    offset_days: 7
    channel: call
    cc: [x]
    fee:
      flat: {JPY: "40.50", XXX: "1.00", EUR: "40,00"}
      percent: "5"
  - id: fee
    offset_days: 20
    channel: email
    template: reminder
    tone: soft
    interest: true
  - id: end
    offset_days: 19
    channel: handover
    when: {risks: [high]}
"""
ALL = [
    (1, "field_invalid", "beginning with a letter"),
    (1, "rule_broken", "interest is charged by_stage where"),
    (2, "field_invalid", "less than or equal to 7"),
    (3, "rule_broken", "begins and ends are the same"),
    (5, "field_invalid", "small letters, digits or _"),
    (8, "rule_broken", "template of an email is one of"),
    (10, "rule_broken", "offset_days must ascend"),
    (12, "rule_broken", "cc is for email only"),
    (14, "field_invalid", "JPY has 0 decimals"),
    (14, "field_invalid", "XXX is no currency"),
    (14, "field_invalid", "digits with a dot"),
    (14, "rule_broken", "fee is one of flat, percent"),
    (16, "rule_broken", "that of an earlier stage"),
    (20, "field_invalid", "'friendly', 'firm' or 'final'"),
    (22, "rule_broken", "approval is needed"),
    (23, "rule_broken", "offset_days must ascend"),
    (25, "rule_broken", "at least 2 conditions"),
]


def told(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(text)
    return [(p.line, p.code, p.message) for p in caught.value.problems]


@pytest.mark.rule("R37")
def test_rules_across_fields_are_named_beside_fields_that_are_wrong():
    found = sorted(told(WRONG))
    assert len(found) == len(ALL), found
    for line, code, words in ALL:
        assert [f for f in found if f[:2] == (line, code) and words in f[2]], (line, words, found)


@pytest.mark.parametrize(
    ("old", "new", "silent"),
    [
        ("channel: handover", "channel: pigeon", "a handover"),
        ("when: {risks: [high]}", "when: {risks: [high], days_late_at_least: 0}", "conditions"),
        ('percent: "5"', "percent: 5", "fee is one of"),
        ("template: nothing", "template: 5", "template of an email"),
        ("- id: fee\n    offset_days: 20", "- id: 7\n    offset_days: 20", "earlier stage"),
    ],
)
def test_a_rule_says_nothing_of_what_cannot_be_read(old, new, silent):
    assert WRONG.count(old) == 1
    assert not [m for _, _, m in told(WRONG.replace(old, new)) if silent in m]


def test_what_two_rules_find_in_one_stage_is_named_twice():
    stage = "name: x1\nstages:\n  - {id: end, offset_days: 9, channel: handover}\n"
    words = [message for _, _, message in told(stage)]
    assert len(words) == 2
    assert "at least 2 conditions" in words[0]
    assert "approval is needed" in words[1]


def test_every_pattern_of_a_policy_is_told_in_words():
    schema = json.dumps(Policy.model_json_schema())
    asked = {json.loads(f'"{p}"') for p in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', schema)}
    assert asked
    assert asked - PATTERNS_IN_WORDS.keys() == set()


def places(value: object) -> list[tuple[str | int, ...]]:
    """Return the path of everything in value."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path for key, inner in items for path in ((key,), *((key, *p) for p in places(inner)))]


def plain(text: str) -> dict:
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text)))


ODD = (
    *(None, True, 0, -1, 10**14, "", "x", "5", "40.5", "handover", "uk", [], [[]], {}, [{}]),
    *([None, "x"], {"EUR": {}}, {"EUR": "1"}, {"percent": []}),
    {"law": "uk", "percent_a_month": "9"},
)


@given(st.data())
def test_a_file_of_odd_shapes_is_refused_and_nothing_else(data):
    policy = plain(WRONG)
    policy["interest"] = {"law": "uk", "rates": {"2031-01-01": "3"}, "state": "FL"}
    policy["stages"][0]["repeat"] = {"every_days": 1, "times": 2}
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(places(policy)))
        inner = policy
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = deepcopy(data.draw(st.sampled_from(ODD)))
    assert told(json.dumps(policy))


def test_no_stage_at_all_is_named_only_where_there_is_none():
    bad = "name: x1\nstages: [{id: end, offset_days: 1, channel: email}]\n"
    assert [code for _, code, _ in told(bad)] == ["rule_broken"]
    assert ["at least 1" in m for _, _, m in told("name: x1\nstages: []\n")] == [True]
