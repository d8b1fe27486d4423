# SPDX-License-Identifier: GPL-3.0-or-later
"""What every request passes through, from the outside in."""

import asyncio
import base64
import binascii
import json
import secrets

from aiohttp import web
from aiohttp.typedefs import Handler
from localstripe.errors import UserError

from infra.local.stripe.errors import ApiError
from infra.local.stripe.idempotency import NOT_KEPT
from infra.local.stripe.webhooks import request_of_event
from infra.local.stripe.world import world

KEY_PREFIXES = ("sk_test_", "rk_test_")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
HANG_S = 30.0


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into answers in Stripe's shape."""
    try:
        return await handler(request)
    except UserError as exc:
        response = web.Response(
            status=exc.code, text=json.dumps(exc.body), content_type="application/json"
        )
        if not getattr(exc, "executed", exc.code == 402):
            response[NOT_KEPT] = True
        return response
    except web.HTTPException as exc:
        if exc.status < 400 or not request.path.startswith("/v1/"):
            raise
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        body = {"error": {"type": "invalid_request_error", "message": message}}
        response = web.json_response(body, status=exc.status)
        response[NOT_KEPT] = True
        return response


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse control calls that a web page of another origin could have caused."""
    if request.path.startswith("/_config/"):
        host = request.host.rpartition(":")[0] or request.host
        if host not in LOOPBACK_HOSTS or "Origin" in request.headers:
            raise ApiError(403, "The control API answers local programs only")
    return await handler(request)


@web.middleware
async def api_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Check the key and the version of API calls, and number them."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    key = _key_of(request.headers.get("Authorization", ""))
    if not key.startswith(KEY_PREFIXES):
        raise ApiError(401, "Invalid API Key provided: use one that starts with sk_test_")
    speaks = world().settings.api_version
    if request.headers.get("Stripe-Version", speaks) != speaks:
        raise ApiError(400, f"This local Stripe speaks version {speaks} only")
    request_id = "req_" + secrets.token_hex(7)
    idempotency_key = request.headers.get("Idempotency-Key")
    request_of_event.set({"id": request_id, "idempotency_key": idempotency_key})
    response = await handler(request)
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = speaks
    if idempotency_key is not None:
        response.headers["Idempotency-Key"] = idempotency_key
    return response


def _key_of(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme == "Bearer":
        return value
    if scheme != "Basic":
        return ""
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


@web.middleware
async def lost_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep the answer back, after carrying the call out or instead of it, on command."""
    fault = world().faults.take("api", ("timeout", "lose_answer"), request.path, request.method)
    if fault is None:
        return await handler(request)
    if fault.kind == "lose_answer":
        response = await handler(request)
        await asyncio.sleep(fault.seconds)
    else:
        await asyncio.sleep(fault.seconds or HANG_S)
        response = web.Response(status=504)
    if request.transport is not None:
        request.transport.abort()
    return response


@web.middleware
async def once(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Carry out the same keyed request once."""
    return await world().answers.once(request, handler)


@web.middleware
async def injected(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fail or delay an API call on command."""
    kinds = ("error", "unavailable", "delay")
    fault = world().faults.take("api", kinds, request.path, request.method)
    if fault is None:
        return await handler(request)
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    if fault.kind == "error":
        raise ApiError(500, "An unknown error occurred", kind="api_error", executed=True)
    raise ApiError(503, "Service temporarily unavailable", kind="api_error")


def only_api(middleware: object) -> object:
    """Return the middleware limited to /v1/, so that faults never hit the control API."""

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/v1/"):
            return await middleware(request, handler)
        return await handler(request)

    return limited


STACK = (
    errors,
    loopback_only,
    api_only,
    only_api(lost_answers),
    only_api(once),
    errors,
    only_api(injected),
)
