"""Which tests carry which marks, read from their source: no test is imported or run."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("rule", "law")


class Marked(NamedTuple):
    """A test and one name that it carries: kind is rule or law."""

    kind: str
    name: str
    path: str
    test: str


def marked(root: Path = ROOT) -> list[Marked]:
    """Return every mark of every test below root/tests, in order of path and place."""
    found: list[Marked] = []
    for path in sorted((root / "tests").rglob("test_*.py")):
        if "toy" not in path.parts:
            found += _of_file(path, path.relative_to(root).as_posix())
    return found


def _of_file(path: Path, shown: str) -> Iterator[Marked]:
    code = path.read_text()
    if "mark.rule" not in code and "mark.law" not in code:
        return
    tree = ast.parse(code)
    of_module = [
        mark
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for mark in _marks(node.value)
    ]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            own = [mark for decorator in node.decorator_list for mark in _marks(decorator)]
            for kind, name in [*of_module, *own]:
                yield Marked(kind, name, shown, node.name)


def _marks(node: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the rules and laws that an expression names: one mark or a list of them."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in KINDS and ast.unparse(call.func.value) == "pytest.mark":
            for argument in call.args:
                yield call.func.attr, str(ast.literal_eval(argument))
