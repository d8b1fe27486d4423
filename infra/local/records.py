"""`stack.json`: what runs, where, and how to end it; readable by its owner alone."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local import processes


def read(state_dir: Path) -> dict[str, Any] | None:
    """Return what is known of the local cloud of this folder, None when there is none."""
    try:
        return json.loads((state_dir / "stack.json").read_text())
    except FileNotFoundError:
        return None


def write(state_dir: Path, state: Mapping[str, Any]) -> None:
    """Replace what is known, at once, so that a reader never sees half of it."""
    path = state_dir / "stack.json"
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(state, opened, indent=1)
    fresh.replace(path)


def forget(state_dir: Path) -> None:
    """Remove the file."""
    (state_dir / "stack.json").unlink(missing_ok=True)


def processes_of(state: Mapping[str, Any]) -> list[processes.Started]:
    """Return the processes that the local cloud started."""
    return [processes.Started(**record) for record in state["pids"]]


def tear_down(state_dir: Path) -> bool:
    """End what `stack.json` names, and only that; return whether there was anything to end."""
    state = read(state_dir)
    if state is None:
        return False
    processes.stop(processes_of(state))
    shutil.rmtree(state["run_dir"], ignore_errors=True)
    forget(state_dir)
    return True
