"""Independent programs that read our books: hledger and beancount's bean-check."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# beside the environment that runs this, also where a copy of the tree is tested
BEAN_CHECK = Path(sys.prefix).parent / ".venvs" / "books" / "bin" / "bean-check"
MISSING = "hledger or bean-check is not here: infra/setup.sh books installs both"
_TIMEOUT_S = 240


@dataclass(frozen=True)
class Answer:
    """What a program said of the books."""

    accepted: bool
    said: str


def installed() -> bool:
    """Return whether both programs are here."""
    return shutil.which("hledger") is not None and BEAN_CHECK.exists()


def hledger(journal: Path) -> Answer:
    """Return what `hledger check --strict` says of a file."""
    return _run(["hledger", "-f", str(journal), "check", "--strict"])


def bean_check(journal: Path) -> Answer:
    """Return what `bean-check` says of a file; nothing is kept beside it."""
    return _run([str(BEAN_CHECK), "--no-cache", str(journal)])


def hledger_balances(journal: Path) -> dict[tuple[str, str], int]:
    """Return hledger's own balance of every account by (account, commodity), in minor units."""
    command = ["hledger", "-f", str(journal), "bal", "--flat", "--no-total", "-O", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=True)
    rows: list[Any] = json.loads(done.stdout)[0]
    return {
        (name, amount["acommodity"]): int(amount["aquantity"]["decimalMantissa"])
        for name, _, _, amounts in rows
        for amount in amounts
    }


def _run(command: list[str]) -> Answer:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    return Answer(done.returncode == 0, (done.stdout + done.stderr).strip())
