"""Which tokens the edge lets through."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from infra.local.edge.authorizer import JwtAuthorizer, Refused, Trust
from infra.local.identity import Issuer, Operator
from infra.local.identity.tokens import new_key

URL = "http://127.0.0.1:1"
CLERK = Operator("clerk", "clerk@operators.example", ("demo:clerk",))


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(URL, "duecourse", new_key())


@pytest.fixture
def authorizer(issuer: Issuer) -> JwtAuthorizer:
    def fetch(url: str) -> dict:
        return issuer.jwks() if url.endswith("jwks.json") else {"jwks_uri": f"{URL}/jwks.json"}

    return JwtAuthorizer(Trust(URL, ("duecourse",)), fetch)


@pytest.mark.parametrize("use", ["id", "access"])
@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", ""])
def test_a_good_token_gives_its_claims(
    issuer: Issuer, authorizer: JwtAuthorizer, use: str, prefix: str
) -> None:
    token = issuer.mint(CLERK, token_use=use)
    claims = authorizer.claims({"authorization": prefix + token})
    assert claims["cognito:groups"] == ["demo:clerk"]
    assert claims["token_use"] == use


def test_every_bad_token_is_refused(issuer: Issuer, authorizer: JwtAuthorizer) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    bad = {
        "none at all": "",
        "not a token": "abc",
        "unsigned": issuer.mint_unsigned(CLERK),
        "foreign key": issuer.mint_with_foreign_key(CLERK),
        "unknown key": Issuer(URL, "duecourse", new_key()).mint(CLERK),
        "expired": issuer.mint(CLERK, ttl_s=-1),
        "not yet": issuer.mint(CLERK, nbf=int(tomorrow.timestamp())),
        "wrong audience": issuer.mint(CLERK, aud="another"),
        "no audience": issuer.mint(CLERK, aud=None),
        "wrong issuer": issuer.mint(CLERK, iss="http://127.0.0.1:2"),
        "symmetric": jwt.encode(
            {"iss": URL, "aud": "duecourse", "exp": 9999999999},
            "the public key, used as a shared secret",
            algorithm="HS256",
            headers={"kid": issuer.key_id},
        ),
        "changed": issuer.mint(CLERK)[:-6] + "AAAAAA",
    }
    for name, token in bad.items():
        with pytest.raises(Refused):
            authorizer.claims({"authorization": f"Bearer {token}"})
            pytest.fail(f"let through: {name}")
    assert len(bad) == 12
