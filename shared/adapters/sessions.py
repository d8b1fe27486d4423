"""Portal sessions: a secret in a cookie, kept only as its hash."""

import hmac
import re
import secrets
from datetime import datetime

from shared.adapters import keys
from shared.adapters.link_ends import was_ended
from shared.adapters.links import digest
from shared.adapters.table import EXISTS, ConditionLost, Delete, Put, Table, Update
from shared.domain.clock import from_iso, iso
from shared.domain.portal import (
    SESSION_IDLE,
    SESSION_MAX,
    SIGN_IN_LASTS,
    SIGN_IN_PAUSE,
    Principal,
    Session,
)

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """Opens, finds and closes sessions. All instants are of the wall clock."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open(self, principal: Principal, wall: datetime, signed_in: bool = False) -> str:
        """Return the secret of a new session."""
        secret = secrets.token_urlsafe(32)
        expires_at = wall + SESSION_IDLE
        item = {
            **keys.session(principal.entity_id, digest(secret)),
            "type": "SESSION",
            "customer_id": principal.customer_id,
            "signed_in": signed_in,
            "opened_at": iso(wall),
            "expires_at": iso(expires_at),
            "ttl": int(expires_at.timestamp()),
        }
        self._table.write(Put(item))
        return secret

    def find(self, entity_id: str, secret: str, wall: datetime) -> Session | None:
        """Return the session of secret, or None where there is none that holds now.

        Whoever ends a customer's links ends the sessions, too. A session in use lives on: once half
        its idle time is gone it is extended, up to its longest life.
        """
        if not _SECRET.fullmatch(secret):
            return None
        item = self._table.get(keys.session(entity_id, digest(secret)))
        if item is None or from_iso(item["expires_at"]) <= wall:
            return None
        session = Session(
            principal=Principal(entity_id, item["customer_id"]),
            csrf=_csrf(secret),
            opened_at=from_iso(item["opened_at"]),
            expires_at=from_iso(item["expires_at"]),
            signed_in=item["signed_in"],
        )
        if was_ended(self._table, entity_id, item["customer_id"], session.opened_at):
            return None
        if session.expires_at - wall < SESSION_IDLE / 2:
            self._extend(entity_id, secret, session, wall)
        return session

    def ask_sign_in(self, principal: Principal, wall: datetime, wanted: str = "") -> bool:
        """Note that a sign-in is asked for; False where the customer had one, a moment ago.

        Whichever session asks: a link opens any number of them. wanted is the page that it is asked
        for: the last one asked for counts, whether or not another mail goes out.
        """
        place = keys.fact(principal.entity_id, f"sign-in-asked:{principal.customer_id}")
        lasts = {"wanted": wanted, "ttl": int((wall + SIGN_IN_LASTS).timestamp())}
        asked = Update(
            place,
            set={"type": "SIGN_IN_ASKED", "asked_at": iso(wall), **lasts},
            condition="attribute_not_exists(asked_at) OR asked_at < :before",
            values={":before": iso(wall - SIGN_IN_PAUSE)},
        )
        try:
            self._table.write(asked)
        except ConditionLost:
            self._table.write(Update(place, set=lasts))
            return False
        return True

    def wanted(self, principal: Principal) -> str:
        """Return the page that the customer last asked for a sign-in for, or ""."""
        item = self._table.get(
            keys.fact(principal.entity_id, f"sign-in-asked:{principal.customer_id}")
        )
        return str(item.get("wanted", "")) if item else ""

    def close(self, entity_id: str, secret: str) -> None:
        """End the session of secret at once, if there is one."""
        if not _SECRET.fullmatch(secret):
            return
        try:
            self._table.write(Delete(keys.session(entity_id, digest(secret))))
        except ConditionLost:
            return

    def _extend(self, entity_id: str, secret: str, session: Session, wall: datetime) -> None:
        expires_at = min(wall + SESSION_IDLE, session.opened_at + SESSION_MAX)
        if expires_at <= session.expires_at:
            return
        longer = Update(
            keys.session(entity_id, digest(secret)),
            set={"expires_at": iso(expires_at), "ttl": int(expires_at.timestamp())},
            condition=EXISTS,
        )
        try:
            self._table.write(longer)
        except ConditionLost:
            return


def _csrf(secret: str) -> str:
    """Return the token that only forms made for this session carry."""
    return hmac.digest(secret.encode(), b"form", "sha256").hex()
