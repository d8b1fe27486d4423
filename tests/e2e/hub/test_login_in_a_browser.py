"""In Chromium, on the deployed template: a person signs the command in, and out again."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.chromium import follow, launched
from tests.support.stack import ROOT, Hub

pytestmark = [pytest.mark.cloud, pytest.mark.browser]
WITHIN_S = 60


def environment(hub: Hub, home: Path) -> dict[str, str]:
    own = {"DUECOURSE_API_URL": hub.stack.public_url, "XDG_CONFIG_HOME": str(home)}
    inherited = {name: value for name, value in os.environ.items() if name != "DUECOURSE_TOKEN"}
    return inherited | own | {"PYTHONUNBUFFERED": "1"}


def duecourse(where: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / ".venv/bin/duecourse"), *words]
    return subprocess.run(
        command, env=where, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )


def test_the_command_speaks_for_who_signed_in_through_the_browser(hub: Hub, tmp_path: Path) -> None:
    where = environment(hub, tmp_path)
    assert duecourse(where, "entity", "list").returncode == 4
    words = [ROOT / ".venv/bin/duecourse", "login", "--no-browser", "--wait-s", str(WITHIN_S)]
    login = subprocess.Popen(words, env=where, stderr=subprocess.PIPE, text=True)
    try:
        assert login.stderr is not None
        address = next(line.strip() for line in login.stderr if "/authorize?" in line)
        with launched() as browser:
            page = browser.new_page()
            page.goto(address)
            follow(page.get_by_role("button", name="admin"))
            assert page.get_by_text("Go on in the terminal.").is_visible()
        told = login.stderr.read()
        assert (login.wait(WITHIN_S), "as admin@operators.example" in told) == (0, True), told
    finally:
        login.kill()
        login.wait()
    (kept,) = tmp_path.rglob("login.json")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    listed = duecourse(where, "entity", "list", "--json")
    assert (listed.returncode, isinstance(json.loads(listed.stdout), list)) == (0, True)
    assert duecourse(where, "logout").returncode == 0
    assert duecourse(where, "entity", "list").returncode == 4
