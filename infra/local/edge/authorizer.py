"""A JWT authorizer as an HTTP API has it: signature, issuer, audience, expiry."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

_KEYS_KEPT_S = 300.0
_UNKNOWN_KEY_EVERY_S = 5.0


class Refused(Exception):
    """The request has no token, or one that the authorizer does not accept."""


@dataclass(frozen=True)
class Trust:
    """Whom an authorizer trusts: one issuer, any of the audiences."""

    issuer: str
    audiences: tuple[str, ...]
    header: str = "authorization"


class JwtAuthorizer:
    """Checks tokens of one issuer. Safe to share among threads."""

    def __init__(
        self, trust: Trust, fetch: Callable[[str], Mapping[str, Any]] | None = None
    ) -> None:
        self._trust = trust
        self._fetch = fetch or _fetch_json
        self._lock = threading.Lock()
        self._keys: dict[str, Any] = {}
        self._fetched_at = float("-inf")

    def claims(self, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the claims of the request's token. Raises Refused for every kind of bad token.

        `headers` has lower-cased names.
        """
        token = headers.get(self._trust.header, "")
        token = token[7:] if token[:7].lower() == "bearer " else token
        try:
            key_id = jwt.get_unverified_header(token).get("kid", "")
            claims = jwt.decode(
                token,
                self._key(key_id),
                algorithms=["RS256", "RS384", "RS512"],
                issuer=self._trust.issuer,
                options={"require": ["exp", "iss"], "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            raise Refused(type(error).__name__) from error
        presented = claims.get("aud", claims.get("client_id"))
        named = presented if isinstance(presented, list) else [presented]
        if not set(named) & set(self._trust.audiences):
            raise Refused("audience")
        return claims

    def _key(self, key_id: str) -> Any:
        with self._lock:
            age_s = time.monotonic() - self._fetched_at
            if age_s > _KEYS_KEPT_S or (key_id not in self._keys and age_s > _UNKNOWN_KEY_EVERY_S):
                self._read_keys()
            if key_id not in self._keys:
                raise Refused("unknown key")
            return self._keys[key_id]

    def _read_keys(self) -> None:
        try:
            found = self._fetch(f"{self._trust.issuer}/.well-known/openid-configuration")
            published = self._fetch(found["jwks_uri"])
            self._keys = {
                key["kid"]: jwt.PyJWK(key).key for key in published["keys"] if key["kty"] == "RSA"
            }
        except (OSError, ValueError, KeyError) as error:
            raise Refused("the issuer's keys cannot be read") from error
        self._fetched_at = time.monotonic()


def _fetch_json(url: str) -> Mapping[str, Any]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)
