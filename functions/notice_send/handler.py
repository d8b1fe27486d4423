"""Sends claimed notices by mail or text message, and claims the receipt of each payment."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.usecases.claim_receipt import claim_receipt
from shared.usecases.send_notice import send_notice
from shared.usecases.send_sms import send_sms

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, partial(_send, batch.enough_time(context)))


def _send(enough_time: Callable[[], bool], body: dict[str, Any]) -> None:
    entity_id, customer_id, now = body["entity"], body["customer_id"], runtime.now()
    if body["kind"] == "receipt":
        payment_id = body["payment_id"]
        stores = (runtime.accounts(), runtime.receipts())
        outcome = claim_receipt(*stores, entity_id, customer_id, payment_id, now)
        log.info("receipt " + outcome, entity=entity_id, payment_id=payment_id)
        return
    n = body["n"]
    if not enough_time():  # it stays claimed, and is handed over again: none is cut off midway
        log.info("notice busy", entity=entity_id, customer_id=customer_id, n=n)
        return
    if body["kind"] == "sms":
        outcome = send_sms(runtime.texting(), entity_id, customer_id, n, now)
        log.info("sms " + outcome, entity=entity_id, customer_id=customer_id, n=n)
        return
    outcome = send_notice(runtime.sending(), entity_id, customer_id, n, now)
    log.info("notice " + outcome, entity=entity_id, customer_id=customer_id, n=n)
