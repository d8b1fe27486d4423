"""The operators' interface and console: every call is verified here, whatever stands in front."""

from typing import Any

from aws_lambda_powertools import Logger

from functions.operator_api import access, trail
from functions.operator_api.app import answer, app
from functions.operator_api.console.app import console
from shared import runtime
from shared.domain.clock import Now
from shared.errors import Unauthenticated

log = Logger()


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    now = runtime.now()
    trail.begin()
    answered = _answer(event, context, now)
    log.info("answered", **trail.trail(event), status=answered["statusCode"])
    return answered


def _answer(event: dict[str, Any], context: Any, now: Now) -> dict[str, Any]:
    path = str(event.get("rawPath", ""))
    if path == "/console" or path.startswith("/console/"):
        return console(event, now)
    try:
        principal = access.bearer(event.get("headers") or {}, now)
    except Unauthenticated as error:
        log.info("refused", code=error.code, reason=error.facts["reason"])
        refusal = answer(error)
        return {
            "statusCode": refusal.status_code,
            "headers": {
                "content-type": refusal.content_type,
                "www-authenticate": 'Bearer realm="duecourse"',
                "cache-control": "no-store",
            },
            "body": refusal.body,
        }
    access.begin(principal, now)
    return app().resolve(event, context)
