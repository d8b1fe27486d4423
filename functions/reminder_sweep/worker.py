"""Decides on each customer of a batch and claims the notices that are due.

Where the entity wants it, unapplied money of these customers is put to use as well.
"""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.work_sweep import work

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _work)


def _work(body: dict[str, Any]) -> None:
    whose = (body["entity"], body["run_id"], int(body["batch"]))
    tally = work(runtime.sweeping(), *whose, body["customers"], runtime.now())
    log.info("sweep worked", entity=body["entity"], run_id=body["run_id"], **asdict(tally))
