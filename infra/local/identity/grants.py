"""Authorization codes with PKCE: given once, for a minute, to the client that asked; sessions."""

import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.identity.tokens import Operator, challenge_of

_CODE_LIFE_S = 60.0


class BadRequest(Exception):
    """An OAuth error; the message is the error code of RFC 6749."""


@dataclass(frozen=True)
class Ask:
    """What a client asked for at /authorize."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str


class Grants:
    """Keeps codes until they are exchanged, and who is signed in. Safe to share among threads."""

    def __init__(self, client_id: str, callback_prefixes: Sequence[str]) -> None:
        self._client_id = client_id
        self._callback_prefixes = tuple(callback_prefixes)
        self._lock = threading.Lock()
        self._codes: dict[str, tuple[float, Ask, Operator]] = {}
        self._kept: dict[str, Operator] = {}

    def check(self, query: dict[str, str]) -> Ask:
        """Return what is asked. Raises BadRequest unless it is a PKCE code flow of our client."""
        if query.get("response_type") != "code":
            raise BadRequest("unsupported_response_type")
        if query.get("client_id") != self._client_id:
            raise BadRequest("unauthorized_client")
        self._check_address(query.get("redirect_uri", ""))
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise BadRequest("invalid_request")
        return Ask(
            client_id=query["client_id"],
            redirect_uri=query["redirect_uri"],
            state=query.get("state", ""),
            nonce=query.get("nonce", ""),
            challenge=query["code_challenge"],
        )

    def give(self, ask: Ask, operator: Operator) -> str:
        """Return a fresh code for this operator."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = (time.monotonic() + _CODE_LIFE_S, ask, operator)
        return code

    def check_logout(self, query: dict[str, str]) -> str:
        """Return where to lead after a sign-out. Raises BadRequest for an address not ours."""
        if query.get("client_id") != self._client_id:
            raise BadRequest("unauthorized_client")
        self._check_address(query.get("logout_uri", ""))
        return query["logout_uri"]

    def keep(self, operator: Operator) -> str:
        """Return a secret that stands for this operator until it is dropped."""
        secret = secrets.token_urlsafe(24)
        with self._lock:
            self._kept[secret] = operator
        return secret

    def kept(self, secret: str) -> Operator | None:
        """Return whom the secret stands for, None where it stands for nobody."""
        with self._lock:
            return self._kept.get(secret)

    def drop(self, secret: str) -> None:
        """Let the secret stand for nobody."""
        with self._lock:
            self._kept.pop(secret, None)

    def renew(self, form: dict[str, str]) -> Operator:
        """Return who holds the refresh token. Raises BadRequest when nobody does."""
        operator = self.kept(form.get("refresh_token", ""))
        if operator is None or form.get("client_id") != self._client_id:
            raise BadRequest("invalid_grant")
        return operator

    def revoke(self, form: dict[str, str]) -> None:
        """Let a refresh token stand for nobody, known or not. Raises BadRequest without one."""
        if not form.get("token"):
            raise BadRequest("invalid_request")
        if form.get("client_id") != self._client_id:
            raise BadRequest("invalid_client")
        self.drop(form["token"])

    def exchange(self, form: dict[str, str]) -> tuple[Ask, Operator]:
        """Return who signed in. Raises BadRequest when the code is not theirs, used or stale."""
        if form.get("grant_type") != "authorization_code":
            raise BadRequest("unsupported_grant_type")
        with self._lock:
            until, ask, operator = self._codes.pop(form.get("code", ""), (0.0, None, None))
        if ask is None or operator is None or until < time.monotonic():
            raise BadRequest("invalid_grant")
        same = form.get("client_id") == ask.client_id
        same = same and form.get("redirect_uri") == ask.redirect_uri
        if not same or challenge_of(form.get("code_verifier", "")) != ask.challenge:
            raise BadRequest("invalid_grant")
        return ask, operator

    def _check_address(self, address: str) -> None:
        if not address.startswith(self._callback_prefixes):
            raise BadRequest("invalid_request")
