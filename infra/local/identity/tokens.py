"""Tokens with the claims of a Cognito user pool, good ones and, for tests, bad ones."""

import base64
import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TokenUse = Literal["id", "access"]
_KEY_BITS = 2048
_TTL_S = 3600


@dataclass(frozen=True)
class Operator:
    """A person who may sign in. Groups are `<entity>:<role>`, or `*:<role>` for every entity."""

    username: str
    email: str
    groups: tuple[str, ...]

    @property
    def sub(self) -> str:
        """Return the stable id of the person: the same for the same name."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"operator:{self.username}"))


def sample_operators(entity: str) -> tuple[Operator, ...]:
    """Return one operator per role of the entity; the admin holds every entity."""
    scoped = [
        Operator(role, f"{role}@operators.example", (f"{entity}:{role}",))
        for role in ("viewer", "clerk", "controller")
    ]
    return (*scoped, Operator("admin", "admin@operators.example", ("*:admin",)))


class Issuer:
    """Mints tokens under one key; the key lives in a file that only its owner can read."""

    def __init__(self, url: str, audience: str, key: rsa.RSAPrivateKey) -> None:
        self.url = url
        self.audience = audience
        self._key = key
        numbers = key.public_key().public_numbers()
        self._modulus = _unsigned(numbers.n)
        self._exponent = _unsigned(numbers.e)
        self.key_id = hashlib.sha256(self._modulus.encode()).hexdigest()[:16]

    @classmethod
    def open(cls, url: str, audience: str, key_file: Path) -> "Issuer":
        """Return the issuer of this key file; when absent the file is made, for its owner alone."""
        if not key_file.exists():
            _write_key(key_file, new_key())
        read = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(read, rsa.RSAPrivateKey):
            raise ValueError(f"not an RSA key: {key_file}")
        return cls(url, audience, read)

    def jwks(self) -> dict[str, Any]:
        """Return the public key as a JSON web key set."""
        key = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.key_id}
        return {"keys": [{**key, "n": self._modulus, "e": self._exponent}]}

    def mint(
        self,
        operator: Operator,
        *,
        now: datetime | None = None,
        ttl_s: int = _TTL_S,
        token_use: TokenUse = "id",  # noqa: S107 - the name of a kind of token
        nonce: str = "",
        **other_claims: Any,
    ) -> str:
        """Return a signed token; a negative `ttl_s` makes an expired one, a claim may be replaced.

        An id token carries `aud`, `email` and `cognito:username`; an access token `client_id`,
        `username` and `scope`, as Cognito's do. Both carry `cognito:groups`.
        """
        claims = {**self._claims(operator, now, ttl_s, token_use, nonce), **other_claims}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id})

    def mint_unsigned(self, operator: Operator, **options: Any) -> str:
        """Return a token with `alg: none` and no signature, which nobody may accept."""
        claims = jwt.decode(self.mint(operator, **options), options={"verify_signature": False})
        return jwt.encode(claims, None, algorithm="none", headers={"kid": self.key_id})

    def mint_with_foreign_key(self, operator: Operator, **options: Any) -> str:
        """Return a token that names our key but is signed by another one."""
        stranger = Issuer(self.url, self.audience, new_key())
        claims = jwt.decode(stranger.mint(operator, **options), options={"verify_signature": False})
        return jwt.encode(claims, stranger._key, algorithm="RS256", headers={"kid": self.key_id})

    def _claims(
        self,
        operator: Operator,
        now: datetime | None,
        ttl_s: int,
        token_use: TokenUse,
        nonce: str,
    ) -> dict[str, Any]:
        issued = int((now or datetime.now(UTC)).timestamp())
        claims: dict[str, Any] = {
            "iss": self.url,
            "sub": operator.sub,
            "token_use": token_use,
            "cognito:groups": list(operator.groups),
            "auth_time": issued,
            "iat": issued,
            "exp": issued + ttl_s,
            "jti": str(uuid.uuid4()),
        }
        if token_use == "access":  # noqa: S105 - the name of a kind of token
            scope = "openid email"
            return {
                **claims,
                "client_id": self.audience,
                "username": operator.username,
                "scope": scope,
            }
        claims |= {"aud": self.audience, "cognito:username": operator.username}
        claims |= {"email": operator.email, "email_verified": True}
        return {**claims, "nonce": nonce} if nonce else claims


def new_key() -> rsa.RSAPrivateKey:
    """Return a fresh signing key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a PKCE code verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _write_key(key_file: Path, key: rsa.RSAPrivateKey) -> None:
    written = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(written)


def _unsigned(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
