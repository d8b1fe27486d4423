"""Operators sign in and out at an issuer that remembers them, as every issuer does."""

import re
import socket
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

import pytest

from infra.local.identity.server import IdentityServer
from infra.local.identity.tokens import Issuer, sample_operators
from tests.integration.conftest import PUBLIC_URL
from tests.support.operators import AUDIENCE, event, invoke

CALLBACK = "http://localhost:18417/"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@dataclass
class Person:
    """Somebody's browser: the issuer's cookies by its own rules, the console's by hand."""

    at_issuer: urllib.request.OpenerDirector
    cookies: dict[str, str]

    def console(self, address: str, method: str = "GET", **fields: str):
        headers = {"origin": PUBLIC_URL, "content-type": "application/x-www-form-urlencoded"}
        held = [f"{name}={value}" for name, value in self.cookies.items()]
        answer = invoke(event(method, address, headers, urlencode(fields), held))
        for cookie in answer.cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def issuer(self, address: str, **fields: str) -> tuple[int, str, str]:
        """Return status, where it leads, and the page."""
        data = urlencode(fields).encode() if fields else None
        try:
            with self.at_issuer.open(address, data) as page:
                return page.status, "", page.read().decode()
        except HTTPError as led:
            return led.code, led.headers.get("location", ""), led.read().decode()

    def sign_in_as(self, operator: str) -> None:
        asked = self.console("/console/sign-in").headers["location"]
        status, _, page = self.issuer(asked)
        assert (status, "Sign in" in page) == (200, True)
        _, back, _ = self.issuer(asked, operator=operator)
        assert self.console(back.removeprefix(PUBLIC_URL)).status == 303


@pytest.fixture
def identity(cloud, tmp_path, monkeypatch) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    known = Issuer.open(url, AUDIENCE, tmp_path / "key.pem")
    operators = sample_operators("demo")
    server = IdentityServer(listening, known, operators, (f"{PUBLIC_URL}/", CALLBACK))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = {
        "TOKEN_ISSUER": url,
        "TOKEN_AUDIENCE": AUDIENCE,
        "TOKEN_JWKS_URL": f"{url}/.well-known/jwks.json",
        "TOKEN_AUTHORIZE_URL": f"{url}/authorize",
        "TOKEN_EXCHANGE_URL": f"{url}/token",
        "TOKEN_LOGOUT_URL": f"{url}/logout?client_id={AUDIENCE}&logout_uri={{back}}",
        "LOGIN_CALLBACK": CALLBACK,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def olga() -> Person:
    jar = urllib.request.HTTPCookieProcessor()
    return Person(urllib.request.build_opener(_Stay, jar), {})


def sign_out(person: Person):
    page = person.console("/console")
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)[1]
    return person.console("/console/sign-out", "POST", csrf=csrf)


def test_who_signed_out_is_asked_who_they_are_before_anybody_is_let_in_again(identity, olga):
    olga.sign_in_as("admin")
    again = olga.console("/console/sign-in").headers["location"]
    assert olga.issuer(again)[0] == 302, "the issuer remembers who is signed in"
    done = sign_out(olga)
    assert (done.status, done.headers["location"]) == (303, "/console/signed-out")
    assert olga.console("/console").status == 401
    page = olga.console(done.headers["location"])
    leave = page.headers["refresh"].removeprefix("0; url=")
    assert leave.startswith(f"{identity}/logout?")
    assert leave.replace("&", "&amp;") in page.text
    assert olga.issuer(leave)[:2] == (302, f"{PUBLIC_URL}/console")
    status, _, page = olga.issuer(olga.console("/console/sign-in").headers["location"])
    assert (status, 'name="operator"' in page) == (200, True)


def test_a_session_that_only_the_console_can_end_is_said_to_be_open(identity, olga, monkeypatch):
    monkeypatch.setenv("TOKEN_LOGOUT_URL", "")
    olga.sign_in_as("admin")
    page = olga.console(sign_out(olga).headers["location"])
    assert (page.status, "refresh" in page.headers) == (200, False)
    assert "may still be open" in page.text


def test_the_issuer_leads_to_no_address_but_ours(identity, olga):
    elsewhere = f"{identity}/logout?client_id={AUDIENCE}&logout_uri=https://evil.example/"
    assert olga.issuer(elsewhere)[0] == 400


def test_what_the_command_needs_to_sign_in_is_told_to_anybody_and_holds_no_secret(identity):
    told = invoke(event("GET", "/console/sign-in.json"))
    assert (told.status, told.json) == (
        200,
        {
            "authorize_url": f"{identity}/authorize",
            "exchange_url": f"{identity}/token",
            "client_id": AUDIENCE,
            "callback_url": CALLBACK,
        },
    )
    assert urlsplit(told.json["callback_url"]).hostname == "localhost"
