"""Writes docs/rules.md from the marks of the tests: python -m tests.proof.table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.mutants.bug import Bug
from tests.mutants.planted import PLANTED
from tests.proof.catalogue import LAWS, RULES
from tests.proof.marks import ROOT, Marked, marked

PAGE = ROOT / "docs" / "rules.md"
_HEAD = """\
# Rules and laws, and the tests that hold them

Made by `python -m tests.proof.table` from the marks of the tests; a test fails where it is stale.
A planted bug is a patch that breaks the rule: `make mutants` shows that the tests notice it.
"""


def table(marks: Sequence[Marked], bugs: Iterable[Bug]) -> str:
    """Return the page that marks and bugs make."""
    planted: dict[str, list[str]] = {}
    for bug in bugs:
        for rule in bug.rules:
            planted.setdefault(rule, []).append(bug.name)
    lines = [_HEAD, "## Rules", "", "| rule | what it says | tests | planted bug |"]
    lines += ["|---|---|---|---|"]
    lines += [
        f"| {name} | {said} | {tests} | {'; '.join(planted.get(name, []))} |"
        for name, said, tests in _rows("rule", RULES, marks)
    ]
    lines += ["", "## Laws", "", "| law | what it says | tests |", "|---|---|---|"]
    lines += [f"| {name} | {said} | {tests} |" for name, said, tests in _rows("law", LAWS, marks)]
    return "\n".join(lines) + "\n"


def _rows(
    kind: str, said: Mapping[str, str], marks: Sequence[Marked]
) -> Iterator[tuple[str, str, str]]:
    for name, text in said.items():
        tests: dict[str, list[str]] = {}
        for mark in marks:
            if (mark.kind, mark.name) == (kind, name):
                tests.setdefault(mark.path.removeprefix("tests/"), []).append(mark.test)
        shown = "<br>".join(f"{path}: {', '.join(names)}" for path, names in tests.items())
        yield name, text, shown.replace("test_", "").replace("_", " ")


def main() -> None:
    """Write the page."""
    PAGE.write_text(table(marked(), PLANTED))


if __name__ == "__main__":
    main()
