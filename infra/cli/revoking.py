"""A sign-in that is given back: its issuer is told that what renews it holds no more (RFC 7009)."""

from typing import Any
from urllib.parse import urlencode

from infra.cli.errors import CliError
from infra.cli.http import Unreachable, request
from infra.cli.kept_login import Login, hub_of

_DISCOVERY = "/.well-known/openid-configuration"
_FORM = {"content-type": "application/x-www-form-urlencoded"}


def why_not_revoked(login: Login) -> str:
    """Take back what renews login; return "", or in a few words why that was not possible."""
    if not login.refresh_token:
        return ""
    issuer = str(login.claims.get("iss", ""))
    form = {"token": login.refresh_token, "token_type_hint": "refresh_token"}
    try:
        place = _published(issuer)
        if not place:
            return "its issuer publishes no place to take a sign-in back"
        body = urlencode(form | {"client_id": login.client_id}).encode()
        answer = request("POST", place, _FORM, body)
    except (CliError, Unreachable, ValueError) as error:
        return str(error) or "its issuer answered what nobody can read"
    return "" if answer.status == 200 else f"its issuer answered with {answer.status}"


def _published(issuer: str) -> str:
    """Return where the issuer takes tokens back, "" where it does not say.

    What it says goes over TLS, or stays on this machine: CliError is raised for any other address,
    Unreachable where nobody answers, ValueError for what is no description of this issuer.
    """
    hub_of(issuer)
    answer = request("GET", issuer.rstrip("/") + _DISCOVERY)
    if answer.status != 200:
        return ""
    known: Any = answer.json()
    if not isinstance(known, dict) or known.get("issuer") != issuer:
        raise ValueError("what describes its issuer names another one")
    place = known.get("revocation_endpoint", "")
    if place:
        hub_of(str(place))
    return str(place)
