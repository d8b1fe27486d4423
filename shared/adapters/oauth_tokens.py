"""OAuth 2 tokens that turn: every refresh gives a new refresh token, kept before it is needed.

Two functions may refresh at the same moment. The products take a refresh token again for a while
after it was used; who is refused all the same reads what the other one stored.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from shared.adapters.erp_http import ErpHttp
from shared.errors import ErpAccess, ErpRefused, ErpUnreadable

_EXPIRY_MARGIN_S = 120
Refresh = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Secret(Protocol):
    def value(self) -> dict[str, Any]: ...
    def store(self, value: Mapping[str, Any]) -> None: ...


class OAuthTokens:
    """The tokens of one connection. The secret holds client_id, client_secret and refresh_token."""

    def __init__(self, secret: Secret, refresh: Refresh, wall_s: Callable[[], float]) -> None:
        """wall_s tells the seconds since 1970 by the wall clock."""
        self._secret = secret
        self._refresh = refresh
        self._wall_s = wall_s
        self._kept: dict[str, Any] = {}

    def access_token(self) -> str:
        """Return a token that is valid for some minutes. Raises ErpAccess where there is none."""
        if not self._valid(self._kept):
            self._kept = self._secret.value()
        if not self._valid(self._kept):
            self._kept = self._renewed(self._kept)
        return str(self._kept["access_token"])

    def _valid(self, kept: Mapping[str, Any]) -> bool:
        return float(kept.get("expires_at", 0)) > self._wall_s() + _EXPIRY_MARGIN_S

    def _renewed(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        try:
            fresh = self._refresh(kept)
        except ErpAccess:
            stored = self._secret.value()
            if stored.get("refresh_token") == kept.get("refresh_token"):
                raise
            return stored if self._valid(stored) else self._renewed(stored)
        try:
            renewed = {
                **kept,
                "access_token": fresh["access_token"],
                "refresh_token": fresh["refresh_token"],
                "expires_at": int(self._wall_s()) + int(fresh["expires_in"]),
            }
        except (KeyError, TypeError, ValueError):
            raise ErpUnreadable(what="no tokens") from None
        self._secret.store(renewed)
        return renewed


def by_refresh_token(identity: ErpHttp, path: str) -> Refresh:
    """Return what asks identity for new tokens; it raises ErpAccess where the old hold no more."""

    def refresh(kept: Mapping[str, Any]) -> Mapping[str, Any]:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": str(kept.get("refresh_token", "")),
            "client_id": str(kept.get("client_id", "")),
            "client_secret": str(kept.get("client_secret", "")),
        }
        try:
            answer = identity.call("POST", path, writes=False, form=form)
        except ErpRefused as exc:
            raise ErpAccess(said=exc.facts.get("said", "")) from None
        found: Mapping[str, Any] = answer.json()
        return found

    return refresh
