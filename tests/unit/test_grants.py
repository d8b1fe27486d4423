"""Each function is granted what its code does to the table, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from infra.local import template as sam
from tests.support.table_calls import table_calls

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS: dict[str, Any] = {
    name: resource["Properties"]
    for name, resource in sam.load(ROOT / "template.yaml")["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
# names that lead to a method of the same name which this function never calls
LED_ASTRAY = {
    ("BooksCheck", "DeleteItem"): "opens tasks, and ends none",
    ("Documents", "DeleteItem"): "reads the ledger, opens tasks, and ends none",
    ("InvoiceGeneration", "DeleteItem"): "adds lines to no invoice of the ERP's",
    ("NoticeSend", "DeleteItem"): "reads the ledger, and posts nothing",
}


def granted(properties: dict[str, Any]) -> set[str]:
    """Return the actions on the table and its indexes that a function's policy allows."""
    found = set()
    for policy in properties.get("Policies", ()):
        for statement in policy["Statement"]:
            actions = statement["Action"]
            for action in actions if isinstance(actions, list) else [actions]:
                service, _, name = action.partition(":")
                index = str(statement["Resource"]).partition("/index/")[2].rstrip("'}")
                if service == "dynamodb":
                    found.add(f"{name}/{index}" if index else name)
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_granted_what_its_code_does_and_nothing_else(name: str) -> None:
    calls = table_calls(ROOT, FUNCTIONS[name]["Handler"])
    needed = {action for action in calls if (name, action) not in LED_ASTRAY}
    allowed = granted(FUNCTIONS[name])
    assert {a: sorted(calls[a]) for a in needed - allowed} == {}, "not granted"
    assert allowed - needed == set(), "granted, and done by nothing in its code"


def test_no_excuse_is_left_over() -> None:
    for name, action in LED_ASTRAY:
        assert action in table_calls(ROOT, FUNCTIONS[name]["Handler"]), (name, action)
        assert action not in granted(FUNCTIONS[name]), (name, action)


def test_enough_is_followed_to_mean_something() -> None:
    calls = {name: table_calls(ROOT, own["Handler"]) for name, own in FUNCTIONS.items()}
    assert "shared.adapters.ledger:_head_writes" in calls["PaymentWorker"]["DeleteItem"]
    assert "Query/due" in calls["SweepPlanner"]
    assert "Query/pending" in calls["Janitor"]
    assert calls["StreamRelay"] == {}
