"""Who asks, and whether they may: one place for every route of the operator API."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any

from shared import runtime
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.roles import ENTITY_ID, EVERY_ENTITY, Principal, Role
from shared.errors import NotAllowed, NotFound, Unauthenticated

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Request:
    """The person and the moment of this invocation."""

    principal: Principal
    now: Now


_request: ContextVar[Request | None] = ContextVar("request", default=None)


def current() -> Request:
    """Return this invocation's request. Raises LookupError where nobody was let in."""
    request = _request.get()
    if request is None:
        raise LookupError("nobody was let in")
    return request


def subject() -> str:
    """Return the issuer's own name for the person of this invocation, "" for nobody."""
    request = _request.get()
    return request.principal.subject if request else ""


def begin(principal: Principal, now: Now) -> None:
    """Make principal and now those of this invocation."""
    _request.set(Request(principal, now))


def end() -> None:
    """Let this invocation have no person: the one before it may have had."""
    _request.set(None)


def bearer(headers: dict[str, str], now: Now) -> Principal:
    """Return the person whose token the headers carry. Raises Unauthenticated."""
    value = next((v for k, v in headers.items() if k.lower() == "authorization"), "")
    if not value.lower().startswith(_BEARER):
        raise Unauthenticated(reason="missing")
    return runtime.tokens().principal(value[len(_BEARER) :].strip(), now.wall)


def needs[Route: Callable[..., Any]](
    role: Role, everywhere: bool = False
) -> Callable[[Route], Route]:
    """Let only people with role call the route: in the entity of its path, or everywhere.

    An entity in which the caller has no role at all answers as an unknown one does.
    """

    def guard(route: Route) -> Route:
        @wraps(route)
        def guarded(**arguments: Any) -> Any:
            allow(role, EVERY_ENTITY if everywhere else str(arguments["entity"]))
            return route(**arguments)

        guarded.required_role = role  # read by tests
        return guarded  # wrapped

    return guard


def allow(role: Role, entity_id: str) -> None:
    """Raise NotFound where the caller has no role in the entity, NotAllowed where too low a one."""
    principal = current().principal
    if entity_id == EVERY_ENTITY:
        held = principal.role_everywhere()
    else:
        held = principal.role_in(entity_id)
        if held is None or not ENTITY_ID.fullmatch(entity_id):
            raise NotFound(entity=entity_id[:40])
    if held is None or held < role:
        raise NotAllowed(needs=role.name.lower())


def agreeing(entity_id: str) -> str:
    """Return the caller's subject where they may agree to what waits for that, "" elsewhere."""
    principal = current().principal
    held = principal.role_in(entity_id)
    return principal.subject if held is not None and held >= Role.CONTROLLER else ""


def entity_of(entity_id: str) -> Entity:
    """Return the entity. Raises NotFound."""
    return runtime.entities().get(entity_id)
