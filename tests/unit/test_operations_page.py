"""The page for who is woken: every alarm is on it, and it names none that is not there."""

import re

from tests.support.template import ROOT, template


def test_every_alarm_says_what_to_do() -> None:
    resources = template("infra/alarms.yaml")["Resources"]
    alarms = {n for n, made in resources.items() if made["Type"] == "AWS::CloudWatch::Alarm"}
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (`[^|]+`) \|", page)
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert len(alarms) > 20
    assert {"…Dead" if name.endswith("Dead") else name for name in alarms} == told
