"""Follows stored webhooks: asks the gateway what happened, and books what is true.

It also asks for refunds and automatic collections, and finishes large payments and reversals that
somebody left half done: only this worker has the gateway's key.
"""

from typing import Any

from aws_lambda_powertools import Logger

from functions import batch
from shared import runtime
from shared.domain.gateway_event import GatewayEvent
from shared.domain.refund import RefundState
from shared.usecases.apply_payment import follow_again
from shared.usecases.cash_desk import go_on
from shared.usecases.request_refund import request_refund
from shared.usecases.reverse_payment import finish_reversal
from shared.usecases.take_autopay import take_autopay
from shared.usecases.take_event import take_event

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> batch.Answer:
    return batch.each(event, context, _take)


def _take(body: dict[str, Any]) -> None:
    if "refund_id" in body:
        _refund(body["entity"], body["refund_id"])
        return
    if "autopay" in body:
        whose = (body["entity"], body["customer_id"], body["autopay"])
        outcome = take_autopay(runtime.money_in(), *whose, runtime.now())
        log.info("autopay " + outcome.code, entity=body["entity"], checkout_id=body["autopay"])
        return
    if "payment_id" in body:
        desk, whose = runtime.cash_desk(), (body["entity"], body["payment_id"])
        go_on(desk, *whose, runtime.now())
        finish_reversal(desk, *whose, runtime.now())
        return
    entity_id, told = body["entity"], GatewayEvent(**body["event"])
    outcome = take_event(runtime.money_in(), runtime.inbox(), entity_id, told, runtime.now())
    tell = log.warning if outcome.state == "parked" else log.info
    tell("event " + outcome.state, code=outcome.code, entity=entity_id, event_id=told.event_id)


def _refund(entity_id: str, refund_id: str) -> None:
    refund = request_refund(runtime.refunding(), entity_id, refund_id, runtime.now())
    if refund.state is RefundState.FAILED:
        follow_again(runtime.money_in(), entity_id, refund.payment_reference, runtime.now())
    log.info(f"refund {refund.state}", entity=entity_id, refund_id=refund_id)
