"""The issuer's pages: discovery, keys, a page to pick an operator, tokens, and signing out."""

import html
import json
import socket
from collections.abc import Sequence
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from infra.local.identity.grants import Ask, BadRequest, Grants
from infra.local.identity.tokens import Issuer, Operator

_BODY_BYTES_MAX = 64 * 1024
_TTL_S = 8 * 3600
_SESSION = "identity-session"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in (local)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto;
  padding: 0 1rem }}
button {{ display: block; width: 100%; text-align: left; font: inherit; padding: .8rem 1rem;
  margin: .5rem 0; border: 1px solid #8a8f98; border-radius: .5rem; background: #fff;
  cursor: pointer }}
button:hover, button:focus {{ border-color: #1f5fd0; outline: 2px solid #1f5fd033 }}
small {{ color: #555b66 }}
</style></head><body>
<h1>Sign in</h1>
<p>This is the local cloud. On AWS, your identity provider stands here.</p>
<form method="post">{choices}</form>
</body></html>"""
_CHOICE = (
    '<button name="operator" value="{username}">{username}<br>'
    "<small>{email} · {groups}</small></button>"
)


class IdentityServer(ThreadingHTTPServer):
    """Serves one issuer on a socket that is already bound to loopback."""

    daemon_threads = True

    def __init__(
        self,
        listening: socket.socket,
        issuer: Issuer,
        operators: Sequence[Operator],
        callback_prefixes: Sequence[str],
    ) -> None:
        super().__init__(listening.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_activate()
        self.issuer = issuer
        self.operators = {operator.username: operator for operator in operators}
        self.grants = Grants(issuer.audience, callback_prefixes)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True
    server: IdentityServer

    def do_GET(self) -> None:
        """Answer discovery, keys, the sign-in page and the sign-out."""
        issuer = self.server.issuer
        path = urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            self._json(200, _discovery(issuer.url))
        elif path == "/.well-known/jwks.json":
            self._json(200, issuer.jwks())
        elif path in ("/authorize", "/logout"):
            try:
                self._sign_in_page() if path == "/authorize" else self._sign_out()
            except BadRequest as error:
                self._json(400, {"error": str(error)})
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        """Answer the choice made on the sign-in page, and what becomes of codes and tokens."""
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _BODY_BYTES_MAX:
            self.close_connection = True
            self._json(413, {"error": "invalid_request"})
            return
        form = _first(self.rfile.read(int(length)).decode(errors="replace"))
        try:
            if urlsplit(self.path).path == "/authorize":
                self._signed_in(form)
            elif urlsplit(self.path).path == "/token":
                self._tokens(form)
            elif urlsplit(self.path).path == "/revoke":
                self.server.grants.revoke(form)
                self._json(200, {})
            else:
                self._json(404, {"error": "not_found"})
        except BadRequest as error:
            self._json(400, {"error": str(error)})

    def _sign_in_page(self) -> None:
        ask = self.server.grants.check(_first(urlsplit(self.path).query))
        known = self.server.grants.kept(self._session())
        if known is not None:  # who is signed in goes straight back in, as at any issuer
            self._lead_back(ask, known)
            return
        choices = "".join(
            _CHOICE.format(
                username=html.escape(operator.username),
                email=html.escape(operator.email),
                groups=html.escape(", ".join(operator.groups)),
            )
            for operator in self.server.operators.values()
        )
        self._write(200, "text/html; charset=utf-8", _PAGE.format(choices=choices).encode())

    def _signed_in(self, form: dict[str, str]) -> None:
        ask = self.server.grants.check(_first(urlsplit(self.path).query))
        operator = self.server.operators.get(form.get("operator", ""))
        if operator is None:
            raise BadRequest("access_denied")
        self._lead_back(ask, operator, session=self.server.grants.keep(operator))

    def _lead_back(self, ask: Ask, operator: Operator, session: str = "") -> None:
        answer = {"code": self.server.grants.give(ask, operator), "state": ask.state}
        between = "&" if "?" in ask.redirect_uri else "?"
        back = f"{ask.redirect_uri}{between}{urlencode(answer)}"
        self._write(302, "text/plain", b"", location=back, session=session or None)

    def _sign_out(self) -> None:
        back = self.server.grants.check_logout(_first(urlsplit(self.path).query))
        self.server.grants.drop(self._session())
        self._write(302, "text/plain", b"", location=back, session="")

    def _session(self) -> str:
        held = SimpleCookie(self.headers.get("cookie", "")).get(_SESSION)
        return held.value if held else ""

    def _tokens(self, form: dict[str, str]) -> None:
        grants, mint = self.server.grants, self.server.issuer.mint
        if form.get("grant_type") == "refresh_token":
            nonce, operator, lasting = "", grants.renew(form), {}
        else:
            ask, operator = grants.exchange(form)
            nonce, lasting = ask.nonce, {"refresh_token": grants.keep(operator)}
        access = mint(operator, ttl_s=_TTL_S, token_use="access")  # noqa: S106 - a kind of token
        self._json(
            200,
            {
                "id_token": mint(operator, ttl_s=_TTL_S, nonce=nonce),
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": _TTL_S,
                **lasting,
            },
        )

    def _json(self, status: int, value: dict[str, Any]) -> None:
        self._write(status, "application/json", json.dumps(value).encode())

    def _write(
        self, status: int, kind: str, body: bytes, location: str = "", session: str | None = None
    ) -> None:
        """Send an answer; a session sets the cookie, "" takes it away."""
        self.send_response_only(status)
        if session is not None:
            ends = "" if session else "; Max-Age=0"
            cookie = f"{_SESSION}={session}; Path=/; HttpOnly; SameSite=Lax{ends}"
            self.send_header("set-cookie", cookie)
        if location:
            self.send_header("location", location)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.send_header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Codes and states are in the paths, so nothing is logged."""


def _discovery(url: str) -> dict[str, Any]:
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "revocation_endpoint": f"{url}/revoke",
        "end_session_endpoint": f"{url}/logout",
        "jwks_uri": f"{url}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
