"""Sign an operator in as the console would, without a browser."""

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

from infra.local.identity.tokens import challenge_of

_HTTP = urllib3.PoolManager(retries=False)


def sign_in(identity_url: str, operator: str, callback: str, verifier: str = "") -> dict:
    """Return the tokens of this operator. Raises PermissionError when the issuer refuses.

    Another `verifier` than the one that the code was asked for stands for a stolen code.
    """
    right = secrets.token_urlsafe(32)
    asked = {
        "response_type": "code",
        "client_id": "duecourse",
        "redirect_uri": callback,
        "state": "s1",
        "code_challenge": challenge_of(right),
        "code_challenge_method": "S256",
    }
    address = f"{identity_url}/authorize?{urlencode(asked)}"
    page = _HTTP.request("GET", address)
    if page.status != 200:
        raise PermissionError(page.json()["error"])
    assert operator in page.data.decode()
    sent = _HTTP.request(
        "POST", address, fields={"operator": operator}, encode_multipart=False, redirect=False
    )
    answer = parse_qs(urlsplit(sent.headers["location"]).query)
    assert answer["state"] == ["s1"]
    form = {
        "grant_type": "authorization_code",
        "client_id": "duecourse",
        "redirect_uri": callback,
        "code": answer["code"][0],
        "code_verifier": verifier or right,
    }
    tokens = _HTTP.request("POST", f"{identity_url}/token", fields=form, encode_multipart=False)
    if tokens.status != 200:
        raise PermissionError(tokens.json()["error"])
    return tokens.json()
