"""Policy files as people get them wrong: each is refused, with file, line, column and reason."""

import re
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.main import app
from shared.adapters.policy_yaml import BYTES_MAX, PolicyInvalid, read_policy
from shared.domain.entity_rules import check_entity
from shared.errors import InvalidInput
from tests.support.samples import entity
from tests.unit.test_policy_yaml import GOOD

FEE = '      flat: {EUR: "40.00", USD: "40.00", GBP: "40.00"}\n'
CALL = "  - id: call\n    offset_days: 21\n    channel: call\n"
INTEREST = 'interest:\n  percent_a_month: "2"\n  state: FL\n'


def check(folder: Path, text: str | bytes) -> tuple[int, list[tuple[int, int, str]]]:
    """Return how `duecourse policy check` ends, and its complaints as (line, column, reason)."""
    file = folder / "policy.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(app, ["policy", "check", str(file)])
    told = []
    for line in result.stdout.splitlines():
        place = re.fullmatch(re.escape(str(file)) + r":(\d+):(\d+): (.*)", line)
        assert place is not None, line
        told.append((int(place[1]), int(place[2]), place[3]))
    return result.exit_code, told


def put(old: str, new: str) -> str:
    """Return the good file with old, which stands there once, replaced."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


READ_OTHERWISE = [
    ("71 octal", put("offset_days: 21", "offset_days: 021"), 33, "plain digits"),
    ("71 underscore", put("offset_days: 21", "offset_days: 2_1"), 33, "plain digits"),
    ("71 hex", put("offset_days: 21", "offset_days: 0x15"), 33, "plain digits"),
    ("71 plus", put("offset_days: 21", "offset_days: +21"), 33, "plain digits"),
    ("71 NO", put("channel: call", "channel: NO"), 34, "quote this"),
    ("71 on", put(CALL, CALL + "    to: [on]\n"), 35, "quote this"),
    ("71 key", put("name: standard", "name: standard\non: 1"), 5, "quote this"),
    (
        "71 12:30",
        put("name: standard", 'name: standard\nquiet_hours: {begins: 12:30, ends: "07:00"}'),
        5,
        "quote this",
    ),
    (
        "71 hours",
        put("name: standard", 'name: standard\nquiet_hours: {begins: "25:00", ends: "07:00"}'),
        5,
        "the time of day",
    ),
    ("71 yes", put(CALL, CALL + "    approval: yes\n"), 35, "quote this"),
    ("71 True", put(CALL, CALL + "    approval: True\n"), 35, "plain text or a whole number"),
    ("71 float", put("offset_days: 21", "offset_days: 21.0"), 33, "whole number"),
    ("71 date", put("name: standard", "name: standard\nclosed_on: [2026-12-25]"), 5, "plain text"),
    ("71 no such day", put("name: standard", 'name: standard\nclosed_on: ["2026-02-30"]'), 5, ""),
    ("71 duplicate", put("offset_days: 21", "offset_days: 21\n    offset_days: 22"), 34, "duplic"),
    ("71 text", put("offset_days: 21", 'offset_days: "21"'), 33, "integer"),
    ("71 null", put("offset_days: 21", "offset_days:"), 33, "integer"),
    ("72 tag", put("channel: call", "channel: !!python/object/apply:os.system [ls]"), 34, "no tag"),
    ("72 own tag", put("channel: call", "channel: !me call"), 34, ""),
    ("74 not ascending", put("offset_days: 21", "offset_days: 13"), 33, "ascend"),
    ("74 same id", put("id: call", "id: reminder"), 32, "earlier stage"),
    ("74 before the issue", put("    offset_days: 0\n    channel: email\n    template: invoice",
     "    offset_days: -1\n    channel: email\n    template: invoice"), 9, "0 to 5"),
    ("74 no stages", "name: standard\nstages: []\n", 2, "at least 1"),
    ("74 far", put("offset_days: 21", "offset_days: 1001"), 33, "1000"),
    ("75 above all", put(FEE, '      percent: "1000"\n'), 30, "digits"),
    ("75 above 100", put(FEE, '      percent: "101"\n'), 30, "at most 100"),
    ("75 negative", put(FEE, '      percent: "-5"\n'), 30, "digits"),
    ("75 float", put(FEE, "      percent: 1.5\n"), 30, "quoted text"),
    ("75 negative sum", put(FEE, '      flat: {EUR: "-40.00"}\n'), 30, ""),
    ("75 float sum", put(FEE, "      flat: {EUR: 40.5}\n"), 30, "quoted"),
    ("75 above the law's cap", put("send_on:", INTEREST + "send_on:"), 6, "the cap of FL"),
    ("76 expression", put("template: due_today", 'template: "{{ today }}"'), 19, "one of invoice"),
    ("76 escape", put("template: due_today", "template: \"{{ ''.__class__ }}\""), 19, "one of"),
    ("77 bomb", put("template: due_today", "template: \"{{ 'a'*10**9 }}\""), 19, "one of"),
    ("78 address", put("template: due_today", 'template: "<a href={{u}}>"'), 19, "one of"),
    ("79 merge", put("name: standard", "name: standard\nclosed_on: &d []\n<<: {closed_on: *d}"),
     6, "write out"),
    ("handover", put("    approval: true\n", ""), 39, "approval is needed"),
    ("conditions", put(", risks: [high]", ""), 43, "at least 2 conditions"),
    (
        "discount",
        put("    offset_days: -3", "    offset_days: 1\n    anchor: discount_end"),
        13,
        "-60",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [row[1:] for row in READ_OTHERWISE],
    ids=[row[0] for row in READ_OTHERWISE],
)
def test_a_file_that_means_something_else_is_refused_where_it_stands(tmp_path, text, line, words):
    code, told = check(tmp_path, text)
    assert code == 1
    assert [place for place, _, _ in told] == [line], told
    assert words in told[0][2]


def test_everything_that_is_wrong_is_named_at_once_in_the_files_order(tmp_path):
    text = (
        GOOD.replace("send_on: [1, 2, 3, 4, 5]", "send_on: [1, 9]")
        .replace("offset_days: 7\n", "offset_days: 07\n")
        .replace('{EUR: "50.00"', "{EUR: 50.00")
        .replace("id: call", "id: reminder")
        .replace("offset_days: 30", "offset_days: 20")
        .replace("    approval: true\n", "    surprise: 1\n")
    )
    code, told = check(tmp_path, text)
    assert code == 1
    assert [line for line, _, _ in told] == [5, 21, 28, 32, 36, 39, 42], told


TRAPS = [
    ("79 alias bomb", "a: &a [x]\nb: [" + ", ".join(["*a"] * 40) + "]\n"),
    ("79 exponential", "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n"
                               for n in range(9))),
    ("79 itself", "a: &a [*a]\n"),
    ("79 large", "#" * (BYTES_MAX + 1)),
    ("79 many", "stages: [" + "1, " * 20_000 + "1]\n"),
    ("79 deep", "a: " + "[" * 500 + "]" * 500),
    ("tabs", "name: x\n\tstages: []\n"),
    ("two documents", "name: x\n---\nname: y\n"),
    ("empty", ""),
    ("only a comment", "# nothing\n"),
    ("a list", "- name: x\n"),
    ("not closed", 'name: "x\n'),
    ("control", "name: \x07\n"),
    ("an older YAML", "%YAML 1.1\n---\nname: x\nstages: yes\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", [t for _, t in TRAPS], ids=[name for name, _ in TRAPS])
def test_what_is_no_policy_at_all_is_refused_soon(tmp_path, text):
    began = time.process_time()
    code, told = check(tmp_path, text)
    assert time.process_time() - began < 5
    assert code == 1
    assert told
    assert all(line >= 1 and column >= 1 and reason for line, column, reason in told)


def test_bytes_that_are_no_utf8_are_refused(tmp_path):
    for bad in (b"\xff\xfen\x00", GOOD.encode("utf-16"), "name: b\xfccher".encode("latin-1")):
        assert check(tmp_path, bad) == (1, [(1, 1, "this is not UTF-8 text")])


def test_a_byte_order_mark_and_other_line_ends_change_nothing(tmp_path):
    assert check(tmp_path, "\ufeff" + GOOD) == (0, [])
    assert check(tmp_path, GOOD.replace("\n", "\r\n")) == (0, [])
    _, told = check(tmp_path, ("\ufeff" + GOOD).replace("offset_days: 21", "offset_days: 021"))
    assert [line for line, _, _ in told] == [33]


def test_quoted_words_are_words():
    policy = read_policy(put(CALL, CALL + '    when: {segments: ["no", "on"], risks: ["12"]}\n'))
    stage = policy.stage("call")
    assert stage is not None
    assert stage.when.segments == ("no", "on")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "../etc/passwd", "", "CEST"])
def test_a_zone_that_there_is_not_is_refused_where_it_is_set(zone):
    with pytest.raises(InvalidInput) as caught:
        check_entity(entity(time_zone=zone), {"en"})
    assert caught.value.facts["field"] == "time_zone"


def test_a_complaint_never_holds_what_the_file_says():
    secret = "x" * 200
    with pytest.raises(PolicyInvalid) as caught:
        read_policy(f'name: "{secret}"\nstages: []\n')
    assert secret not in str(caught.value)
    assert all(secret not in str(problem) for problem in caught.value.problems)
