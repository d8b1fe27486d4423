# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding and expanding what the store holds."""

from collections.abc import Callable
from typing import Any

from localstripe import resources

from infra.local.stripe.errors import invalid, no_such
from infra.local.stripe.params import created_filter, integer

EXPAND_DEPTH_MAX = 4
PAGE_MAX = 100
KIND_OF_PREFIX = {
    "cs_test": "checkout.session",
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "txn": "balance_transaction",
    "pm": "payment_method",
    "seti": "setup_intent",
    "cus": "customer",
    "du": "dispute",
}
_computed: dict[tuple[str, str], Callable[[str], Any]] = {}


def computed(kind: str, field: str, make: Callable[[str], Any]) -> None:
    """Let a field that an object leaves out be made, from the object's id, when expanded."""
    _computed[kind, field] = make


def retrieve(kind: str, object_id: str) -> Any:
    """Return the object of that kind and id, or raise Stripe's 404."""
    found = resources.store.get(f"{kind}:{object_id}")
    if found is None:
        raise no_such(kind, object_id)
    return found


def newest_first(kind: str) -> list[Any]:
    """Return all objects of a kind, the last made first."""
    prefix = kind + ":"
    return [o for key, o in reversed(resources.store.items()) if key.startswith(prefix)]


def page(found: list[Any], url: str, query: dict[str, Any]) -> dict[str, Any]:
    """Return one page of a list, by limit, starting_after and ending_before."""
    limit = integer(query.get("limit", 10), "limit", least=1)
    if limit > PAGE_MAX:
        raise invalid(f"Limit must be at most {PAGE_MAX}", "limit")
    after, before = query.get("starting_after"), query.get("ending_before")
    ids = [o.id for o in found]
    for cursor in (after, before):
        if cursor is not None and cursor not in ids:
            raise no_such("object in this list", cursor)
    if before is not None:
        end = ids.index(before)
        chosen, more = found[max(0, end - limit) : end], end > limit
    else:
        start = 0 if after is None else ids.index(after) + 1
        chosen, more = found[start : start + limit], len(found) > start + limit
    data = [o._export() for o in chosen]
    return {"object": "list", "url": url, "has_more": more, "data": data}


def listing(kind: str, url: str, query: dict[str, Any], *equal: str) -> dict[str, Any]:
    """Return a page of a kind, filtered by `created` and by the named fields."""
    in_time = created_filter(query.get("created"))
    wanted = {field: query[field] for field in equal if field in query}
    found = [
        o
        for o in newest_first(kind)
        if in_time(o.created) and all(getattr(o, f) == v for f, v in wanted.items())
    ]
    return page(found, url, query)


def expand(body: dict[str, Any], paths: list[str]) -> None:
    """Replace ids by the objects they name, in place, along each dotted path."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > EXPAND_DEPTH_MAX:
            raise invalid(f"You cannot expand more than {EXPAND_DEPTH_MAX} levels", "expand")
        _walk(body, parts, path)


def _walk(node: Any, parts: list[str], path: str) -> None:
    if isinstance(node, list):
        for each in node:
            _walk(each, parts, path)
        return
    if not parts or node is None:
        return
    field = parts[0]
    make = _computed.get((node.get("object", ""), field)) if isinstance(node, dict) else None
    if make is not None:
        if not isinstance(node.get(field), dict):  # another path may have made it already
            node[field] = make(node["id"])
    elif not isinstance(node, dict) or field not in node:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    elif isinstance(node[field], str):
        kind = KIND_OF_PREFIX.get(node[field].rpartition("_")[0])
        if kind is None:
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        node[field] = retrieve(kind, node[field])._export()
    _walk(node[field], parts[1:], path)
