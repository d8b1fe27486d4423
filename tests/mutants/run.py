"""Plants bugs, each into a copy of the tree of its own, and expects tests that were there to fail.

    python -m tests.mutants.run --all
    python -m tests.mutants.run --draw 5 --seed COMMIT
    python -m tests.mutants.run --only "wrong sign"

First the copy without a bug must pass the same tests. A bug that no longer fits the code fails the
run as a surviving one does: a list that nobody keeps up proves nothing.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.bug import Bug
from tests.mutants.planted import PLANTED
from tests.proof.marks import marked

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("shared", "functions", "tests", "infra", "template.yaml", "pyproject.toml")
TIMEOUT_S = 240
SOUND_TIMEOUT_S = 1800
TESTS_FAILED = 1
SOUND_RUNS = "100"
"""The copy without a bug simulates fewer worlds: the suite itself has gone through all."""


class DoesNotFit(Exception):
    """The code that the bug changes is not there any more, or is there twice."""


def copy_tree(origin: Path, folder: Path) -> None:
    """Copy what the tests need from origin into folder."""
    for name in COPIED:
        source = origin / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def plant(bug: Bug, folder: Path) -> None:
    """Change the copy in folder. Raises DoesNotFit."""
    for change in bug.changes:
        path = folder / change.path
        code = path.read_text() if path.exists() else ""
        if code.count(change.before) != 1:
            raise DoesNotFit(
                f"{change.path}: {change.before!r} stands {code.count(change.before)}x"
            )
        path.write_text(code.replace(change.before, change.after))


def run_tests(
    folder: Path, tests: Sequence[str], timeout_s: int = TIMEOUT_S, **settings: str
) -> tuple[int, str]:
    """Return pytest's exit code in folder and the end of what it printed."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        env={
            **environment,
            **settings,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    return done.returncode, done.stdout[-2000:] + done.stderr[-500:]


def judge(origin: Path, bug: Bug | None, tests: Sequence[str]) -> str:
    """Return "" where all is as it must be (no bug: passed, a bug: failed), else what is wrong."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_tree(origin, folder)
        try:
            if bug is None:
                code, said = run_tests(
                    folder, tests, SOUND_TIMEOUT_S, DUECOURSE_SIM_RUNS=SOUND_RUNS
                )
            else:
                plant(bug, folder)
                code, said = run_tests(folder, tests)
        except DoesNotFit as exc:
            return f"does not fit the code: {exc}"
        except subprocess.TimeoutExpired:
            return f"no end after {SOUND_TIMEOUT_S if bug is None else TIMEOUT_S} s"
    wanted = 0 if bug is None else TESTS_FAILED
    if code == wanted:
        return ""
    if bug is not None and code == 0:
        return "survived"
    return f"pytest ended with {code}:\n{said}"


def chosen(draw: int | None, seed: str, only: str) -> list[Bug]:
    """Return the bugs to plant: all, those of a name, or so many drawn by the seed."""
    bugs = [bug for bug in PLANTED if only in bug.name]
    return bugs if draw is None else random.Random(seed).sample(bugs, min(draw, len(bugs)))


def witnesses(bug: Bug) -> tuple[str, ...]:
    """Return the tests that must see bug: where it breaks rules, those that carry their names."""
    own = [f"{m.path}::{m.test}" for m in marked() if m.kind == "rule" and m.name in bug.rules]
    named = [test for test in own if test.startswith(bug.tests)]
    return tuple(dict.fromkeys(named)) or bug.tests


def plant_all(bugs: Sequence[Bug], workers: int = 2) -> int:
    """Plant each of bugs, print how it went, and return how many were not killed."""
    tests = sorted({test for bug in bugs for test in witnesses(bug)})
    jobs: list[Bug | None] = [None, *bugs]

    def work(bug: Bug | None) -> tuple[str, float]:
        began = time.monotonic()
        told = judge(origin, bug, tests if bug is None else witnesses(bug))
        return told, time.monotonic() - began

    failed = 0
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(workers) as pool:
        origin = Path(temporary)
        copy_tree(ROOT, origin)  # one look at the tree: somebody may be working in it
        for bug, (told, took_s) in zip(jobs, pool.map(work, jobs), strict=True):
            name = "no bug: the copy passes" if bug is None else bug.name
            verdict = told or ("passed" if bug is None else "killed")
            failed += bool(told)
            print(f"{took_s:6.1f} s  {name}: {verdict}", flush=True)
    print(f"{len(jobs) - failed} passed, {failed} failed")
    return failed


def main() -> None:
    """Do what the arguments say; exit 1 where a bug survived, did not fit, or the copy failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--all", action="store_true", help="plant every bug")
    how.add_argument("--draw", type=int, metavar="N", help="plant N bugs drawn by the seed")
    how.add_argument("--only", default="", metavar="TEXT", help="plant the bugs of that name")
    parser.add_argument("--seed", default="", help="what the draw depends on, such as a commit")
    asked = parser.parse_args()
    bugs = chosen(asked.draw, asked.seed, asked.only)
    if not bugs:
        parser.error("no bug has such a name")
    sys.exit(1 if plant_all(bugs) else 0)


if __name__ == "__main__":
    main()
