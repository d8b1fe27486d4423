"""Batches from queues: what fails comes back alone, and the log says why."""

import json
import logging

import pytest

from functions import batch


def record(n: int) -> dict[str, object]:
    return {
        "messageId": str(n),
        "body": json.dumps(n),
        "eventSource": "aws:sqs",
        "attributes": {"MessageGroupId": "g"},
    }


def refuse_two(body: int) -> None:
    if body == 2:
        raise RuntimeError("no second one")


@pytest.mark.parametrize(("take", "back"), [(batch.each, ["2"]), (batch.each_in_order, ["2", "3"])])
def test_a_message_that_fails_among_others_comes_back_and_is_explained(
    take, back: list[str], caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        answer = take({"Records": [record(n) for n in (1, 2, 3)]}, None, refuse_two)
    assert [failed["itemIdentifier"] for failed in answer["batchItemFailures"]] == back
    assert "no second one" in caplog.text
