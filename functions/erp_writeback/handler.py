"""Tells an entity's ERP of money and charges, or writes files that the ERP fetches."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.write_back import Round, write_back

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    round_ = Round(batch.enough_time(context), runtime.wall)

    def act(body: dict[str, Any]) -> None:
        ids = (body["entity"], body["customer_id"], body["document_id"])
        outcome = write_back(runtime.telling(), round_, *ids, runtime.now())
        tell = log.warning if outcome == "stopped" else log.info
        tell("write-back " + outcome, entity=ids[0], document_id=ids[2])

    return batch.each_in_order(event, context, act)
