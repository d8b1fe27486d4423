# SPDX-License-Identifier: GPL-3.0-or-later
"""The routes of Stripe's API: ours first, localstripe's for the rest."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from localstripe import server

from infra.local.stripe import (
    balance,
    charges,
    disputes,
    endpoints,
    form,
    payment_intents,
    payment_methods,
    refunds,
    sessions,
    setups,
)
from infra.local.stripe.errors import invalid
from infra.local.stripe.events import list_events
from infra.local.stripe.objects import expand, retrieve
from infra.local.stripe.params import words
from infra.local.stripe.world import world

Call = Callable[..., Any]


def account(_: dict[str, Any]) -> dict[str, Any]:
    """Return the seller's account."""
    settings = world().settings
    return {
        "id": settings.account_id,
        "object": "account",
        "business_profile": {"name": settings.account_name},
        "business_type": "company",
        "charges_enabled": True,
        "livemode": False,
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": settings.account_name}},
        "type": "standard",
    }


def session_lines(query: dict[str, Any], session_id: str) -> dict[str, Any]:
    """Return a page of a session's line items."""
    return retrieve("checkout.session", session_id).lines(query)


def open_page(given: dict[str, Any]) -> Any:
    """Return a new hosted page: to pay on, or to leave a way to be charged later."""
    of_setup = given.get("mode") == setups.MODE
    return setups.create(given) if of_setup else sessions.create(given)


def _one(kind: str) -> Call:
    def call(_: dict[str, Any], object_id: str) -> Any:
        return retrieve(kind, object_id)

    return call


ROUTES: tuple[tuple[str, str, Call], ...] = (
    ("GET", "/v1/account", account),
    ("GET", "/v1/balance", balance.balance),
    ("GET", "/v1/balance_transactions", balance.list_transactions),
    ("GET", "/v1/balance_transactions/{id}", _one("balance_transaction")),
    ("GET", "/v1/charges", charges.list_charges),
    ("GET", "/v1/charges/{id}", _one("charge")),
    ("POST", "/v1/charges/{id}", charges.update_charge),
    ("GET", "/v1/checkout/sessions", sessions.list_sessions),
    ("POST", "/v1/checkout/sessions", open_page),
    ("GET", "/v1/checkout/sessions/{id}", _one("checkout.session")),
    ("POST", "/v1/checkout/sessions/{id}", sessions.update),
    ("POST", "/v1/checkout/sessions/{id}/expire", sessions.expire),
    ("GET", "/v1/checkout/sessions/{id}/line_items", session_lines),
    ("GET", "/v1/disputes", disputes.list_disputes),
    ("GET", "/v1/disputes/{id}", _one("dispute")),
    ("GET", "/v1/events", list_events),
    ("GET", "/v1/events/{id}", _one("event")),
    ("GET", "/v1/payment_intents", payment_intents.list_intents),
    ("POST", "/v1/payment_intents", payment_intents.create),
    ("GET", "/v1/payment_intents/{id}", _one("payment_intent")),
    ("POST", "/v1/payment_intents/{id}", payment_intents.update),
    ("POST", "/v1/payment_intents/{id}/confirm", payment_intents.confirm),
    ("POST", "/v1/payment_intents/{id}/cancel", payment_intents.cancel),
    ("POST", "/v1/payment_methods", payment_methods.create),
    ("POST", "/v1/payment_methods/{id}/detach", setups.detach),
    ("GET", "/v1/refunds", refunds.list_refunds),
    ("POST", "/v1/refunds", refunds.create),
    ("GET", "/v1/refunds/{id}", _one("refund")),
    ("POST", "/v1/refunds/{id}", refunds.update),
    ("GET", "/v1/webhook_endpoints", endpoints.list_endpoints),
    ("POST", "/v1/webhook_endpoints", endpoints.create),
    ("GET", "/v1/webhook_endpoints/{id}", _one("webhook_endpoint")),
    ("POST", "/v1/webhook_endpoints/{id}", endpoints.update),
    ("DELETE", "/v1/webhook_endpoints/{id}", endpoints.delete),
)


def add_routes(app: web.Application) -> None:
    """Give the application our routes, then localstripe's for everything else of the API."""
    refunds.register()
    sessions.register()
    for method, path, call in ROUTES:
        app.router.add_route(method, path, _handler(call))
    for resource in server.app.router.resources():
        if resource.canonical.startswith("/v1/"):
            for route in resource:
                if route.method != "HEAD":
                    app.router.add_route(route.method, resource.canonical, route.handler)


def _handler(call: Call) -> Callable[[web.Request], Any]:
    async def handle(request: web.Request) -> web.Response:
        pairs = list(request.query.items())
        if request.method == "POST":
            if (
                request.can_read_body
                and request.content_type != "application/x-www-form-urlencoded"
            ):
                raise invalid("The body must be application/x-www-form-urlencoded")
            pairs += [(k, v) for k, v in (await request.post()).items() if isinstance(v, str)]
        params = form.decode(pairs)
        paths = words(params.pop("expand", []), "expand")
        result = call(params, *request.match_info.values())
        body = result if isinstance(result, dict) else result._export()
        expand(body, paths)
        return web.Response(text=json.dumps(body), content_type="application/json")

    return handle
