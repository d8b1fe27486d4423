"""Takes the gateway's webhooks: verified on the raw bytes, stored, answered, followed later."""

from typing import Any

from aws_lambda_powertools import Logger

from functions.edge.raw_body import raw_body
from shared import runtime
from shared.adapters.stripe_event import BODY_BYTES_MAX
from shared.errors import MalformedWebhook, NotFound, UntrustedWebhook
from shared.usecases.receive_webhook import Stored, receive_webhook

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    entity_id = event["pathParameters"]["entity"]
    signature = event.get("headers", {}).get("stripe-signature", "")
    try:
        body = raw_body(event)
        if len(body) > BODY_BYTES_MAX:
            return {"statusCode": 413}
        taken, stored = receive_webhook(
            runtime.webhooks(), entity_id, body, signature, runtime.wall()
        )
    except (UntrustedWebhook, MalformedWebhook) as error:
        log.warning("webhook refused", code=error.code, **error.facts)
        return {"statusCode": 400}
    except NotFound:
        log.warning("webhook refused", code="unknown_entity")
        return {"statusCode": 404}
    if stored is Stored.OTHER_BODY:
        log.error("webhook differs from the first of its id", code="webhook_id_reused")
    log.info("webhook " + stored, entity=entity_id, event_id=taken.event_id, type=taken.type)
    return {"statusCode": 200}
