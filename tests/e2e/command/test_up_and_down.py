"""The command from outside: up, a first import, a dry run, down; and nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
CUSTOMERS = "external_id,name,email,currency\nC-1,Nordlicht GmbH,ap@nordlicht.example,EUR\n"
INVOICES = (
    "external_id,customer_external_id,number,issue_date,due_date,currency,total\n"
    "INV-1,C-1,INV-1,2026-01-02,2026-02-01,EUR,120.00\n"
)

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.skipif(not BUILT.exists(), reason="nothing is built: make build"),
]


def arguments(*words: object) -> list[str]:
    return [sys.executable, "-c", "from infra.cli.main import run; run()", *map(str, words)]


@pytest.fixture
def environment(tmp_path):
    names = ("DUECOURSE_API_URL", "DUECOURSE_TOKEN", "DUECOURSE_ENTITY")
    kept = {k: v for k, v in os.environ.items() if k not in names}
    made = kept | {"DUECOURSE_STATE_DIR": str(tmp_path / "state"), "NO_COLOR": "1"}
    yield made
    subprocess.run(arguments("down"), cwd=ROOT, env=made, capture_output=True, check=False)


def pids(environment) -> list[int]:
    state = json.loads((Path(environment["DUECOURSE_STATE_DIR"]) / "stack.json").read_text())
    return [process["pid"] for process in state["pids"]]


def running(found: list[int]) -> list[int]:
    """Return those of found that still run; a zombie that waits for its parent does not."""
    alive = []
    for pid in found:
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().rpartition(")")[2].split()[0] not in "ZX":
            alive.append(pid)
    return alive


def test_a_first_day_by_the_command_alone(environment, tmp_path):
    def duecourse(*words: object, code: int = 0):
        done = subprocess.run(
            arguments(*words),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if "--json" in words else done

    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "invoices.csv").write_text(INVOICES)
    assert "duecourse up" in duecourse("tasks", code=3).stderr
    assert duecourse("up", "--detach", "--json")["console_url"].endswith("/console")
    started = pids(environment)
    assert len(running(started)) == len(started) >= 5
    assert "already up" in duecourse("up", "--detach", code=3).stderr
    assert duecourse("clock", "move", "2026-03-02", "--json")["business"][:10] == "2026-03-02"
    seller = ("--name", "Seller Ltd", "--email", "ar@seller.example", "--currency", "EUR")
    assert duecourse("entity", "create", "acme", *seller, "--json")["hold_all"] is True
    files = (tmp_path / "invoices.csv", tmp_path / "customers.csv")
    first = duecourse("import", *files, "--json")
    assert [(run["kind"], run["new"]) for run in first] == [("customers", 1), ("invoices", 1)]
    again = duecourse("import", tmp_path, "--json")
    assert [(run["new"], run["unchanged"]) for run in again] == [(0, 1), (0, 1)]
    (message,) = duecourse("sweep", "--dry-run", "--json")["messages"]
    assert (message["stage"], message["items"][0]["payable"]["amount"]) == ("call", "120.00")
    assert duecourse("explain", "INV-1", "--json")["decisions"][0]["code"] == "stage_reached"
    assert "--yes" in duecourse("entity", "release", "acme", code=2).stderr
    assert duecourse("entity", "release", "acme", "--yes", "--json")["hold_all"] is False
    swept = duecourse("sweep", "--json")
    assert (swept["customers"], swept["claimed"]) == (1, 1)
    (tmp_path / "customers.csv").write_text(CUSTOMERS.replace("@", " at "))
    refused = duecourse("import", tmp_path / "customers.csv", code=5)
    assert "customers.csv:2 email" in refused.stderr
    assert "nordlicht" not in refused.stderr
    duecourse("down")
    assert running(started) == []
    assert not (tmp_path / "state" / "stack.json").exists()


def test_an_interrupted_up_leaves_nothing_running(environment):
    up = subprocess.Popen(
        arguments("up"), cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while "Ctrl-C" not in up.stderr.readline():
        assert time.monotonic() < deadline
    started = pids(environment)
    assert running(started)
    up.send_signal(signal.SIGINT)
    assert up.wait(timeout=120) == 0
    assert running(started) == []
