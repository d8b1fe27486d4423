"""Sign-in tokens against an issuer's published keys, fetched over HTTP."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from shared.adapters.tokens import Tokens
from shared.domain.roles import Role
from shared.errors import Unauthenticated
from tests.support.operators import AUDIENCE, issuer, operator

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OLGA = operator("demo:clerk")


@pytest.fixture
def identity(tmp_path):
    with issuer(tmp_path / "key.pem") as serving:
        yield serving


@pytest.fixture
def tokens(identity):
    return Tokens(identity.url, AUDIENCE, f"{identity.url}/.well-known/jwks.json")


def test_a_good_token_names_the_person_and_its_grants(identity, tokens):
    principal = tokens.principal(identity.mint(OLGA, now=NOW), NOW)
    assert (principal.name, principal.role_in("demo")) == ("olga", Role.CLERK)


def test_time_is_the_one_that_is_passed_in(identity, tokens):
    token = identity.mint(OLGA, now=NOW, ttl_s=60)
    assert tokens.verify(token, NOW + timedelta(seconds=60))
    for moment in (NOW + timedelta(seconds=91), NOW - timedelta(seconds=31)):
        with pytest.raises(Unauthenticated):
            tokens.verify(token, moment)


@pytest.mark.parametrize(
    ("reason", "bad"),
    [
        ("algorithm", lambda i: i.mint_unsigned(OLGA, now=NOW)),
        ("InvalidSignatureError", lambda i: i.mint_with_foreign_key(OLGA, now=NOW)),
        ("audience", lambda i: i.mint(OLGA, now=NOW, aud="another")),
        ("audience", lambda i: i.mint(OLGA, now=NOW, aud=["another", "one"])),
        ("audience", lambda i: i.mint(OLGA, now=NOW, token_use="access", client_id="another")),
        ("InvalidIssuerError", lambda i: i.mint(OLGA, now=NOW, iss=i.url + "/")),
        ("expired", lambda i: i.mint(OLGA, now=NOW, exp="tomorrow")),
        ("expired", lambda i: i.mint(OLGA, now=NOW, exp=True)),
        ("not_yet_valid", lambda i: i.mint(OLGA, now=NOW, nbf=NOW.timestamp() + 3600)),
        ("MissingRequiredClaimError", lambda i: i.mint(OLGA, now=NOW, sub=None)),
        ("DecodeError", lambda _: "a.b.c"),
        ("DecodeError", lambda _: ""),
        ("malformed", lambda _: "x" * 10_000),
    ],
)
def test_a_bad_token_is_refused_by_the_check_it_fails(identity, tokens, reason, bad):
    with pytest.raises(Unauthenticated) as caught:
        tokens.verify(bad(identity), NOW)
    assert caught.value.facts["reason"] == reason


def test_a_symmetric_signature_made_with_the_public_key_is_refused(identity, tokens):
    claims = jwt.decode(identity.mint(OLGA, now=NOW), options={"verify_signature": False})
    forged = jwt.encode(claims, "k" * 40, algorithm="HS256", headers={"kid": identity.key_id})
    with pytest.raises(Unauthenticated):
        tokens.verify(forged, NOW)


def test_an_unknown_key_id_does_not_make_us_fetch_again_and_again(identity, tokens):
    tokens.verify(identity.mint(OLGA, now=NOW), NOW)
    fetched = []
    keys = tokens._keys
    fetch, keys.fetch_data = keys.fetch_data, lambda: (fetched.append(1), fetch())[1]
    claims = jwt.decode(identity.mint(OLGA, now=NOW), options={"verify_signature": False})
    for n in range(20):
        token = jwt.encode(claims, identity._key, algorithm="RS256", headers={"kid": f"k{n}"})
        with pytest.raises(Unauthenticated):
            tokens.verify(token, NOW)
    assert len(fetched) <= 1
