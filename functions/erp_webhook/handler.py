"""Takes the webhooks of accounting systems: a hint that something changed, and a pull follows.

What is too long or not signed costs nothing: no secret is read for it, and nothing is written. What
changed is not taken from the webhook: it says no more than what a pull finds.
"""

from typing import Any

from aws_lambda_powertools import Logger

from functions.edge.raw_body import raw_body
from shared import runtime
from shared.adapters.erp_signature import check_signature
from shared.domain.connection import NAME
from shared.domain.roles import ENTITY_ID
from shared.errors import MalformedWebhook, UntrustedWebhook
from shared.usecases.hear_hint import hear_hint

log = Logger()
_BODY_CHARS_MAX = 1_000_000


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    entity_id = event["pathParameters"]["entity"]
    name = event["pathParameters"]["connection"]
    if not ENTITY_ID.fullmatch(entity_id) or not NAME.fullmatch(name):
        return {"statusCode": 401}
    if len(event.get("body") or "") > _BODY_CHARS_MAX:
        return {"statusCode": 413}
    wall = runtime.wall()
    try:
        signer = runtime.webhook_key(entity_id, name)
        check_signature(event.get("headers", {}), raw_body(event), lambda: signer.value(wall))
    except (UntrustedWebhook, MalformedWebhook) as error:
        log.warning("webhook refused", code=error.code, **error.facts)
        return {"statusCode": 401}
    asked = hear_hint(runtime.erp_hints(), runtime.queues(), entity_id, name, wall)
    log.info("change told", entity=entity_id, connection=name, asked=asked)
    return {"statusCode": 200}
