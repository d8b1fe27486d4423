"""The command without a hub: one that answers what a test told it."""

import io
import json
import sys

import pytest

from infra.cli.http import Answer
from infra.cli.main import run


class Hub:
    """Answers like the operator API, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], tuple[int, object]] = {}
        self.asked: list[tuple[str, str, bytes | None]] = []

    def __call__(self, method, url, headers=None, body=None):
        path = url.removeprefix("http://hub.example/api/v1")
        self.asked.append((method, path, body))
        status, told = self.answers.get((method, path), (404, {"code": "not_found", "detail": "x"}))
        return Answer(status, {}, (), json.dumps(told).encode())


@pytest.fixture
def hub(monkeypatch, tmp_path):
    made = Hub()
    monkeypatch.setenv("DUECOURSE_API_URL", "http://hub.example/api/v1")
    monkeypatch.setenv("DUECOURSE_TOKEN", "t")
    monkeypatch.setenv("DUECOURSE_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("DUECOURSE_ENTITY", raising=False)
    monkeypatch.setattr("infra.cli.api.request", made)
    return made


@pytest.fixture
def duecourse(monkeypatch, capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["duecourse", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            run()
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    return call
