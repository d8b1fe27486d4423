"""The console's session: the operator's own id token in a cookie that no script reads."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from functions.edge import http
from functions.operator_api import access
from functions.operator_api.console.pages import bare
from shared import runtime
from shared.domain.clock import Now
from shared.errors import Unauthenticated

COOKIE = "console"
FLOW_COOKIE = "console-flow"
CALLBACK = "/console/callback"
SIGNED_OUT = "/console/signed-out"
_COOKIE_CHARS_MAX = 3_900
_FLOW_S = 600
Event = Mapping[str, Any]


def sign_in() -> http.Answer:
    """Lead to the issuer; what has to come back is kept in a cookie for ten minutes."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    address = runtime.sign_in().address(_callback_url(), state, nonce, verifier)
    flow = http.host_cookie(FLOW_COOKIE, f"{state}.{nonce}.{verifier}") + f"; Max-Age={_FLOW_S}"
    return http.see_other(address, cookies=[flow])


def callback(event: Event, now: Now) -> http.Answer:
    """Open the session of the person whose code came back. Raises Unauthenticated."""
    flow = http.cookie(event, f"__Host-{FLOW_COOKIE}").split(".")
    if len(flow) != 3 or not _same(http.query(event, "state"), flow[0]):
        raise Unauthenticated(reason="state")
    token = runtime.sign_in().id_token(_callback_url(), http.query(event, "code"), flow[2])
    claims = runtime.tokens().verify(token, now.wall)
    if not _same(str(claims.get("nonce", "")), flow[1]):
        raise Unauthenticated(reason="nonce")
    if len(token) > _COOKIE_CHARS_MAX:
        raise Unauthenticated(reason="token_too_long")
    cookies = [http.host_cookie(COOKIE, token), http.no_cookie(FLOW_COOKIE)]
    return http.see_other("/console", cookies=cookies)


def sign_out() -> http.Answer:
    """End the console's session, and lead to where the issuer's own is ended."""
    return http.see_other(SIGNED_OUT, cookies=[http.no_cookie(COOKIE)])


def signed_out() -> http.Answer:
    """Return the page that goes on to the issuer's sign-out, or says that there is none.

    The page lies between because browsers stop a form that is led on to another origin.
    """
    leave = runtime.sign_in().logout_address(f"{runtime.public_url()}/console")
    page = bare("signed_out", leave=leave)
    if leave:
        page["headers"]["refresh"] = f"0; url={leave}"
    return page


def for_the_command() -> http.Answer:
    """Return as JSON what a program needs to sign its person in at the issuer; none is secret."""
    known = {**runtime.sign_in().client, "callback_url": runtime.setting("LOGIN_CALLBACK")}
    return http.public_file(json.dumps(known).encode(), "application/json", 0)


def begin(event: Event, now: Now) -> str:
    """Make the session's person the one of this invocation; return the session's CSRF token.

    Raises Unauthenticated.
    """
    token = http.cookie(event, f"__Host-{COOKIE}")
    if not token:
        raise Unauthenticated(reason="missing")
    access.begin(runtime.tokens().principal(token, now.wall), now)
    return hashlib.sha256(f"csrf\x1f{token}".encode()).hexdigest()


def check_form(event: Event, csrf: str) -> http.Form:
    """Return the fields of a form that a page of this session made. Raises ForeignForm."""
    http.require_same_origin(event, runtime.public_url())
    form = http.form(event)
    if not _same(form.get("csrf", [""])[0], csrf):
        raise http.ForeignForm()
    return form


def _callback_url() -> str:
    return runtime.public_url() + CALLBACK


def _same(sent: str, known: str) -> bool:
    return bool(known) and hmac.compare_digest(sent.encode(), known.encode())
