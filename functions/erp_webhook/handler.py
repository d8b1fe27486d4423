"""Takes the webhooks of accounting systems: a hint that something changed, and a pull follows.

What changed is not taken from the webhook: it says no more than what a pull finds.
"""

from typing import Any

from aws_lambda_powertools import Logger

from functions.edge.raw_body import raw_body
from shared import runtime
from shared.adapters.erp_signature import check_signature
from shared.domain.connection import NAME
from shared.domain.roles import ENTITY_ID
from shared.errors import ErpAccess, MalformedWebhook, UntrustedWebhook

log = Logger()
_BODY_BYTES_MAX = 1_000_000


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    entity_id = event["pathParameters"]["entity"]
    name = event["pathParameters"]["connection"]
    if not ENTITY_ID.fullmatch(entity_id) or not NAME.fullmatch(name):
        return {"statusCode": 401}
    try:
        body = raw_body(event)
        if len(body) > _BODY_BYTES_MAX:
            return {"statusCode": 413}
        key = str(runtime.erp_secret(entity_id, name).value().get("webhook_key", ""))
        check_signature(event.get("headers", {}), body, key)
    except (UntrustedWebhook, MalformedWebhook, ErpAccess) as error:
        log.warning("webhook refused", code=error.code, **error.facts)
        return {"statusCode": 401}
    runtime.queues().send("SYNC", {"kind": "pull", "entity": entity_id, "connection": name})
    log.info("change told", entity=entity_id, connection=name)
    return {"statusCode": 200}
