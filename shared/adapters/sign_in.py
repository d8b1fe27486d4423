"""Signing in and out by OpenID Connect: where to send a person, and what their code is worth."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from shared.errors import Unauthenticated

_TIMEOUT_S = 5
_ANSWER_BYTES_MAX = 64 * 1024
_SCOPE = "openid email"


class SignIn:
    """The authorization code flow with PKCE, for one client without a secret."""

    def __init__(
        self, authorize_url: str, exchange_url: str, client_id: str, logout_url: str
    ) -> None:
        """logout_url has {back} where the address to come back to goes; "" where there is none."""
        self._authorize_url = authorize_url
        self._exchange_url = exchange_url
        self._client_id = client_id
        self._logout_url = logout_url

    @property
    def client(self) -> Mapping[str, str]:
        """Return what a program of a person's own has to know to sign in itself; no secret."""
        return {
            "authorize_url": self._authorize_url,
            "exchange_url": self._exchange_url,
            "client_id": self._client_id,
        }

    def logout_address(self, back_url: str) -> str:
        """Return where the issuer's own session ends and leads to back_url, "" where unknown."""
        return self._logout_url.replace("{back}", quote(back_url, safe=""))

    def address(self, callback_url: str, state: str, nonce: str, verifier: str) -> str:
        """Return where the person signs in; the answer comes to callback_url with state."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": callback_url,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._authorize_url}?{urlencode(asked)}"

    def id_token(self, callback_url: str, code: str, verifier: str) -> str:
        """Return the id token that code is worth, unverified. Raises Unauthenticated."""
        asked = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "redirect_uri": callback_url,
            "code": code,
            "code_verifier": verifier,
        }
        request = urllib.request.Request(  # noqa: S310 - the address comes from the settings
            self._exchange_url,
            data=urlencode(asked).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - likewise
                told = json.loads(answer.read(_ANSWER_BYTES_MAX))
        except (urllib.error.HTTPError, ValueError):
            raise Unauthenticated(reason="code") from None
        token = told.get("id_token") if isinstance(told, dict) else None
        if not isinstance(token, str):
            raise Unauthenticated(reason="code")
        return token


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
