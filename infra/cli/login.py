"""login and logout: a person signs in through the browser, where the console's people do."""

import hmac
import os
import secrets
import time
import webbrowser
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import typer

from infra.cli.api import API_URL, Api
from infra.cli.errors import CliError, Exit
from infra.cli.http import Unreachable, request
from infra.cli.kept_login import Login, exchanged, forget, hub_of, keep
from infra.cli.output import AsJson, count, show_json, talk
from infra.cli.revoking import why_not_revoked
from shared.adapters.sign_in import SignIn

_WAIT_S = 300
_LOOK_EVERY_S = 0.5
_KNOWN = ("authorize_url", "exchange_url", "client_id", "callback_url")
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Duecourse</title>'
    "<p>{words} You can close this page.</p></html>"
)
Hub = Annotated[
    str, typer.Argument(help="The hub's address; default DUECOURSE_API_URL.", show_default=False)
]


def login(
    hub: Hub = "",
    browser: Annotated[bool, typer.Option(help="Open the browser by itself.")] = True,
    wait_s: Annotated[int, typer.Option(min=1, help="Seconds to wait for the sign-in.")] = _WAIT_S,
    as_json: AsJson = False,
) -> None:
    """Sign in through the browser; commands with DUECOURSE_API_URL set use it from then on.

    From another machine, lead the port that the address names there: ssh -L 18417:localhost:18417

    Example: duecourse login https://abc123.execute-api.eu-west-1.amazonaws.com
    """
    where = _named(hub)
    known = _known(where)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    back, client_id = known["callback_url"], known["client_id"]
    at_issuer = SignIn(known["authorize_url"], known["exchange_url"], client_id, logout_url="")
    address = at_issuer.address(back, state, secrets.token_urlsafe(16), verifier)
    with _listening(back, state) as waiting:
        talk().print("Sign in here, if no page opens by itself:")
        talk().print(address, markup=False, soft_wrap=True)
        if browser:
            webbrowser.open(address)
        code = waiting.code(wait_s)
    form = {"grant_type": "authorization_code", "client_id": client_id, "redirect_uri": back}
    told = exchanged(known["exchange_url"], form | {"code": code, "code_verifier": verifier})
    made = Login(told["id_token"], told.get("refresh_token", ""), known["exchange_url"], client_id)
    seen = Api(f"{where}/api/v1", made.id_token).get("/entities")["items"]
    keep(where, made)
    _tell(where, made, len(seen), as_json)


def logout(hub: Hub = "", as_json: AsJson = False) -> None:
    """Forget the sign-in at a hub, and have its issuer renew it no more.

    What a browser holds open is ended in the console.

    Example: duecourse logout https://abc123.execute-api.eu-west-1.amazonaws.com
    """
    where = _named(hub)
    found = forget(where)
    left = why_not_revoked(found) if found else ""
    if as_json:
        show_json({"hub": where, "forgotten": found is not None, "not_revoked": left})
        return
    talk().print(f"Signed out at {where}." if found else f"Nobody was signed in at {where}.")
    if left:
        talk().print(f"It is forgotten here only: {left}. It ends there in its own time.")


@dataclass
class _Waiting:
    """A server on loopback that waits for the one answer with our state."""

    state: str
    server: HTTPServer
    told: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> "_Waiting":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.server_close()

    def take(self, query: str) -> bool:
        """Take the answer, if it is ours and the first; return whether it was."""
        sent = {name: values[0] for name, values in parse_qs(query).items()}
        ours = hmac.compare_digest(sent.get("state", "").encode(), self.state.encode())
        if not ours or self.told or not ("code" in sent or "error" in sent):
            return False
        self.told = sent
        return True

    def code(self, wait_s: float) -> str:
        """Return the code that comes back. Raises CliError."""
        until = time.monotonic() + wait_s
        while not self.told:
            if time.monotonic() > until:
                raise CliError("Nobody signed in.", Exit.TIMEOUT)
            self.server.handle_request()
        if "code" not in self.told:
            raise CliError(f"The sign-in was refused: {self.told['error'][:80]}", Exit.NOT_ALLOWED)
        return self.told["code"]


def _listening(back: str, state: str) -> _Waiting:
    parts = urlsplit(back)

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            taken = asked.path == (parts.path or "/") and waiting.take(asked.query)
            words = "Go on in the terminal." if taken else "This is not the sign-in asked for."
            body = _PAGE.format(words=words).encode()
            self.send_response(200 if taken else 400)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "no-store")
            self.send_header("content-security-policy", "default-src 'none'")
            self.send_header("referrer-policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The code is in the path: nothing is logged."""

    try:
        # browsers open a second connection in advance and say nothing on it: it must not block
        server = ThreadingHTTPServer(("127.0.0.1", parts.port or 80), Handler)
    except OSError as exc:
        raise CliError(
            f"Port {parts.port} of this machine, to which the sign-in comes back, is not free: "
            f"{exc.strerror}."
        ) from None
    server.timeout = _LOOK_EVERY_S
    waiting = _Waiting(state, server)
    return waiting


def _named(hub: str) -> str:
    address = hub or os.environ.get(API_URL, "")
    if not address:
        raise CliError(f"Which hub? Name its address, or set {API_URL}.", Exit.USAGE)
    return hub_of(address)


def _known(hub: str) -> dict[str, str]:
    """Return how people sign in at the hub, in its own words. Raises CliError."""
    try:
        answer = request("GET", f"{hub}/console/sign-in.json")
        told = answer.json() if answer.status == 200 else {}
    except Unreachable as exc:
        raise CliError(str(exc), Exit.NO_STACK) from None
    except ValueError:
        told = {}
    if not isinstance(told, dict) or not all(isinstance(told.get(k), str) for k in _KNOWN):
        raise CliError(f"{hub} is no hub.", Exit.NO_STACK)
    for name in ("authorize_url", "exchange_url"):
        hub_of(told[name])
    if urlsplit(told["callback_url"]).hostname != "localhost":
        raise CliError(f"{hub} leads sign-ins elsewhere than to this machine.")
    return {name: told[name] for name in _KNOWN}


def _tell(hub: str, made: Login, entities: int, as_json: bool) -> None:
    names = (made.claims.get(name) for name in ("email", "cognito:username", "sub"))
    person = str(next((name for name in names if name), ""))
    if as_json:
        show_json({"hub": hub, "person": person, "entities": entities})
        return
    talk().print(f"Signed in at {hub} as {person}: {count(entities, 'entity', 'entities')}.")
    if not os.environ.get(API_URL):
        talk().print(f"Commands go there with: export {API_URL}={hub}", markup=False)
