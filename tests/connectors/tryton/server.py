"""Starts a live Tryton for tests: databases made once and kept in .cache, copied for each use."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venvs" / "tryton" / "bin" / "python"
CACHE = ROOT / ".cache" / "tryton"
PEER = Path(__file__).with_name("peer.py")
_MAKER = Path(__file__).with_name("tryton_company.py")
_PINS = ROOT / "infra" / "requirements" / "tryton.txt"
_CONFIG = """
[database]
uri = sqlite://
path = {folder}
[email]
uri = smtp://127.0.0.1:1
"""


class PeerError(Exception):
    """Tryton, or who drives it, said no."""


class Tryton:
    """One running Tryton and its users. Commands are the methods of peer.Peer."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._read()

    def do(self, command: str, **arguments: Any) -> Any:
        """Return what the command returns."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.startswith("{"):
                continue  # what a library prints
            answer = json.loads(line)
            if "error" in answer:
                raise PeerError(answer["error"] + "\n" + answer["trace"])
            return answer["ok"]
        raise PeerError("Tryton ended")


@contextmanager
def running(database: Path) -> Iterator[Tryton]:
    """Run Tryton's users on a database file; it ends with the block."""
    config = database.with_suffix(".conf")
    config.write_text(_CONFIG.format(folder=database.parent), encoding="utf-8")
    command = [str(PYTHON), str(PEER), str(config), database.stem]
    errors = database.with_suffix(".log").open("w", encoding="utf-8")
    with (
        errors,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            yield Tryton(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def filled(customers: int, invoices: int) -> tuple[Path, dict[str, list[int]]]:
    """Return a database with so many customers and posted invoices, and their ids; made once."""
    name = f"erp-{customers}-{invoices}-{_fingerprint()}"
    database, ids = CACHE / f"{name}.sqlite", CACHE / f"{name}.json"
    with _alone(name):
        if not ids.exists():
            making = CACHE / f"making-{name}.sqlite"
            shutil.copy(founded(), making)
            with running(making) as tryton:
                made = tryton.do("fill", customers=customers, invoices=invoices)
            making.rename(database)
            ids.write_text(json.dumps(made), encoding="utf-8")
    return database, json.loads(ids.read_text(encoding="utf-8"))


def founded() -> Path:
    """Return a database with a company and nothing else."""
    database = CACHE / f"erp-company-{_fingerprint()}.sqlite"
    with _alone("company"):
        if not database.exists():
            making = CACHE / f"making-company-{_fingerprint()}.sqlite"
            shutil.copy(_empty(), making)
            with running(making) as tryton:
                tryton.do("found")
            making.rename(database)
    return database


@contextmanager
def _alone(making: str) -> Iterator[None]:
    """Let nobody else make the same: suites run side by side."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{making}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _empty() -> Path:
    """Return a database with Tryton's modules and nothing in it; founded() calls it alone."""
    pins = hashlib.sha256(_PINS.read_bytes()).hexdigest()[:12]
    database = CACHE / f"erp-empty-{pins}.sqlite"
    if database.exists():
        return database
    making = CACHE / f"making-empty-{pins}.sqlite"
    making.write_bytes(b"")
    config = making.with_suffix(".conf")
    config.write_text(_CONFIG.format(folder=CACHE), encoding="utf-8")
    password = CACHE / f"making-empty-{pins}.pass"
    password.write_text("admin", encoding="utf-8")
    admin = [str(PYTHON.parent / "trytond-admin"), "-c", str(config), "-d", making.stem]
    for arguments in (
        ["--all", "--email", "admin@seller.example", "-p"],
        ["-u", "account_invoice", "--activate-dependencies"],
    ):
        subprocess.run(
            [*admin, *arguments],
            check=True,
            capture_output=True,
            env={"TRYTONPASSFILE": str(password), "PATH": str(PYTHON.parent)},
        )
    making.rename(database)
    return database


def _fingerprint() -> str:
    """Return what a made database depends on: how it is made, and Tryton's version."""
    made_by = _MAKER.read_bytes() + _PINS.read_bytes()
    return hashlib.sha256(made_by).hexdigest()[:12]
