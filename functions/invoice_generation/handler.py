"""Issues the invoices that a recurrence makes due, every hour."""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.generate_invoices import generate_invoices

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    enough_time = batch.enough_time(context)

    def act(body: dict[str, Any]) -> None:
        entity_id = body.get("entity", "")
        made = generate_invoices(runtime.generating(), runtime.now(), enough_time, entity_id)
        log.info("invoices generated", made=made)

    return batch.each(event, context, act)
