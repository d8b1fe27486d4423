"""Decides on each customer of a message and claims the notices that are due."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases import sweep

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _work)


def _work(body: dict[str, Any]) -> None:
    entity_id, run_id = body["entity"], body["run_id"]
    tally = sweep.work(
        entity_id,
        body["customers"],
        runtime.accounts(),
        runtime.entities(),
        runtime.claims(),
        runtime.now(),
    )
    runtime.runs().report(entity_id, run_id, body["batch"], tally)
    log.info("sweep worked", entity=entity_id, run_id=run_id, **asdict(tally))
