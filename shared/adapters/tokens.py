"""Sign-in tokens: RS256 only, checked against the issuer's published keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError, PyJWTError

from shared.domain.roles import Principal, grants_from
from shared.errors import Unauthenticated

_ALGORITHM = "RS256"
_TOKEN_CHARS_MAX = 8_192
_LEEWAY_S = 30
_KEYS_LIFE_S = 600
_FETCH_TIMEOUT_S = 5
_REQUIRED = ["exp", "iat", "iss", "sub"]


class Tokens:
    """Verifies tokens of one issuer for one audience. The keys are fetched once and kept."""

    def __init__(self, issuer: str, audience: str, jwks_url: str) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = jwt.PyJWKClient(
            jwks_url, lifespan=_KEYS_LIFE_S, timeout=_FETCH_TIMEOUT_S, cache_keys=False
        )

    def verify(self, token: str, wall: datetime) -> Mapping[str, Any]:
        """Return the claims of a token that is good at wall.

        The key must be the issuer's, the signature RS256, the issuer exact, the time right within
        30 seconds, and the audience ours: aud, or client_id in an access token of Cognito.

        Raises Unauthenticated with a reason that names the check, never the token.
        """
        claims = self._signed_claims(token)
        now = wall.timestamp()
        if not _is_number(claims["exp"]) or claims["exp"] + _LEEWAY_S <= now:
            raise Unauthenticated(reason="expired")
        for name in ("iat", "nbf"):
            value = claims.get(name, 0)
            if not _is_number(value) or value - _LEEWAY_S > now:
                raise Unauthenticated(reason="not_yet_valid")
        self._check_audience(claims)
        return claims

    def principal(self, token: str, wall: datetime) -> Principal:
        """Return the person of a good token. Raises Unauthenticated."""
        claims = self.verify(token, wall)
        groups = claims.get("cognito:groups", [])
        names = (claims.get(k) for k in ("cognito:username", "username", "email", "sub"))
        return Principal(
            subject=str(claims["sub"]),
            name=str(next(n for n in names if n)),
            grants=grants_from(groups if isinstance(groups, list) else []),
        )

    def _signed_claims(self, token: str) -> dict[str, Any]:
        if len(token) > _TOKEN_CHARS_MAX:
            raise Unauthenticated(reason="malformed")
        try:
            if jwt.get_unverified_header(token).get("alg") != _ALGORITHM:
                raise Unauthenticated(reason="algorithm")
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                options={
                    "require": _REQUIRED,
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except PyJWKClientConnectionError:
            raise
        except (PyJWTError, PyJWKClientError) as exc:
            raise Unauthenticated(reason=type(exc).__name__) from None
        return claims

    def _check_audience(self, claims: Mapping[str, Any]) -> None:
        if claims.get("token_use") == "access":
            allowed = claims.get("client_id") == self._audience
        else:
            audience = claims.get("aud", [])
            allowed = self._audience in (audience if isinstance(audience, list) else [audience])
        if not allowed:
            raise Unauthenticated(reason="audience")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
