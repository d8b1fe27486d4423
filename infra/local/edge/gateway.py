"""One request through the gateway: route, authorizer, function, response. Knows no sockets."""

import json
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from infra.local.edge import payload, routes
from infra.local.edge.authorizer import JwtAuthorizer, Refused
from infra.local.edge.functions import Failed, Functions, TooLarge, TooSlow
from infra.local.edge.plan import Plan

_log = logging.getLogger("edge")
_INTEGRATION_TIMEOUT_S = 30.0


class Gateway:
    """Answers requests by a plan. Safe to share among threads."""

    def __init__(
        self,
        plan: Plan,
        functions: Functions,
        *,
        account_id: str,
        now: Callable[[], datetime],
        timeout_s: float = _INTEGRATION_TIMEOUT_S,
    ) -> None:
        self._plan = plan
        self._functions = functions
        self._account_id = account_id
        self._now = now
        self._timeout_s = timeout_s
        self._authorizers = {name: JwtAuthorizer(trust) for name, trust in plan.trusts.items()}

    def answer(self, request: payload.Request) -> payload.Response:
        """Return the response; every failure becomes the answer that API Gateway would give."""
        started = time.monotonic()
        request_id = secrets.token_urlsafe(11)
        match = routes.find(self._plan.routes, request.method, request.path)
        if match is None:
            made = payload.message(404, "Not Found")
        else:
            made = self._through(request, match, request_id)
        self._note(request, match, made, request_id, time.monotonic() - started)
        headers = [*made.headers, ("apigw-requestid", request_id)]
        return replace(made, headers=headers)

    def _through(
        self, request: payload.Request, match: routes.Match, request_id: str
    ) -> payload.Response:
        claims = None
        if match.route.authorizer is not None:
            lowered = {name.lower(): value for name, value in request.headers}
            try:
                claims = self._authorizers[match.route.authorizer].claims(lowered)
            except Refused:
                refused = payload.message(401, "Unauthorized")
                return replace(refused, headers=[*refused.headers, ("www-authenticate", "Bearer")])
        event = payload.event(
            request,
            match,
            claims=claims,
            request_id=request_id,
            api_id=self._plan.api_id,
            account_id=self._account_id,
            now=self._now(),
        )
        try:
            result = self._functions.call(match.route.function, event, timeout_s=self._timeout_s)
        except TooLarge:
            return payload.message(413, "Request Entity Too Large")
        except TooSlow:
            return payload.message(503, "Service Unavailable")
        except Failed:
            return payload.message(500, "Internal Server Error")
        return payload.response(result)

    def _note(
        self,
        request: payload.Request,
        match: routes.Match | None,
        made: payload.Response,
        request_id: str,
        took_s: float,
    ) -> None:
        """Log the route, never the path: a path may hold a link's token."""
        facts = {
            "request_id": request_id,
            "method": request.method,
            "route": match.route.key if match else "-",
            "status": made.status,
            "took_ms": round(took_s * 1000, 1),
        }
        _log.info(json.dumps(facts))
