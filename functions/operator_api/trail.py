"""Who called what, for the log: a route, an entity and a subject; no name, no id of anybody's."""

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response

from functions.operator_api import access

_CONSOLE_ENTITY = "/console/e/"
_WORD = re.compile(r"[a-z][a-z-]{0,19}")
_route: ContextVar[tuple[str, str]] = ContextVar("route", default=("", ""))


def begin() -> None:
    """Forget the call before: what stands here outlives it."""
    _route.set(("", ""))
    access.end()


def note_route(
    app: ApiGatewayResolver, go_on: Callable[[ApiGatewayResolver], Response[Any]]
) -> Response[Any]:
    """Note which route of the interface is called, then go on: a middleware of the resolver."""
    route, arguments = app.context["_route"], app.context["_route_args"]
    _route.set((f"{route.method} {route.path}", str(arguments.get("entity", ""))))
    return go_on(app)


def trail(event: Mapping[str, Any]) -> dict[str, str]:
    """Return route, entity and subject of the call that was just answered, "" where unknown.

    A console page stands as its path without entity and ids, which take turns with words there.
    """
    route, entity = _route.get()
    path, method = str(event.get("rawPath", "")), event["requestContext"]["http"]["method"]
    if path.startswith("/console"):
        route, entity = _of_console(method, path)
    known = entity if access.ENTITY_ID.fullmatch(entity) else ""
    return {"route": route, "entity": known, "subject": access.subject()}


def _of_console(method: str, path: str) -> tuple[str, str]:
    if not path.startswith(_CONSOLE_ENTITY):
        words = path.split("/")[1:3]
        return f"{method} {_shape(words, every=1)}", ""
    entity, *parts = path.removeprefix(_CONSOLE_ENTITY).split("/")
    return f"{method} {_CONSOLE_ENTITY}<entity>{_shape(parts, every=2)}", entity


def _shape(parts: list[str], every: int) -> str:
    """Return parts as a path in which every second one, or none, is left out as an id."""
    words = (
        part if i % every == 0 and _WORD.fullmatch(part) else "<id>" for i, part in enumerate(parts)
    )
    return "".join(f"/{word}" for word in words)
