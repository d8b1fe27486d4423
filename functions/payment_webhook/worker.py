"""Follows stored webhooks: asks the gateway what happened, and books what is true."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.take_event import take_event

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _take)


def _take(body: dict[str, Any]) -> None:
    entity_id, event_id = body["entity"], body["event_id"]
    outcome = take_event(runtime.money_in(), runtime.inbox(), entity_id, event_id, runtime.now())
    tell = log.warning if outcome.state == "parked" else log.info
    tell("event " + outcome.state, code=outcome.code, entity=entity_id, event_id=event_id)
