"""Five bugs, drawn by the commit, are planted into a copy and must be seen; and all must fit."""

import subprocess

import pytest

from tests.mutants.bug import Bug
from tests.mutants.planted import PLANTED
from tests.mutants.run import ROOT, chosen, plant_all

DRAWN = 5


def _commit() -> str:
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "no commit"


def test_bugs_drawn_by_the_commit_are_seen() -> None:
    assert plant_all(chosen(DRAWN, _commit(), "")) == 0


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.name)
def test_every_bug_fits_the_code(bug: Bug) -> None:
    for change in bug.changes:
        assert (ROOT / change.path).read_text().count(change.before) == 1


def test_bugs_have_names_of_their_own() -> None:
    assert len({bug.name for bug in PLANTED}) == len(PLANTED) >= 25
