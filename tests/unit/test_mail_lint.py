"""A lint of HTML for mail programs reads every mail: nothing is broken, nothing gets lost."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.mails import written

TOOLS = Path(".venvs/mail-lint")
SCRIPT = Path("tests/support/mail_lint.mjs")
FALLS_BACK = {
    "<bdi> element": "its text stays",
    "<body> element": "a program's own page stands around the mail",
    "<style> element": "every style that matters stands on its element",
    "@media": "dark mode and narrow screens only",
    "border-radius": "corners are square",
    "height property": "the lint takes line-height for it",
    "role attribute": "the table is told as one",
    "white-space": "an amount may break",
    "word-break": "a long address may run over",
}
"""What some program does not know, and what a reader sees there instead."""
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (TOOLS / "node_modules").is_dir(),
    reason="no lint of mails here: make mails installs it",
)


def lint(mails: dict[str, str]) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return what the lint says of each mail by its name, all read by one process."""
    read = subprocess.run(
        ["node", str(SCRIPT), str(TOOLS.resolve())],
        input=json.dumps(mails),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(read.stdout)


def test_every_mail_in_every_language_is_whole_html_that_mail_programs_know():
    mails = {" ".join(name): text.html for name, text in written().items()}
    told = lint(mails)
    assert len(told) >= 32
    assert {name: one["broken"] for name, one in told.items() if one["broken"]} == {}
    unknown = {title for one in told.values() for title in one["unsupported"]} - FALLS_BACK.keys()
    assert unknown == set()


def test_what_mail_programs_lose_and_what_is_broken_is_seen():
    bad = '<div style="display:flex;position:fixed">x</div><p id="a"><p id="a"><img src="x.svg">'
    told = lint({"bad": bad})["bad"]
    assert told["unsupported"].keys() - FALLS_BACK.keys()
    assert any("no-dup-id" in line for line in told["broken"])
