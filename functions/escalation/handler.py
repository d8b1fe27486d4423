"""Carries out what a rung asks beyond a mail, and looks at charges once a day."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.accrue import accrue
from shared.usecases.escalate import escalate

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _escalate)


def _escalate(body: dict[str, Any]) -> None:
    if body["kind"] == "accrue":
        _accrue(body["entity"], body["customers"])
        return
    entity_id, customer_id, n = body["entity"], body["customer_id"], body["n"]
    outcome = escalate(runtime.escalating(), entity_id, customer_id, n, runtime.now())
    log.info("escalation " + outcome, entity=entity_id, customer_id=customer_id, n=n)


def _accrue(entity_id: str, customer_ids: list[str]) -> None:
    ports = runtime.charging()
    postings = accrue(ports, runtime.accounts(), entity_id, customer_ids, runtime.now())
    log.info("charges looked at", entity=entity_id, customers=len(customer_ids), postings=postings)
