"""Sweeps through the API and the console: who may see them, and who may send one on."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest

from shared import runtime
from tests.integration import hub
from tests.integration.conftest import PUBLIC_URL
from tests.support.operators import AUDIENCE, call, event, invoke, issuer, operator
from tests.unit.test_decide import LADDER

DUE = date(2026, 3, 2)


@pytest.fixture
def identity(cloud, tmp_path, monkeypatch):
    with issuer(tmp_path / "key.pem") as serving:
        monkeypatch.setenv("TOKEN_ISSUER", serving.url)
        monkeypatch.setenv("TOKEN_AUDIENCE", AUDIENCE)
        monkeypatch.setenv("TOKEN_JWKS_URL", f"{serving.url}/.well-known/jwks.json")
        monkeypatch.setenv("TOKEN_AUTHORIZE_URL", f"{serving.url}/authorize")
        monkeypatch.setenv("TOKEN_EXCHANGE_URL", f"{serving.url}/token")
        yield serving


@pytest.fixture
def seller(identity):
    on = DUE + timedelta(days=7)
    hub.move_clock(datetime(on.year, on.month, on.day, 9, tzinfo=UTC))
    seller = hub.seed(LADDER)
    hub.add_invoice(seller, hub.add_customer(seller), "inv1", DUE)
    return seller


def test_a_sweep_is_listed_shown_and_sent_on_by_a_clerk(seller, identity):
    clerk, viewer = (identity.mint(operator(f"demo:{role}")) for role in ("clerk", "viewer"))
    started = call(clerk, "POST", "/entities/demo/sweeps").json["run_id"]
    assert call(viewer, "GET", "/entities/demo/sweeps").json["items"] == []
    hub.drain("PLAN")
    (listed,) = call(viewer, "GET", "/entities/demo/sweeps").json["items"]
    assert (listed["run_id"], listed["state"], listed["unreported"]) == (started, "running", 1)
    path = f"/entities/demo/sweeps/{started}"
    assert call(viewer, "POST", f"{path}/resume").status == 403
    assert call(clerk, "POST", f"{path}/resume").json == {"run_id": started, "queued": 1}
    hub.drain("SWEEP")
    shown = call(viewer, "GET", path).json
    assert (shown["state"], shown["claimed"], shown["watched"]) == ("done", 1, True)
    (batch,) = shown["batch_list"]
    assert (batch["customers"], batch["claimed"], batch["waiting"]) == (["c1"], 1, 1)
    assert call(clerk, "POST", f"{path}/resume").json["queued"] == 0
    for unknown in ("nothing", "nothing/resume"):
        verb = "POST" if "/" in unknown else "GET"
        assert call(clerk, verb, f"/entities/demo/sweeps/{unknown}").status == 404


def test_the_console_shows_sweeps_and_sends_one_on(seller, identity):
    token = identity.mint(operator("demo:clerk"))
    page = _page(token, "/console/e/demo/runs")
    assert "No sweep has run yet." in page.text
    call(token, "POST", "/entities/demo/sweeps")
    hub.drain("PLAN")
    page = _page(token, "/console/e/demo/runs")
    assert "1 of 1 batches missing" in page.text
    action = re.search(r'action="(/console/e/demo/runs/[^"]+/resume)"', page.text)[1]
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)[1]
    headers = {"origin": PUBLIC_URL, "content-type": "application/x-www-form-urlencoded"}
    cookies = [f"__Host-console={token}"]
    sent = invoke(event("POST", action, headers, urlencode({"csrf": csrf}), cookies))
    assert sent.status == 303
    assert hub.drain("SWEEP") == {"SWEEP": 2}
    assert runtime.accounts().newest_notice("demo", "c1").n == 1
    assert "missing" not in _page(token, "/console/e/demo/runs").text


def test_a_viewer_sees_sweeps_without_the_button(seller, identity):
    hub.sweep(seller)
    token = identity.mint(operator("demo:viewer"))
    page = _page(token, "/console/e/demo/runs")
    assert page.status == 200
    assert "resume" not in page.text


def _page(token: str, path: str):
    return invoke(event("GET", path, cookies=[f"__Host-console={token}"]))
