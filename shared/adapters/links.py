"""Portal links: a secret that stands for one customer, kept only as its hash."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from shared.adapters import keys
from shared.adapters.codec import Item
from shared.adapters.link_ends import links_end, was_ended
from shared.adapters.table import EXISTS, ConditionLost, Put, Table, Update
from shared.domain.clock import Now, from_iso, iso
from shared.domain.portal import FRESH_LINK_PAUSE, SIGN_IN_LASTS, Link

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_IN_TEXT = re.compile(r"(/p/[a-z][a-z0-9-]{1,30}/[ls]/)[A-Za-z0-9_-]{43}")


class Links:
    """Makes links, and finds the one that a secret names."""

    def __init__(self, table: Table, days: int) -> None:
        self._table = table
        self._days = days

    def create(self, entity_id: str, customer_id: str, now: Now) -> str:
        """Return the path of a new link to the customer's portal; its secret is stored nowhere."""
        token = secrets.token_urlsafe(32)
        fact = {
            **_key(entity_id, token),
            "type": "LINK",
            "customer_id": customer_id,
            "created_at": iso(now.wall),
            "expires_at": iso(now.business + timedelta(days=self._days)),
        }
        self._table.write(Put(fact))
        return f"/p/{entity_id}/l/{token}"

    def create_sign_in(self, entity_id: str, customer_id: str, now: Now) -> str:
        """Return the path of a sign-in that works once, soon; its secret is stored nowhere."""
        token = secrets.token_urlsafe(32)
        expires_at = now.wall + SIGN_IN_LASTS
        fact = {
            **_sign_in_key(entity_id, token),
            "type": "SIGN_IN",
            "customer_id": customer_id,
            "expires_at": iso(expires_at),
            "ttl": int((expires_at + timedelta(days=self._days)).timestamp()),
        }
        self._table.write(Put(fact))
        return f"/p/{entity_id}/s/{token}"

    def signed_in_by(self, entity_id: str, token: str) -> str | None:
        """Return the customer of a sign-in, used or expired too; None where there is none."""
        item = self._sign_in(entity_id, token)
        return str(item["customer_id"]) if item else None

    def sign_in(self, entity_id: str, token: str, wall: datetime) -> str | None:
        """Return the customer of a sign-in that still works, using nothing up; else None."""
        item = self._sign_in(entity_id, token)
        if item is None or "used_at" in item:
            return None
        whose, expires_at = str(item["customer_id"]), from_iso(item["expires_at"])
        ended = was_ended(self._table, entity_id, whose, expires_at - SIGN_IN_LASTS)
        return whose if wall < expires_at and not ended else None

    def use_sign_in(self, entity_id: str, token: str, wall: datetime) -> bool:
        """Use a sign-in up; return False where somebody did before."""
        used = Update(
            _sign_in_key(entity_id, token),
            set={"used_at": iso(wall)},
            condition=f"{EXISTS} AND attribute_not_exists(used_at) AND expires_at > :now",
            values={":now": iso(wall)},
        )
        try:
            self._table.write(used)
        except ConditionLost:
            return False
        return True

    def _sign_in(self, entity_id: str, token: str) -> Item | None:
        return self._table.get(_sign_in_key(entity_id, token)) if _TOKEN.fullmatch(token) else None

    def find(self, entity_id: str, token: str) -> Link | None:
        """Return the link of token, expired, ended or not; None where there is none."""
        if not _TOKEN.fullmatch(token):
            return None
        item = self._table.get(_key(entity_id, token))
        if item is None:
            return None
        whose, made_at = item["customer_id"], from_iso(item["created_at"])
        ended = was_ended(self._table, entity_id, whose, made_at)
        return Link(whose, from_iso(item["expires_at"]), ended)

    def ask_fresh(self, entity_id: str, token: str, now: Now) -> bool:
        """Note that a fresh link is asked for; False where one was, a moment ago."""
        asked = Update(
            _key(entity_id, token),
            set={"fresh_asked_at": iso(now.wall)},
            condition="attribute_not_exists(fresh_asked_at) OR fresh_asked_at < :before",
            values={":before": iso(now.wall - FRESH_LINK_PAUSE)},
        )
        try:
            self._table.write(asked)
        except ConditionLost:
            return False
        return True

    def end_all(self, entity_id: str, customer_id: str, by: str, now: Now) -> None:
        """Make every link, sign-in and session of the customer so far open nothing any more."""
        try:
            self._table.write(links_end(entity_id, customer_id, by, now))
        except ConditionLost:
            return  # ended in this very second


def digest(secret: str) -> str:
    """Return the hash by which a secret is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def cut_tokens(text: str) -> str:
    """Return text with the secret of every portal link in it cut out."""
    return _TOKEN_IN_TEXT.sub(r"\1…", text)


def _sign_in_key(entity_id: str, token: str) -> keys.Key:
    return keys.fact(entity_id, f"sign-in:{digest(token)}")


def _key(entity_id: str, token: str) -> keys.Key:
    return keys.fact(entity_id, f"link:{digest(token)}")
