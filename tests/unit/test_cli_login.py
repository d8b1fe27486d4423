"""The command's own sign-in: kept for its owner alone, renewed, used only where it was made."""

import base64
import json
import stat
import time

import pytest

from infra.cli import kept_login, revoking
from infra.cli.api import Api
from infra.cli.errors import CliError, Exit
from infra.cli.http import Answer
from infra.cli.kept_login import Login, hub_of, keep

HUB = "https://hub.example"
EXCHANGE = "https://issuer.example/token"


def token(lasts_s: float, **claims: str) -> str:
    told = json.dumps({"exp": int(time.time() + lasts_s), **claims}).encode()
    return f"h.{base64.urlsafe_b64encode(told).rstrip(b'=').decode()}.s"


def login(lasts_s: float, lasting: str = "again") -> Login:
    return Login(token(lasts_s), lasting, EXCHANGE, "client")


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DUECOURSE_TOKEN", raising=False)
    monkeypatch.setenv("DUECOURSE_API_URL", f"{HUB}/api/v1")
    return kept_login._place()


@pytest.fixture
def issuer(monkeypatch):
    """An issuer that gives what a test put there, and keeps what was asked."""
    made = {"status": 200, "told": {}, "asked": []}

    def request(method, url, headers=None, body=None):
        made["asked"].append((method, url, (body or b"").decode()))
        return Answer(made["status"], {}, (), json.dumps(made["told"]).encode())

    monkeypatch.setattr(kept_login, "request", request)
    return made


def carried() -> str:
    return Api.found()._headers["authorization"].removeprefix("Bearer ")


def test_a_sign_in_is_read_by_its_owner_alone_and_carried_by_calls_to_its_hub(place, issuer):
    kept = login(3600)
    keep(HUB, kept)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert [path.name for path in place.parent.iterdir()] == [place.name]
    assert carried() == kept.id_token
    assert issuer["asked"] == []


def test_a_sign_in_is_never_shown_to_another_hub(monkeypatch, issuer):
    keep("https://another.example", login(3600))
    with pytest.raises(CliError, match=r"Not signed in at https://hub\.example") as refused:
        Api.found()
    assert refused.value.code is Exit.NOT_ALLOWED
    monkeypatch.setenv("DUECOURSE_TOKEN", "by-hand")
    assert carried() == "by-hand"


def test_a_sign_in_that_has_run_out_is_renewed_once_and_kept(issuer):
    keep(HUB, login(30))
    issuer["told"] = {"id_token": token(3600, sub="fresh")}
    assert carried() == carried() == issuer["told"]["id_token"]
    (asked,) = issuer["asked"]
    assert asked[:2] == ("POST", EXCHANGE)
    assert "grant_type=refresh_token" in asked[2]
    assert "refresh_token=again" in asked[2]


@pytest.mark.parametrize("lasting", ["", "again"])
def test_a_sign_in_that_cannot_be_renewed_says_so(issuer, lasting):
    keep(HUB, login(-5, lasting))
    issuer["status"] = 400
    with pytest.raises(CliError, match="duecourse login") as refused:
        Api.found()
    assert refused.value.code is Exit.NOT_ALLOWED


def test_signing_out_forgets_one_hub(duecourse, place):
    keep(HUB, login(3600, lasting=""))
    keep("https://another.example", login(3600))
    code, _, err = duecourse("logout", HUB)
    assert (code, err.strip()) == (0, f"Signed out at {HUB}.")
    assert list(json.loads(place.read_text())) == ["https://another.example"]
    assert "Nobody was signed in" in duecourse("logout")[2]


ISSUER = "https://issuer.example/pool"
GIVEN = Login(token(3600, iss=ISSUER), "again", EXCHANGE, "client")


def published(**changes: str) -> dict[str, str]:
    return {"issuer": ISSUER, "revocation_endpoint": "https://issuer.example/revoke"} | changes


@pytest.fixture
def discovery(monkeypatch):
    """An issuer that describes itself as a test says, and keeps what it was sent."""
    made = {"known": published(), "status": 200, "asked": []}

    def request(method, url, headers=None, body=None):
        made["asked"].append((method, url, (body or b"").decode()))
        known = json.dumps(made["known"]).encode()
        return Answer(made["status"] if method == "POST" else 200, {}, (), known)

    monkeypatch.setattr(revoking, "request", request)
    return made


def test_signing_out_takes_back_what_renews_the_sign_in(duecourse, place, discovery):
    keep(HUB, GIVEN)
    code, _, err = duecourse("logout", HUB)
    assert (code, err.strip()) == (0, f"Signed out at {HUB}.")
    looked, told = discovery["asked"]
    assert looked[:2] == ("GET", f"{ISSUER}/.well-known/openid-configuration")
    assert told[:2] == ("POST", "https://issuer.example/revoke")
    assert "token=again" in told[2] and "client_id=client" in told[2]
    assert json.loads(place.read_text()) == {}


@pytest.mark.parametrize(
    ("known", "status", "why"),
    [
        ({"issuer": ISSUER}, 200, "publishes no place"),
        (published(), 503, "answered with 503"),
        (published(revocation_endpoint="http://issuer.example/revoke"), 200, "no https address"),
        (published(issuer="https://else.example"), 200, "names another one"),
    ],
)
def test_a_sign_in_that_cannot_be_taken_back_is_forgotten_and_said_to_be(
    duecourse, place, discovery, known, status, why
):
    discovery.update(known=known, status=status)
    keep(HUB, GIVEN)
    code, _, err = duecourse("logout", HUB)
    said = " ".join(err.split())
    assert (code, why in said, "forgotten here only" in said) == (0, True, True), err
    assert json.loads(place.read_text()) == {}


@pytest.mark.parametrize("url", ["http://hub.example", "hub.example", "ftp://hub.example", ""])
def test_a_token_travels_over_tls_or_stays_here(url):
    with pytest.raises(CliError):
        hub_of(url)
    assert hub_of("http://localhost:8080/api/v1") == "http://localhost:8080"


def test_a_file_that_is_no_sign_in_is_told_without_a_trace(place):
    place.parent.mkdir(parents=True)
    place.write_text('{"https://hub.example": 1}')
    with pytest.raises(CliError, match="remove it"):
        Api.found()
