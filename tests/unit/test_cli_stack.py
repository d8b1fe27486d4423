"""up and down: which local cloud they mean, and what they say of it."""

import json
from types import SimpleNamespace

import pytest

from infra.cli import stack as stacks
from infra.cli.api import STATE_DIR, state_dir


@pytest.fixture
def ended(monkeypatch, tmp_path):
    """Return the folders whose local cloud was ended."""
    from infra.local.stack import LocalStack

    folders: list[object] = []
    monkeypatch.setenv(STATE_DIR, str(tmp_path / "elsewhere"))
    monkeypatch.setattr(LocalStack, "stop", lambda folder: not folders.append(folder))
    return folders


def test_down_ends_the_local_cloud_of_the_folder_that_up_was_given(duecourse, ended, tmp_path):
    assert duecourse("down", "--state-dir", str(tmp_path / "mine"), "--json")[0] == 0
    assert ended == [tmp_path / "mine"]


def test_up_says_how_the_cloud_of_another_folder_is_ended(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(STATE_DIR, str(tmp_path / "mine"))
    stacks.say_how_to_end()
    assert f"down --state-dir {tmp_path / 'mine'}" in capsys.readouterr().err
    monkeypatch.delenv(STATE_DIR)
    stacks.say_how_to_end()
    assert "--state-dir" not in capsys.readouterr().err
    assert state_dir().name == ".duecourse"


def test_a_portal_is_named_for_each_entity_there_is_and_for_no_other(hub, capsys):
    known = {
        "api_url": "http://hub.example/api/v1",
        "token": "t",
        "console_url": "http://127.0.0.1:1/console",
    }
    up = SimpleNamespace(state=known, public_url="http://127.0.0.1:1")
    hub.answers["GET", "/entities"] = (200, {"items": []})
    stacks.show(up, as_json=False)
    assert "/p/" not in capsys.readouterr().out
    hub.answers["GET", "/entities"] = (200, {"items": [{"entity_id": "acme"}]})
    stacks.show(up, as_json=False)
    assert "http://127.0.0.1:1/p/acme" in capsys.readouterr().out
    stacks.show(up, as_json=True)
    portals = json.loads(capsys.readouterr().out)["portal_urls"]
    assert portals == {"acme": "http://127.0.0.1:1/p/acme"}
