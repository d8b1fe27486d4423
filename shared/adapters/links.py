"""Portal links: a secret that stands for one customer, kept only as its hash."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.adapters import keys
from shared.adapters.table import ConditionLost, Put, Table, Update
from shared.domain.clock import Now, from_iso, iso

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_IN_TEXT = re.compile(r"(/p/[a-z][a-z0-9-]{1,30}/l/)[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Link:
    """A known link: whose it is, and the business instant after which it opens nothing."""

    customer_id: str
    expires_at: datetime


class Links:
    """Makes links, and finds the one that a secret names."""

    def __init__(self, table: Table, days: int) -> None:
        self._table = table
        self._days = days

    def create(self, entity_id: str, customer_id: str, now: Now) -> str:
        """Return the path of a new link to the customer's portal; its secret is stored nowhere."""
        token = secrets.token_urlsafe(32)
        expires_at = now.business + timedelta(days=self._days)
        fact = {
            **keys.fact(entity_id, f"link:{digest(token)}"),
            "type": "LINK",
            "customer_id": customer_id,
            "created_at": iso(now.business),
            "expires_at": iso(expires_at),
        }
        self._table.write(Put(fact))
        return f"/p/{entity_id}/l/{token}"

    def find(self, entity_id: str, token: str) -> Link | None:
        """Return the link of token, expired or not; None where there is none or it was revoked."""
        if not _TOKEN.fullmatch(token):
            return None
        item = self._table.get(keys.fact(entity_id, f"link:{digest(token)}"))
        if item is None or "revoked_at" in item:
            return None
        return Link(item["customer_id"], from_iso(item["expires_at"]))

    def revoke(self, entity_id: str, token_hash: str, now: Now) -> None:
        """Make the link of that hash open nothing from now on. An unknown one is left alone."""
        key = keys.fact(entity_id, f"link:{token_hash}")
        try:
            self._table.write(Update(key, set={"revoked_at": iso(now.business)}))
        except ConditionLost:
            return


def digest(secret: str) -> str:
    """Return the hash by which a secret is stored and found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def cut_tokens(text: str) -> str:
    """Return text with the secret of every portal link in it cut out."""
    return _TOKEN_IN_TEXT.sub(r"\1…", text)
