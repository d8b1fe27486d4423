"""What a request has wrong is said by field, in words that name what is expected."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import ValidationError

from functions.operator_api import refusals
from functions.operator_api.app import openapi_text
from functions.operator_api.schema.agreements import PlanAskIn, PromiseIn
from functions.operator_api.schema.escalation import CallOutcomeIn
from functions.operator_api.schema.wire import Wire

SCHEMAS = Path(refusals.__file__).parent / "schema"
VALUES = (None, -1, 10**9, 1.5, True, "", "?", "x" * 6_000, [], ["?"] * 500, {}, {"x": 1}, [{}])
ID = "01J" + "A" * 23


def models() -> Iterator[type[Wire]]:
    for file in sorted(SCHEMAS.glob("*.py")):
        found = vars(import_module(f"functions.operator_api.schema.{file.stem}")).values()
        yield from (one for one in found if isinstance(one, type) and issubclass(one, Wire))


def told(model: type[Wire], sent: object) -> dict[str, tuple[str, str]]:
    """Return code and sentence by field, for what was sent as a body."""
    try:
        model.model_validate(sent)
    except ValidationError as exc:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in exc.errors()]
        return {one["field"]: (one["code"], one["reason"]) for one in refusals.fields(errors)}
    return {}


def test_whatever_is_sent_no_pattern_and_no_words_of_a_library_come_back():
    seen = set()
    for model in set(models()):
        for name in model.model_fields:
            for value in VALUES:
                for code, reason in told(model, {name: value}).values():
                    seen.add(code)
                    assert code != "invalid", (model, name, value)
                    assert re.fullmatch(r"[A-Z][^^\[\]\\\\{}]+\.", reason), reason
                    assert not re.search("Input|should|valid |Field|<|None", reason), reason
    assert len(seen) >= 12, seen


def test_every_form_of_a_text_in_the_api_is_said_in_words_and_no_other():
    used = set(re.findall(r'"pattern": ?"((?:[^"\\\\]|\\\\.)*)"', openapi_text()))
    assert {json.loads(f'"{one}"') for one in used} == set(refusals.PATTERNS)


@pytest.mark.parametrize(
    ("model", "sent", "field", "code", "reason"),
    [
        (PromiseIn, {"pays_on": "soon"}, "pays_on", "bad_day", "Write a day as YYYY-MM-DD"),
        (PromiseIn, {"documents": ["INV-7"]}, "documents.0", "bad_form", "Give our id"),
        (PromiseIn, {}, "customer_id", "missing", "It is needed."),
        (
            PromiseIn,
            {"amount": {"amount": "1,5"}},
            "amount.amount",
            "bad_form",
            "digits with a dot",
        ),
        (PromiseIn, {"soon": 1}, "soon", "unknown_field", "There is no such field."),
        (PromiseIn, [], "body", "bad_object", "Send an object"),
        (PlanAskIn, {"parts": 40}, "parts", "out_of_range", "It is at most 36."),
        (PlanAskIn, {"pace": "daily"}, "pace", "no_choice", "weekly, fortnightly or monthly"),
        (CallOutcomeIn, {"outcome": "won"}, "outcome", "no_choice", "reached_promise, "),
        (CallOutcomeIn, {"note": "x" * 1001}, "note", "too_long", "at most 1,000 characters"),
    ],
)
def test_a_field_is_named_with_a_stable_code_and_what_is_expected(model, sent, field, code, reason):
    found = told(model, sent)[field]
    assert found[0] == code
    assert reason in found[1]


def test_a_body_that_is_no_json_is_told_as_a_whole():
    error = {"type": "json_invalid", "loc": ("body", 17), "ctx": {"error": "Expecting value"}}
    reason = "The body is not JSON."
    assert refusals.fields([error]) == [{"field": "body", "code": "bad_json", "reason": reason}]


def test_what_is_not_known_yet_is_still_a_sentence():
    (one,) = refusals.fields([{"type": "new_kind", "loc": ("query", "limit"), "msg": "Input ^$"}])
    assert (one["field"], one["code"]) == ("limit", "invalid")
    assert "Input" not in one["reason"]
