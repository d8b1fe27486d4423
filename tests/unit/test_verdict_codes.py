"""The codes of verdicts and of refused reminders are those that the manual lists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shared.domain.decide import BY_HAND
from shared.domain.put_off import CLOSED_DAY

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r"`([a-z_]+)`")
_CALLS = {"Refusal": 0, "Decision": 1, "_nothing": 1}
"""The place at which a call has its code, where it has no keyword."""
_RETURNED = {"due_stage": 2, "by_hand": 1}
"""Files whose functions return codes: as the first of so many texts, or alone."""


def listed() -> set[str]:
    """Return the codes that the manual lists: of its table, and those of a reminder by hand."""
    manual = (ROOT / "docs/policies.md").read_text()
    section = manual.split("## Why nothing was said")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    by_hand = section.split("`duecourse remind`")[1]
    return set(_CODE.findall(" ".join(rows) + by_hand))


def given() -> set[str]:
    """Return the codes that decisions are made with, and with which a reminder is refused."""
    found = {BY_HAND, CLOSED_DAY}
    for name in ("decide", "due_stage", "put_off", "brake", "by_hand", "awaited"):
        tree = ast.parse((ROOT / f"shared/domain/{name}.py").read_text())
        found.update(_of_calls(tree), _of_returns(tree, _RETURNED.get(name, 0)))
    tree = ast.parse((ROOT / "shared/usecases/remind_now.py").read_text())
    return found | set(_keywords(tree, "why"))


def _of_calls(tree: ast.Module) -> Iterator[str]:
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        place = _CALLS.get(getattr(call.func, "id", ""))
        if place is not None and len(call.args) > place:
            yield from _texts(call.args[place])
    yield from _keywords(tree, "code")


def _keywords(tree: ast.Module, name: str) -> Iterator[str]:
    words = (n for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg == name)
    for word in words:
        yield from _texts(word.value)


def _of_returns(tree: ast.Module, size: int) -> Iterator[str]:
    for node in (n for n in ast.walk(tree) if isinstance(n, ast.Return) and n.value and size):
        told = node.value
        if size == 1:
            yield from _texts(told)
        elif isinstance(told, ast.Tuple) and len(told.elts) == size:
            yield from _texts(told.elts[0])


def _texts(told: ast.expr) -> Iterator[str]:
    """Yield the codes that an expression may be: itself, or either of two."""
    if isinstance(told, ast.IfExp):
        yield from _texts(told.body)
        yield from _texts(told.orelse)
    elif isinstance(told, ast.Constant) and isinstance(told.value, str) and told.value:
        yield told.value


def test_the_manual_lists_the_codes_that_are_given_and_no_others():
    codes = given()
    print(f"{len(codes)} codes")
    assert len(codes) > 25
    assert sorted(codes - listed()) == []
    assert sorted(listed() - codes) == []
