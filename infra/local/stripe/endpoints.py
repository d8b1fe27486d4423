# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhook endpoints as objects of the API."""

import secrets
from typing import Any

from localstripe import resources

from infra.local.stripe.errors import missing
from infra.local.stripe.objects import listing, retrieve
from infra.local.stripe.params import boolean, metadata, url, words
from infra.local.stripe.webhooks import Endpoint
from infra.local.stripe.world import world


class WebhookEndpoint(resources.StripeObject):
    """An address that gets events. The secret is shown only when it is created."""

    object = "webhook_endpoint"
    _id_prefix = "we_"

    def __init__(self, address: str, types: list[str], data: dict[str, str]) -> None:
        """Register the address for the event types."""
        super().__init__()
        self.api_version = world().settings.api_version
        self.application = None
        self.description = None
        self.enabled_events = types
        self.metadata = data
        self.status = "enabled"
        self.url = address
        self._secret = "whsec_" + secrets.token_urlsafe(24)
        self._put()

    def _put(self) -> None:
        world().dispatcher.endpoints[self.id] = Endpoint(
            self.id,
            self.url,
            (self._secret,),
            tuple(self.enabled_events),
            enabled=self.status == "enabled",
        )


def create(params: dict[str, Any]) -> dict[str, Any]:
    """Return the new endpoint with its secret."""
    for name in ("url", "enabled_events"):
        if name not in params:
            raise missing(name)
    types = words(params["enabled_events"], "enabled_events")
    endpoint = WebhookEndpoint(url(params["url"], "url"), types, metadata(params.get("metadata")))
    return {**endpoint._export(), "secret": endpoint._secret}


def update(params: dict[str, Any], endpoint_id: str) -> WebhookEndpoint:
    """Change an endpoint's address, event types or whether it is enabled; return it."""
    endpoint = retrieve("webhook_endpoint", endpoint_id)
    endpoint.url = url(params.get("url", endpoint.url), "url")
    if "enabled_events" in params:
        endpoint.enabled_events = words(params["enabled_events"], "enabled_events")
    if "disabled" in params:
        endpoint.status = "disabled" if boolean(params["disabled"], "disabled") else "enabled"
    endpoint._put()
    return endpoint


def delete(_: dict[str, Any], endpoint_id: str) -> dict[str, Any]:
    """Remove an endpoint."""
    retrieve("webhook_endpoint", endpoint_id)
    del resources.store[f"webhook_endpoint:{endpoint_id}"]
    world().dispatcher.endpoints.pop(endpoint_id, None)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def list_endpoints(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of endpoints, newest first."""
    return listing("webhook_endpoint", "/v1/webhook_endpoints", query)
