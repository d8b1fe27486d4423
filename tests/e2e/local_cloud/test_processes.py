"""Children are ended exactly: all of the group, and nobody who merely got the same number."""

import dataclasses
import sys
import time
import uuid
from pathlib import Path

from infra.local import processes

_PARENT = (
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); {wait}"
)
_STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def _start(code: str, tmp_path: Path) -> processes.Started:
    return processes.start(
        "child", [sys.executable, "-c", code], log_dir=tmp_path, environment={}, cwd=tmp_path
    )


def test_a_whole_group_is_ended_even_when_a_grandchild_ignores_the_request(tmp_path: Path) -> None:
    marker = f"stubborn-{uuid.uuid4()}"
    child = _start(
        _PARENT.format(child=f"'{marker}'; {_STUBBORN}", wait="time.sleep(60)"), tmp_path
    )
    deadline = time.monotonic() + 5
    while len(_holding(marker)) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    group = len(_holding(marker))
    processes.stop([child], grace_s=0.5)
    assert group == 2
    assert not processes.is_running(child)
    deadline = time.monotonic() + 2
    while _holding(marker) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _holding(marker) == []


def test_a_process_that_got_the_number_of_ours_is_left_alone(tmp_path: Path) -> None:
    stranger = _start("import time; time.sleep(60)", tmp_path)
    remembered = dataclasses.replace(stranger, born_ticks=stranger.born_ticks - 1)
    assert not processes.is_running(remembered)
    processes.stop([remembered], grace_s=0.1)
    assert processes.is_running(stranger)
    processes.stop([stranger])
    assert not processes.is_running(stranger)


def test_a_child_inherits_no_secret(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("SOME_TOKEN", "real")
    child = _start("import os; print(sorted(os.environ))", tmp_path)
    deadline = time.monotonic() + 5
    while processes.is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    said = processes.last_words(child)
    assert "PATH" in said
    assert "AWS_" not in said
    assert "TOKEN" not in said


def _holding(marker: str) -> list[int]:
    """Return the live processes whose command line holds the marker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found
