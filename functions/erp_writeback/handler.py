"""Writes settled payments to files that the ERP fetches."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.write_back import write_back

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each_in_order(event, context, _write)


def _write(body: dict[str, Any]) -> None:
    ids = (body["entity"], body["customer_id"], body["payment_id"], body["document_id"])
    step = body.get("step", 0)
    outcome = write_back(runtime.writebacks(), runtime.writeback_files(), *ids, step)
    log.info("write-back " + outcome, entity=ids[0], payment_id=ids[2], document_id=ids[3])
