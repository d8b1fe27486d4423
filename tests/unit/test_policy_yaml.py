"""Policy files: what is good is read, what is bad is named by line and column."""

import re
from pathlib import Path

import pytest

from shared.adapters.policy_yaml import BYTES_MAX, PolicyInvalid, read_policy, standard_text
from shared.domain.conditions import Conditions
from shared.domain.notice import Channel
from shared.domain.policy import Policy
from shared.domain.stage import Anchor, Stage

ROOT = Path(__file__).parents[2]
GOOD = """\
# The ladder that a new entity starts with. Days count from the anchor; negative is before it.
# Amounts are quoted text, so that no digit is lost. A rung whose customer has nothing left to
# ask for is passed over; a day without sending waits, and uses up no rung.
name: standard
send_on: [1, 2, 3, 4, 5]        # ISO weekdays: Monday is 1
stages:
  - id: invoice
    anchor: issue_date
    offset_days: 0
    channel: email
    template: invoice
  - id: upcoming
    offset_days: -3
    channel: email
    template: upcoming
  - id: due_today
    offset_days: 0
    channel: email
    template: due_today
  - id: reminder
    offset_days: 7
    channel: email
    template: reminder
  - id: late_fee
    offset_days: 14
    channel: email
    template: late_fee
    minimum_open: {EUR: "50.00", USD: "50.00", GBP: "50.00"}
    fee:
      flat: {EUR: "40.00", USD: "40.00", GBP: "40.00"}
      payable_in_days: 7
  - id: call
    offset_days: 21
    channel: call
  - id: final_notice
    offset_days: 30
    channel: email
    template: final_notice
  - id: handover
    offset_days: 45
    channel: handover
    approval: true
    when: {days_late_at_least: 45, risks: [high]}
"""


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(text)
    return [(p.line, p.column, p.message) for p in caught.value.problems]


def test_the_standard_policy_is_good_and_covers_before_on_and_after_the_due_date():
    policy = read_policy(standard_text())
    offsets = [stage.offset_days for stage in policy.stages[1:]]
    assert min(offsets) < 0 < max(offsets)
    assert 0 in offsets
    assert {stage.channel for stage in policy.stages} >= {Channel.CALL, Channel.HANDOVER}
    assert sum(stage.fee is not None for stage in policy.stages) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"),
    [
        ("offset_days: 7\n", "offset_days: soon\n", 21, 18, "integer"),
        ("offset_days: 7\n", "offset_days: true\n", 21, 18, "integer"),
        ("offset_days: 7\n", "offset_days: 7.5\n", 21, 18, "whole number"),
        ("offset_days: 7\n", "offset_days: 7000\n", 21, 18, "1000"),
        ("channel: call", "channel: pigeon", 34, 14, "'call'"),
        ('{EUR: "40.00"', "{EUR: 40.00", 30, 19, "quoted"),
        ('{EUR: "40.00"', '{EUR: "40,00"', 30, 19, "digits with a dot"),
        ('{EUR: "40.00"', '{XXX: "40.00"', 30, 19, "no currency"),
        ('{EUR: "40.00"', '{JPY: "40.50"', 30, 19, "JPY has 0 decimals"),
        ('{EUR: "50.00"', '{JPY: "40.50"', 28, 25, "JPY has 0 decimals"),
        ("template: due_today", "template: nothing_like_it", 19, 15, "one of invoice"),
        ("name: standard", "name: standard\nname: other", 5, 1, "duplicate key"),
        ("name: standard", "name: standard\nversion: 3", 5, 10, "the hub counts it"),
        ("name: standard", "name: standard\nsurprise: 1", 5, 11, "no such field"),
        ("send_on: [1, 2, 3, 4, 5]", "send_on: [1, 8]", 5, 14, "7"),
    ],
)
def test_a_bad_value_is_named_by_line_and_column(old, new, line, column, words):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = problems(text)
    assert [(n, c) for n, c, _ in found] == [(line, column)]
    assert words in found[0][2]


def test_several_bad_lines_are_all_named_in_the_file_s_order():
    text = GOOD.replace("offset_days: 7\n", "offset_days: x\n").replace(
        "channel: call", "channel: y"
    )
    assert [line for line, _, _ in problems(text)] == [21, 34]


def test_stages_must_ascend_and_have_names_of_their_own():
    assert "earlier stage" in problems(GOOD.replace("id: call", "id: reminder"))[0][2]
    assert "ascend" in problems(GOOD.replace("offset_days: 7\n", "offset_days: -9\n"))[0][2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1\n",
        "just words",
        "a: [1\nb: 2",
        "a: !!python/object:os.system x",
        "a: 2026-01-01",
        "? {a: 1}\n: b",
        "a: \x00",
        "--- {a: 1}\n--- {b: 2}",
        "a: &x [1]\nb: [" + ", ".join(["*x"] * 30) + "]",
        "[" * 3_000,
        "a: &a [1]\n" + "".join(f"b{i}: [*a, *a]\n" for i in range(9)) + "x: &b [*a]\n",
        "#" * (BYTES_MAX + 1),
        "a: " + "{b: " * 30 + "1" + "}" * 30,
    ],
)
def test_what_is_no_policy_is_refused_with_a_place(text):
    for line, column, message in problems(text):
        assert line >= 1
        assert column >= 1
        assert message


def test_every_policy_that_is_shipped_is_good():
    shipped = sorted((ROOT / "shared" / "templates" / "policies").glob("*.yaml"))
    read = {file.stem: read_policy(file.read_text()) for file in shipped}
    assert {name: policy.name for name, policy in read.items()} == {n: n for n in read}
    assert {stage.channel for stage in read["full"].stages} == set(Channel)
    assert {stage.anchor for stage in read["full"].stages} == set(Anchor)


def test_the_manual_names_every_field_and_every_code():
    manual = (ROOT / "docs" / "policies.md").read_text()
    fields = {*Policy.model_fields, *Stage.model_fields, *Conditions.model_fields} - {"version"}
    assert [name for name in sorted(fields) if f"`{name}`" not in manual] == []
    sources = [ROOT / "shared" / "domain" / f"{n}.py" for n in ("decide", "due_stage", "put_off")]
    text = "\n".join(source.read_text() for source in sources)
    codes = {
        *re.findall(r'Refusal\(\s*"(\w+)"', text),
        *re.findall(r'return "(\w+)", f"', text),
        *re.findall(r'Action\.\w+,\s*"(\w+)"', text),
        *re.findall(r'_nothing\(\w+, "(\w+)"', text),
    }
    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"`{code}`" not in manual] == []


def test_the_example_of_the_manual_is_good():
    manual = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
    example = manual.split("```yaml\n")[1].split("```")[0]
    (stage,) = read_policy(example).stages
    assert (stage.id, stage.fee.payable_in_days) == ("late_fee", 7)


CALL = "  - id: call\n    offset_days: 21\n    channel: call\n"
AGAIN = CALL + "    repeat: {every_days: 3, times: 2}\n"
TWICE = "    repeat: {every_days: 2, times: 1}"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (CALL, CALL + "    repeat: {every_days: 3, times: 3}\n", "call still repeats"),
        (CALL, CALL + "    repeat: {every_days: 0, times: 1}\n", "greater than"),
        ("    template: late_fee\n", f"    template: late_fee\n{TWICE}\n", "no fee"),
        ("    template: invoice\n", f"    template: invoice\n{TWICE}\n", "from the due date"),
        ("channel: handover", f"channel: handover\n{TWICE}", "not for handover"),
        ("channel: call", "channel: handover", "nothing comes after"),
        ("send_on: [1, 2, 3, 4, 5]", "closed_on: [2026-12-25]", "plain text"),
        ("send_on: [1, 2, 3, 4, 5]", 'closed_on: ["2026-02-30"]', "date"),
        ("channel: call", "channel: NO", "quote this"),
    ],
)
def test_what_a_ladder_may_not_do_is_refused(old, new, words):
    assert GOOD.count(old) == 1
    assert any(words in message for _, _, message in problems(GOOD.replace(old, new)))


def test_repeats_that_end_before_the_next_stage_are_good():
    policy = read_policy(GOOD.replace(CALL, AGAIN))
    stage = policy.stage("call")
    assert stage.offsets == (21, 24, 27)


@pytest.mark.parametrize("written", ["021", "0x15", "0o25", "2_1"])
def test_a_number_that_another_reader_would_read_otherwise_is_refused(written):
    text = GOOD.replace("offset_days: 21", f"offset_days: {written}")
    assert "plain digits" in problems(text)[0][2]
