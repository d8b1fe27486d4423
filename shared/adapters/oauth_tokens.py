"""OAuth 2 tokens that turn: every refresh gives a new refresh token, kept before it is needed.

Two functions may refresh at the same moment. Who stores first has the secret; the other one goes by
what it finds there, whether the ERP gave it tokens as well or refused a token used already.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from shared.adapters.erp_http import ErpHttp
from shared.adapters.erp_secret import Kept
from shared.errors import ErpAccess, ErpRefused, ErpUnreadable

_EXPIRY_MARGIN_S = 120
_PAUSES_S = (0.0, 0.3, 0.7, 1.0)
"""Before each look for what another one stored: it has its tokens, and is about to."""
Refresh = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Secret(Protocol):
    def read(self) -> Kept: ...
    def aside(self) -> Kept | None: ...
    def replace(self, seen: Kept, value: Mapping[str, Any]) -> bool: ...


class OAuthTokens:
    """The tokens of one connection. The secret holds client_id, client_secret and refresh_token."""

    def __init__(
        self,
        secret: Secret,
        refresh: Refresh,
        wall_s: Callable[[], float],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """wall_s tells the seconds since 1970 by the wall clock; pause waits for some seconds."""
        self._secret = secret
        self._refresh = refresh
        self._wall_s = wall_s
        self._pause = pause
        self._known: Mapping[str, Any] = {}

    def access_token(self) -> str:
        """Return a token that is valid for some minutes. Raises ErpAccess where there is none."""
        if not self._valid(self._known):
            self._known = self._going_by(self._secret.read())
        return str(self._known["access_token"])

    def _valid(self, known: Mapping[str, Any]) -> bool:
        return float(known.get("expires_at", 0)) > self._wall_s() + _EXPIRY_MARGIN_S

    def _renewed(self, seen: Kept) -> Mapping[str, Any]:
        """Return tokens that follow those seen: ours, or of who was first."""
        try:
            renewed = self._asked(seen, seen.value)
        except ErpAccess:
            stored = self._of_another(seen)
            if stored is not None:
                return self._going_by(stored)
            aside = self._secret.aside()
            if aside is None or not _follows(aside, seen):
                raise
            renewed = self._asked(seen, aside.value)
        if self._secret.replace(seen, renewed):
            return renewed
        return self._going_by(self._secret.read())

    def _going_by(self, stored: Kept) -> Mapping[str, Any]:
        return stored.value if self._valid(stored.value) else self._renewed(stored)

    def _asked(self, seen: Kept, known: Mapping[str, Any]) -> dict[str, Any]:
        fresh = self._refresh(known)
        try:
            return {
                **known,
                "access_token": fresh["access_token"],
                "refresh_token": fresh["refresh_token"],
                "expires_at": int(self._wall_s()) + int(fresh["expires_in"]),
                "begun": _begun(seen),
            }
        except (KeyError, TypeError, ValueError):
            raise ErpUnreadable(what="no tokens") from None

    def _of_another(self, seen: Kept) -> Kept | None:
        """Return what another one stored since, waiting a little for it."""
        for seconds in _PAUSES_S:
            self._pause(seconds)
            stored = self._secret.read()
            if stored.version != seen.version:
                return stored
        return None


def _begun(kept: Kept) -> str:
    """Return the version that a person typed in, of which kept is what it turned into."""
    return str(kept.value.get("begun", kept.version))


def _follows(aside: Kept, seen: Kept) -> bool:
    """Return whether aside may let us in where seen does not.

    Its writer died before it became the secret, or was second and had the last token of all. What
    a person has replaced since is never gone back to.
    """
    other = aside.value.get("refresh_token") != seen.value.get("refresh_token")
    return other and _begun(aside) == _begun(seen)


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
