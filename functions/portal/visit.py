"""Who visits, and where: read from the request and from nothing else."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.edge import http
from shared import runtime
from shared.domain.clock import Now
from shared.domain.entity import Entity
from shared.domain.portal import Principal, SignInNeeded
from shared.errors import NotFound, Unauthenticated
from shared.usecases.portal_session import who

COOKIE = "portal"
Event = Mapping[str, Any]
_ENTITY = re.compile(r"[a-z][a-z0-9-]{1,30}")
_ID = re.compile(r"[0-9A-Z]{26}")
_ITEM = re.compile(r"[0-9A-Z]{26}(/[0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request within a session. form is empty for a GET."""

    principal: Principal
    csrf: str
    form: http.Form
    now: Now
    signed_in: bool = False

    @property
    def base(self) -> str:
        """Return the path of the customer's portal."""
        return base_of(self.principal.entity_id)

    def chosen(self, field: str) -> list[str]:
        """Return the ids of open items that a form field holds. Raises NotFound for others."""
        found = self.form.get(field, [])
        if not all(_ITEM.fullmatch(value) for value in found):
            raise NotFound()
        return found


def visit(event: Event) -> Visit:
    """Return the visit of a signed-in customer, its form read and found to be ours.

    Raises Unauthenticated without a session, ForeignForm for a form that no page of this session
    made, and what reading a form raises.
    """
    entity_id = entity_of(event)
    now = runtime.now()
    session = who(runtime.sessions(), entity_id, secret_of(event), now)
    form: http.Form = {}
    if event["requestContext"]["http"]["method"] == "POST":
        http.require_same_origin(event, runtime.public_url())
        form = http.form(event)
        sent = form.get("csrf", [""])[0]
        if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
            raise http.ForeignForm()
    return Visit(session.principal, session.csrf, form, now, session.signed_in)


def signed_in(event: Event) -> Visit:
    """Return the visit of a customer who confirmed who they are.

    Raises SignInNeeded, and what visit() raises.
    """
    visitor = visit(event)
    if not visitor.signed_in:
        raise SignInNeeded()
    return visitor


def entity_of(event: Event) -> str:
    """Return the entity's id that the path names. Raises Unauthenticated for what is no id."""
    entity_id = str((event.get("pathParameters") or {}).get("entity", ""))
    if not _ENTITY.fullmatch(entity_id):
        raise Unauthenticated()
    return entity_id


def known_entity(event: Event) -> Entity | None:
    """Return the entity that the path names, or None where there is none."""
    try:
        return runtime.accounts().entity(entity_of(event))
    except (NotFound, Unauthenticated):
        return None


def base_of(entity_id: str) -> str:
    """Return the path of an entity's portal."""
    return f"/p/{http.segment(entity_id)}"


def secret_of(event: Event) -> str:
    """Return the session's secret that the browser sent, or ""."""
    return http.cookie(event, f"__Host-{COOKIE}")


def id_in_path(event: Event, name: str) -> str:
    """Return an id that the path names. Raises NotFound for what is no id."""
    return checked_id(str((event.get("pathParameters") or {}).get(name, "")))


def checked_id(text: str) -> str:
    """Return text if it has the form of an id. Raises NotFound."""
    if not _ID.fullmatch(text):
        raise NotFound()
    return text
