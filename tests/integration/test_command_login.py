"""`duecourse login` as people do it: a browser, an issuer, and the way back to this machine."""

import json
import sys
import threading
import urllib.request
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from infra.cli import api, kept_login
from infra.cli import login as command
from infra.cli.errors import CliError
from infra.cli.http import Answer
from infra.cli.main import run
from infra.local.processes import free_port
from tests.integration.test_operator_sign_in import Person, identity, olga
from tests.support.operators import event, invoke

__all__ = ["identity", "olga"]
HUB = "https://hub.example"


@pytest.fixture
def back(monkeypatch, tmp_path) -> str:
    """Where sign-ins come back to on this machine; its settings are empty."""
    address = f"http://localhost:{free_port()}/"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DUECOURSE_API_URL", HUB)
    monkeypatch.delenv("DUECOURSE_TOKEN", raising=False)
    return address


@pytest.fixture
def served(identity, back, monkeypatch) -> str:
    """The hub behind its address, and an issuer that knows the way back."""

    def request(method, url, headers=None, body=None):
        assert url.startswith(HUB)
        sent = event(method, url.removeprefix(HUB), headers, body.decode() if body else None)
        answer = invoke(sent)
        return Answer(answer.status, answer.headers, (), answer.text.encode())

    monkeypatch.setenv("LOGIN_CALLBACK", back)
    monkeypatch.setattr("infra.local.identity.grants.Grants._check_address", lambda *_: None)
    monkeypatch.setattr(command, "request", request)
    monkeypatch.setattr(api, "request", request)
    return back


def duecourse(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["duecourse", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    told = capsys.readouterr()
    return ended.value.code or 0, told.out, told.err


def opened(monkeypatch, browse) -> Callable[[], list[int]]:
    """Let browse be what the browser does with an address.

    Return what waits for the browser and returns what the way back answered it.
    """
    answers: list[int] = []
    browsers: list[threading.Thread] = []

    def come(address: str) -> None:
        for place in browse(address):
            try:
                with urllib.request.urlopen(place, timeout=5) as page:
                    answers.append(page.status)
            except HTTPError as refused:
                answers.append(refused.code)

    def start(address: str) -> bool:
        browsers.append(threading.Thread(target=come, args=(address,), daemon=True))
        browsers[-1].start()
        return True

    def done() -> list[int]:
        for browser in browsers:
            browser.join(10)
        return answers

    monkeypatch.setattr("webbrowser.open", start)
    return done


def test_who_signs_in_through_the_browser_is_who_the_command_speaks_for(
    served, olga: Person, monkeypatch, capsys
):
    def browse(address: str) -> list[str]:
        asked = parse_qs(urlsplit(address).query)
        assert asked["code_challenge_method"] == ["S256"]
        led = olga.issuer(address, operator="admin")[1]
        forged = f"{served}?{urlencode({'code': 'stolen', 'state': 'guessed'})}"
        return [forged, f"{served}favicon.ico", led]

    answered = opened(monkeypatch, browse)
    code, _, err = duecourse(monkeypatch, capsys, "login")
    assert (code, f"Signed in at {HUB} as admin@operators.example" in err) == (0, True), err
    assert answered() == [400, 400, 200], "only the answer to our own question is taken"
    code, out, _ = duecourse(monkeypatch, capsys, "entity", "list", "--json")
    assert (code, out.splitlines()[-1]) == (0, "[]")
    (kept,) = json.loads(kept_login._place().read_text()).values()
    assert kept["refresh_token"]
    again = {name: kept[name] for name in ("client_id", "refresh_token")}
    form = {"grant_type": "refresh_token", **again}
    assert kept_login.exchanged(kept["exchange_url"], form)["id_token"]
    assert "forgotten here only" not in duecourse(monkeypatch, capsys, "logout")[2]
    with pytest.raises(CliError):
        kept_login.exchanged(kept["exchange_url"], form)
    assert duecourse(monkeypatch, capsys, "entity", "list")[0] == 4


def test_a_sign_in_that_has_run_out_is_renewed_at_the_issuer(
    served, olga: Person, monkeypatch, capsys
):
    opened(monkeypatch, lambda address: [olga.issuer(address, operator="admin")[1]])
    assert duecourse(monkeypatch, capsys, "login", HUB, "--json")[0] == 0
    before = kept_login.token_for(HUB)
    monkeypatch.setattr(kept_login.Login, "holds", property(lambda self: self.id_token != before))
    assert duecourse(monkeypatch, capsys, "entity", "list", "--json")[0] == 0
    assert kept_login.token_for(HUB) != before


def test_a_sign_in_that_is_refused_leaves_nothing(served, monkeypatch, capsys):
    def browse(address: str) -> list[str]:
        state = parse_qs(urlsplit(address).query)["state"][0]
        return [f"{served}?{urlencode({'error': 'access_denied', 'state': state})}"]

    opened(monkeypatch, browse)
    code, _, err = duecourse(monkeypatch, capsys, "login")
    assert (code, "access_denied" in err) == (4, True)
    assert not kept_login._place().exists()


def test_nobody_who_signs_in_is_waited_for_as_long_as_was_said(served, monkeypatch, capsys):
    code, _, err = duecourse(monkeypatch, capsys, "login", "--no-browser", "--wait-s", "1")
    assert (code, "Nobody signed in." in err) == (6, True)
    assert "/authorize?" in err
