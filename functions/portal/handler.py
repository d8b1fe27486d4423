"""The portal: what a customer sees, pays and asks."""

from typing import Any

from aws_lambda_powertools import Logger

from functions.edge.http import Answer
from functions.portal import (
    account,
    agreements,
    autopay,
    confirming,
    failures,
    plans,
    public,
    statements,
)

log = Logger()

ROUTES = (
    public.ROUTES
    | account.ROUTES
    | agreements.ROUTES
    | autopay.ROUTES
    | confirming.ROUTES
    | plans.ROUTES
    | statements.ROUTES
)


@log.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> Answer:
    route = event["routeKey"]
    try:
        answer = ROUTES[route](event)
    except failures.EXPECTED as exc:
        answer = failures.answer(event, exc)
        log.info("refused", route=route, code=exc.code)
    log.info("answered", route=route, status=answer["statusCode"])
    return answer
