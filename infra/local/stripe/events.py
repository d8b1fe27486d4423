# SPDX-License-Identifier: GPL-3.0-or-later
"""Events: made when something happens, kept, listed."""

from typing import Any

from localstripe import resources

from infra.local.stripe.errors import invalid
from infra.local.stripe.objects import newest_first, page
from infra.local.stripe.params import boolean, created_filter, words

TYPES_MAX = 20


def emit(kind: str, subject: Any, previous: dict[str, Any] | None = None) -> None:
    """Record that something happened to an object and hand it to the webhooks.

    previous holds the fields that changed, as they were before.
    """
    event = resources.Event(kind, subject)
    if previous is not None:
        event.data["previous_attributes"] = previous
    resources.schedule_webhook(event)


def list_events(query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of events, newest first, by types, instant and delivery."""
    if "type" in query and "types" in query:
        raise invalid("You may only specify one of these parameters: type, types.", "type")
    types = words(query.get("types", [query["type"]] if "type" in query else []), "types")
    if len(types) > TYPES_MAX:
        raise invalid(f"Array is too large: at most {TYPES_MAX} types", "types")
    in_time = created_filter(query.get("created"))
    found = [
        e
        for e in newest_first("event")
        if in_time(e.created) and (not types or any(_matches(e.type, t) for t in types))
    ]
    if "delivery_success" in query:
        delivered = boolean(query["delivery_success"], "delivery_success")
        found = [e for e in found if (e.pending_webhooks == 0) == delivered]
    return page(found, "/v1/events", query)


def _matches(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith(".*") and kind.startswith(wanted[:-1]))
