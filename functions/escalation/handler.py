"""Carries out what a rung asks beyond a mail: late fee, call, hand-over to a person."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.escalate import escalate

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _escalate)


def _escalate(body: dict[str, Any]) -> None:
    entity_id, customer_id, n = body["entity"], body["customer_id"], body["n"]
    outcome = escalate(
        runtime.accounts(),
        runtime.entities(),
        runtime.charges(),
        runtime.notices(),
        runtime.queues(),
        entity_id,
        customer_id,
        n,
        runtime.now(),
    )
    log.info("escalation " + outcome, entity=entity_id, customer_id=customer_id, n=n)
