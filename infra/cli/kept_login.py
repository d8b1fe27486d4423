"""Who is signed in at which hub: one file in the user's settings, for its owner alone."""

import base64
import binascii
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import typer

from infra.cli.errors import CliError, Exit
from infra.cli.http import Unreachable, request

_FILE = "login.json"
_SPARE_S = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Login:
    """A sign-in: the token that calls carry, and what makes a new one when it has run out."""

    id_token: str
    refresh_token: str
    exchange_url: str
    client_id: str

    @property
    def claims(self) -> dict[str, Any]:
        """Return what the token says of its person; the hub verifies it, nobody here does."""
        body = self.id_token.split(".")[1] if self.id_token.count(".") == 2 else ""
        try:
            found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, binascii.Error):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def holds(self) -> bool:
        """Return whether the token has not run out and will not within a minute."""
        return float(self.claims.get("exp", 0)) > time.time() + _SPARE_S


def hub_of(url: str) -> str:
    """Return the hub's own address, of any address in it. Raises CliError.

    Tokens travel over TLS, or stay on this machine.
    """
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.netloc:
        raise CliError(f"{url} is no https address.", Exit.USAGE)
    return f"{parts.scheme}://{parts.netloc}"


def token_for(hub: str) -> str:
    """Return a token for the hub that holds now, renewed where it must be. Raises CliError."""
    login = _read().get(hub)
    if login is None:
        raise CliError(f"Not signed in at {hub}: duecourse login", Exit.NOT_ALLOWED)
    if not login.holds:
        login = _renewed(hub, login)
        keep(hub, login)
    return login.id_token


def keep(hub: str, login: Login) -> None:
    """Keep login as the one at hub."""
    _write(_read() | {hub: login})


def forget(hub: str) -> Login | None:
    """Forget the sign-in at hub and return it, None where there was none."""
    known = _read()
    found = known.pop(hub, None)
    if found is not None:
        _write(known)
    return found


def exchanged(exchange_url: str, form: dict[str, str]) -> dict[str, str]:
    """Return the tokens that the issuer gives for form. Raises CliError."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = request("POST", exchange_url, kind, urlencode(form).encode())
        told = answer.json() if answer.status == 200 else {}
    except Unreachable as exc:
        raise CliError(str(exc), Exit.NO_STACK) from None
    except ValueError:
        told = {}
    if not isinstance(told, dict) or not isinstance(told.get("id_token"), str):
        raise CliError("The sign-in was not accepted: duecourse login", Exit.NOT_ALLOWED)
    return told


def _renewed(hub: str, login: Login) -> Login:
    if not login.refresh_token:
        raise CliError(f"Your sign-in at {hub} has ended: duecourse login", Exit.NOT_ALLOWED)
    form = {"grant_type": "refresh_token", "client_id": login.client_id}
    told = exchanged(login.exchange_url, form | {"refresh_token": login.refresh_token})
    lasting = told.get("refresh_token", login.refresh_token)
    return Login(told["id_token"], lasting, login.exchange_url, login.client_id)


def _place() -> Path:
    return Path(typer.get_app_dir("duecourse")) / _FILE


def _read() -> dict[str, Login]:
    try:
        return {hub: Login(**login) for hub, login in json.loads(_place().read_text()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError):
        raise CliError(f"{_place()} cannot be read: remove it, and sign in again.") from None


def _write(known: dict[str, Login]) -> None:
    """Write the file anew beside the old one: readers see either, and others neither."""
    place = _place()
    beside = place.with_name(f".{_FILE}-{secrets.token_hex(4)}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            json.dump({hub: asdict(login) for hub, login in known.items()}, made)
        beside.replace(place)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise CliError(f"{place} cannot be written: {exc.strerror}") from None
