"""Child processes of the local cloud: started in groups of their own, ended exactly."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "SSL_CERT_FILE", "LD_LIBRARY_PATH")


class StartFailed(RuntimeError):
    """A process of the local cloud did not come up; the message names it and its log."""


@dataclass(frozen=True)
class Started:
    """A running process: enough to find it again and to know that it is still the same one."""

    name: str
    pid: int
    born_ticks: int
    log: str


def free_port() -> int:
    """Return a loopback port that nobody listens on now; somebody may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment: what a program needs, and nothing that may be a secret."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, **extra}


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log_dir: Path,
    environment: Mapping[str, str],
    cwd: Path,
    inherited_sockets: Sequence[int] = (),
) -> Started:
    """Start a command in its own process group with its output in `<log_dir>/<name>.log`."""
    log_path = log_dir / f"{name}.log"
    with log_path.open("wb") as log:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=clean_environment(environment),
            cwd=cwd,
            start_new_session=True,
            pass_fds=tuple(inherited_sockets),
        )
    return Started(
        name=name, pid=child.pid, born_ticks=_born_ticks(child.pid) or 0, log=str(log_path)
    )


def is_running(process: Started) -> bool:
    """Tell whether the process still runs; a stranger that was given its number does not count."""
    _reap(process.pid)
    return _born_ticks(process.pid) == process.born_ticks


def stop(processes: Sequence[Started], *, grace_s: float = 5.0) -> None:
    """End the processes with everything in their groups: ask, wait once for all, then kill."""
    alive = [process for process in processes if is_running(process)]
    for process in alive:
        _signal_group(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline and any(is_running(process) for process in alive):
        time.sleep(0.02)
    for process in alive:
        _signal_group(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and any(is_running(process) for process in alive):
        time.sleep(0.02)


def last_words(process: Started, *, lines: int = 1) -> str:
    """Return the last lines the process wrote, for a message about why it is gone."""
    try:
        written = Path(process.log).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return " / ".join(line.strip() for line in written[-lines:])


def _born_ticks(pid: int) -> int | None:
    """Return the start time of a process in kernel ticks, None when it is gone or only a zombie."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _born_elsewhere(pid)
    return None if after_name[0] in "ZX" else int(after_name[19])


def _born_elsewhere(pid: int) -> int | None:
    """Return the start time on a system without /proc, by asking `ps`."""
    if Path("/proc/self/stat").exists():
        return None
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    written = asked.stdout.strip()
    return int(time.mktime(time.strptime(written, "%c"))) if written else None


def _reap(pid: int) -> None:
    with suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
