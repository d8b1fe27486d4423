"""Xero's OAuth 2 tokens in the secret store: every refresh gives a new refresh token, kept at once.

Two functions may refresh at the same moment: Xero takes a refresh token again for half an hour
after it was used, and who loses it all the same reads what the other one stored.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from shared.errors import ErpAccess

_EXPIRY_MARGIN_S = 120


class Store(Protocol):
    def get_secret_value(self, *, SecretId: str) -> Mapping[str, Any]: ...
    def put_secret_value(self, *, SecretId: str, SecretString: str) -> object: ...


class XeroTokens:
    """The tokens of one connection. refresh asks Xero for new ones, of client and refresh token."""

    def __init__(
        self,
        store: Store,
        secret_id: str,
        refresh: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._secret_id = secret_id
        self._refresh = refresh
        self._wall_s = wall_s
        self._kept: dict[str, Any] = {}

    def access_token(self) -> str:
        """Return a token that is valid for some minutes. Raises ErpAccess where there is none."""
        if not self._valid(self._kept):
            self._kept = self._read()
        if not self._valid(self._kept):
            self._kept = self._renewed(self._kept)
        return str(self._kept["access_token"])

    @property
    def tenant_id(self) -> str:
        """Return which organisation the connection is to."""
        self._kept = self._kept or self._read()
        return str(self._kept["tenant_id"])

    def _valid(self, kept: Mapping[str, Any]) -> bool:
        return float(kept.get("expires_at", 0)) > self._wall_s() + _EXPIRY_MARGIN_S

    def _read(self) -> dict[str, Any]:
        answer = self._store.get_secret_value(SecretId=self._secret_id)
        found: dict[str, Any] = json.loads(answer["SecretString"])
        return found

    def _renewed(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        try:
            fresh = self._refresh(kept)
        except ErpAccess:
            stored = self._read()
            if stored["refresh_token"] == kept["refresh_token"]:
                raise
            return stored if self._valid(stored) else self._renewed(stored)
        expires_at = self._wall_s() + int(fresh["expires_in"])
        renewed = {
            **kept,
            "access_token": fresh["access_token"],
            "refresh_token": fresh["refresh_token"],
            "expires_at": expires_at,
        }
        self._store.put_secret_value(SecretId=self._secret_id, SecretString=json.dumps(renewed))
        return renewed
