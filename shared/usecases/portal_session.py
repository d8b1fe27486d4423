"""Into the portal: a link opens a session, and a session says who is there."""

from datetime import datetime
from typing import Protocol

from shared.domain.clock import Now
from shared.domain.portal import Link, LinkNotValid, Principal, Session
from shared.errors import Unauthenticated


class Links(Protocol):
    def find(self, entity_id: str, token: str) -> Link | None: ...


class Sessions(Protocol):
    def open(self, principal: Principal, wall: datetime) -> str: ...
    def find(self, entity_id: str, secret: str, wall: datetime) -> Session | None: ...


def look_at_link(links: Links, entity_id: str, token: str, now: Now) -> Principal:
    """Return whom the link stands for; nothing is opened and nothing used up.

    Raises LinkNotValid, whatever the reason.
    """
    link = links.find(entity_id, token)
    if link is None or link.ended or link.expires_at <= now.business:
        raise LinkNotValid()
    return Principal(entity_id, link.customer_id)


def enter(links: Links, sessions: Sessions, entity_id: str, token: str, now: Now) -> str:
    """Return the secret of a new session for the link's customer. Raises LinkNotValid."""
    principal = look_at_link(links, entity_id, token, now)
    return sessions.open(principal, now.wall)


def who(sessions: Sessions, entity_id: str, secret: str, now: Now) -> Session:
    """Return the session of secret at this entity. Raises Unauthenticated."""
    session = sessions.find(entity_id, secret, now.wall)
    if session is None:
        raise Unauthenticated()
    return session
