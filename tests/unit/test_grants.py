"""Each function is granted what its code does to the table, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local import template as sam
from tests.support.table_calls import queue_sends, table_calls

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = sam.load(ROOT / "template.yaml")
FUNCTIONS: dict[str, Any] = {
    name: resource["Properties"]
    for name, resource in TEMPLATE["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
}
QUEUES = {
    name.removesuffix("_QUEUE_URL"): url["Ref"]
    for name, url in TEMPLATE["Globals"]["Function"]["Environment"]["Variables"].items()
    if name.endswith("_QUEUE_URL")
}
# names that lead to a method of the same name which this function never calls
LED_ASTRAY = {
    ("SweepPlanner", "BatchGetItem"): "looks at connections, and at no document",
    ("BooksCheck", "DeleteItem"): "opens tasks, and ends none",
    ("ErpWebhook", "GetItem"): "reads the wall clock, and no other",
    ("ErpWriteback", "DeleteItem"): "opens tasks, and ends none",
    ("InvoiceGeneration", "DeleteItem"): "adds lines to no invoice of the ERP's",
}


def allowed(properties: dict[str, Any], service: str) -> Iterator[tuple[str, Any]]:
    """Yield each action of a service that a policy allows, with what it is allowed on."""
    for policy in properties.get("Policies", ()):
        for statement in policy["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                of, _, name = action.partition(":")
                for resource in resources if isinstance(resources, list) else [resources]:
                    if of == service:
                        yield name, resource


def granted(properties: dict[str, Any]) -> set[str]:
    """Return the actions on the table and its indexes that a function's policy allows."""
    found = set()
    for name, resource in allowed(properties, "dynamodb"):
        index = str(resource).partition("/index/")[2].rstrip("'}")
        found.add(f"{name}/{index}" if index else name)
    return found


def may_send_to(properties: dict[str, Any]) -> set[str]:
    """Return the queues, by their names in the code, that a function's policy lets it send to."""
    sends = [r for name, r in allowed(properties, "sqs") if name == "SendMessage"]
    assert all(isinstance(r, dict) and set(r) == {"Fn::GetAtt"} for r in sends), sends
    arns = {queue: [resource, "Arn"] for queue, resource in QUEUES.items()}
    return {queue for queue, arn in arns.items() for r in sends if _words(r["Fn::GetAtt"]) == arn}


def _words(attribute: str | list[str]) -> list[str]:
    return attribute.split(".") if isinstance(attribute, str) else attribute


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_granted_what_its_code_does_and_nothing_else(name: str) -> None:
    calls = table_calls(ROOT, FUNCTIONS[name]["Handler"])
    needed = {action for action in calls if (name, action) not in LED_ASTRAY}
    may = granted(FUNCTIONS[name])
    assert {a: sorted(calls[a]) for a in needed - may} == {}, "not granted"
    assert may - needed == set(), "granted, and done by nothing in its code"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_send_to_the_queues_that_its_code_names_and_to_no_other(name: str) -> None:
    sends = queue_sends(ROOT, FUNCTIONS[name]["Handler"])
    needed, may = sends.keys() & QUEUES.keys(), may_send_to(FUNCTIONS[name])
    assert {q: sorted(sends[q]) for q in needed - may} == {}, "not granted"
    assert may - needed == set(), "granted, and sent to by nothing in its code"


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
    sends = {name: queue_sends(ROOT, own["Handler"]) for name, own in FUNCTIONS.items()}
    assert "shared.usecases.queue_batches:queue_batches" in sends["Janitor"]["SWEEP"]
    assert "shared.adapters.errands:errand" in sends["StreamRelay"]["ESCALATION"]
    assert "shared.usecases.escalate:escalate" in sends["Escalation"]["DOCUMENT"]
