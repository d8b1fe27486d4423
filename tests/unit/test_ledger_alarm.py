"""A posting that somebody changed is told with all that finds it, and with nothing of a person."""

from types import SimpleNamespace
from typing import Any

import pytest

from functions.stream_relay.handler import handler
from shared.adapters import keys

CONTEXT = SimpleNamespace(
    function_name="StreamRelay",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:StreamRelay",
    aws_request_id="r",
)


def record(event: str, pk: str) -> dict[str, Any]:
    place = {"pk": {"S": pk}, "sk": {"S": "M#1"}}
    old = place | {"name": {"S": "Nordlicht GmbH"}}
    return {"eventName": event, "dynamodb": {"Keys": place, "OldImage": old}}


@pytest.mark.parametrize("event", ["MODIFY", "REMOVE"])
def test_a_change_of_the_ledger_names_entity_customer_and_posting(caplog, event):
    handler({"Records": [record(event, keys.ledger("demo", "c1"))]}, CONTEXT)
    (said,) = caplog.records
    told = (said.levelname, said.event, said.posting, said.entity, said.customer_id)
    assert (said.message, *told) == ("ledger_changed", "CRITICAL", event, "M#1", "demo", "c1")
    assert "Nordlicht" not in str(vars(said))


@pytest.mark.parametrize(
    ("event", "pk"),
    [("INSERT", keys.ledger("demo", "c1")), ("REMOVE", keys.live("demo", "c1")), ("MODIFY", "L")],
)
def test_what_the_ledger_lives_by_is_no_alarm(caplog, event, pk):
    handler({"Records": [record(event, pk)]}, CONTEXT)
    assert caplog.records == []
