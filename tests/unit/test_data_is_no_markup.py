"""Whatever the hub tells, a command shows it as the text it is, and fails on none of it."""

import json
import re
from functools import cache
from urllib.parse import urlsplit

import pytest

from functions.operator_api.app import openapi_text
from infra.cli.errors import CliError
from infra.cli.http import Answer
from infra.cli.output import confirm, progress, talk

LONG = "Donaudampfschifffahrt" * 12
NAME = f"Bad [red]Boy[/red] :warning: X:memo:1 \x1b]0;no\x07 \N{RIGHT-TO-LEFT OVERRIDE} {LONG} [/x]"
SHOWN = "Bad[red]Boy[/red]:warning:X:memo:1"
LISTS = (
    ("customers",),
    ("invoices",),
    ("payments",),
    ("charges",),
    ("statement", "C", "--from", "2026-03-01"),
    ("interest", "INV"),
    ("sweep", "--dry-run"),
    ("explain", "C"),
    ("tasks",),
    ("parked",),
    ("calls",),
    ("drift",),
    ("entity", "list"),
    ("entity", "show", "demo"),
    ("entity", "numbers", "demo"),
    ("entity", "release", "demo", "--yes"),
    ("entity", "policy", "demo"),
    ("invoice", "show", "INV"),
    ("recurring", "list"),
    ("runs",),
    ("notice", "list", "C"),
    ("notice", "show", "C", "1"),
    ("mail", "status"),
    ("money", "credits", "C"),
    ("money", "show", "P"),
    ("promise", "list", "C"),
    ("dispute", "list", "C"),
    ("plan", "list", "C"),
    ("hold", "list", "C"),
    ("autopay", "show", "C"),
    ("sync", "show", "erp"),
    ("writeback", "list"),
    ("journal", "accounts"),
)


@cache
def described():
    return json.loads(openapi_text())


def example(schema):
    """Return what schema describes, with NAME wherever any text may stand."""
    if "$ref" in schema:
        return example(described()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0])
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {name: example(of) for name, of in schema["properties"].items()}
        case "object":
            values = schema.get("additionalProperties")
            return {NAME: example(values) if isinstance(values, dict) else NAME}
        case "array":
            return [example(schema["items"])]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "null":
            return None
    return text(schema)


def text(schema):
    formats = {"date": "2026-03-02", "date-time": "2026-03-02T09:00:00Z"}
    if schema.get("format") in formats:
        return formats[schema["format"]]
    pattern = schema.get("pattern", "")
    return next((one for one in ("12.50", "EUR") if pattern and re.match(pattern, one)), NAME)


def last_page(told):
    """Return told as the only page of its list, of a run that is over."""
    if isinstance(told, dict):
        told |= {k: v for k, v in (("next", None), ("time_zone", "Europe/Berlin")) if k in told}
        told |= {k: "12.5" for k in told if k.endswith(("_days", "_percent"))}
        told |= {"days": 3} if isinstance(told.get("days"), str) else {}
        for one in told.values():
            last_page(one)
    elif isinstance(told, list):
        for one in told:
            last_page(one)
    return told


@pytest.fixture
def talkative(hub, monkeypatch):
    """A hub that answers every request as it is described, with NAME in all its texts."""
    monkeypatch.setenv("DUECOURSE_ENTITY", "demo")

    def request(method, url, headers=None, body=None):
        path = urlsplit(url).path
        fits = [
            operations
            for pattern, operations in described()["paths"].items()
            if re.fullmatch(re.sub(r"\\?[{<][^}>]+[}>]", "[^/]+", pattern), path)
        ]
        told = next(of[method.lower()] for of in fits if method.lower() in of)["responses"]
        schema = next(told[code] for code in told if code.startswith("2"))
        found = last_page(example(schema["content"]["application/json"]["schema"]))
        return Answer(200, {}, (), json.dumps(found).encode())

    monkeypatch.setattr("infra.cli.api.request", request)


@pytest.mark.parametrize("typed", LISTS, ids=" ".join)
def test_a_list_shows_markup_emoji_and_control_codes_as_they_stand(talkative, duecourse, typed):
    code, out, err = duecourse(*typed)
    said = out + err
    assert (code, "Traceback" in said) == (0, False), err
    assert "\N{WARNING SIGN}" not in said
    assert not [c for c in said if c in "\x1b\x07\N{RIGHT-TO-LEFT OVERRIDE}"]


def test_a_word_that_is_too_long_for_its_column_is_broken_and_nothing_of_it_is_lost(
    talkative, duecourse
):
    _, out, _ = duecourse("entity", "list")
    assert out.count("D") >= 12 and "…" not in out


def test_a_question_and_a_refusal_say_data_as_it_stands(capsys, monkeypatch):
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda words, err: asked.append(words))
    with pytest.raises(CliError):
        confirm(f"Mail {NAME}?", yes=False)
    assert SHOWN in "".join(asked[0].split()) and "\x1b" not in asked[0]
    talk().print(NAME, style="red", markup=True, emoji=True)
    with progress() as bar:
        bar.add_task(NAME)
        (described_,) = [
            column.render(bar.tasks[0]).plain
            for column in bar.columns
            if column.__class__.__name__ == "TextColumn"
        ]
    assert "[red]" in described_
    told = "".join(capsys.readouterr().err.split())
    assert SHOWN in told and "\x1b" not in told
