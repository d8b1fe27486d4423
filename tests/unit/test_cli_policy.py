"""policy check and policy schema: no hub is asked."""

import json
from pathlib import Path

from typer.testing import CliRunner

from infra.cli.main import app
from shared.adapters.policy_schema import policy_schema
from shared.adapters.policy_yaml import standard_text

DOCS = Path(__file__).parents[2] / "docs"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["policy", *words])
    return result.exit_code, result.stdout


def test_a_good_file_ends_with_0_and_a_bad_one_with_1_naming_every_line(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(standard_text())
    text = standard_text().replace("offset_days: 7\n", "offset_days: 07\n")
    bad.write_text(text.replace('{EUR: "40.00"', "{EUR: 40.00"))
    assert run("check", str(good)) == (0, "")
    code, out = run("check", str(good), str(bad))
    assert code == 1
    assert [line.split(": ")[0] for line in out.splitlines()] == [f"{bad}:24:18", f"{bad}:33:19"]


def test_json_is_a_list_of_what_is_wrong_and_nothing_else(tmp_path):
    good, bad, odd = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "odd.yaml"
    good.write_text(standard_text())
    bad.write_text("name: My Ladder\nstages: [{id: end, offset_days: 1, channel: email}]\n")
    odd.write_bytes(b"\xff\xfe")
    code, out = run("check", "--json", str(good))
    assert (code, json.loads(out)) == (0, [])
    code, out = run("check", "--json", str(good), str(bad), str(odd))
    told = json.loads(out)
    assert code == 1
    assert told[0] == {
        "file": str(bad),
        "line": 1,
        "column": 7,
        "field": "name",
        "code": "field_invalid",
        "reason": "write 2 to 31 small letters, digits, - or _, beginning with a letter",
    }
    assert [(p["file"], p["line"], p["code"]) for p in told[1:]] == [
        (str(bad), 2, "rule_broken"),
        (str(odd), 1, "file_unreadable"),
    ]


def test_what_is_no_text_or_no_file_is_said(tmp_path):
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(b"\xff\xfe")
    assert run("check", str(odd)) == (1, f"{odd}:1:1: this is not UTF-8 text\n")
    assert run("check", str(tmp_path / "none.yaml"))[0] != 0


def test_the_published_schema_is_that_of_the_models():
    assert json.loads((DOCS / "policy.schema.json").read_text()) == policy_schema()
    assert json.loads(run("schema")[1]) == policy_schema()
    assert "version" not in policy_schema()["properties"]
