"""Whatever the hub sets aside for people is told under a code that the documents explain."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/erp-rows.md", "docs/gateway.md")
_CODE = re.compile(r"`([a-z_]+)`")
_TOLD_ELSEWHERE = {
    "reason",  # what park() is given: its callers are looked at
    "told.odd",  # the reasons of OddAmount
    "item['reason']",  # what was stored before
    "code",  # the codes of Problem and BadValue
    "failure.code if failure else ''",  # the ERP's own words: docs/write-back.md
}
_PLACES = {  # where a call has its code: by place, by keyword
    "park": (2, "reason"),
    "Parked": (3, "reason"),
    "OddAmount": (None, "reason"),
    "BadValue": (1, "code"),
    "Problem": (2, "code"),
}
_PROBLEMS_OF_ERPS = ("erp_", "named_parts", "import_verdicts", "invoice_lines", "take_rows")
_OF_FILES_ONLY = {"unknown_policy", "unknown_stage"}


def documented() -> set[str]:
    """Return the codes of the first column of every table that has codes."""
    rows = (line for page in PAGES for line in (ROOT / page).read_text().splitlines())
    first = (row.split("|")[1] for row in rows if row.startswith("| `"))
    return {code for cell in first for code in _CODE.findall(cell)}


def given() -> tuple[set[str], set[str]]:
    """Return the codes under which something is parked, and what gives others their code."""
    codes: set[str] = set()
    unknown: set[str] = set()
    for path in sorted((ROOT / "shared").rglob("*.py")):
        tree = ast.parse(path.read_text())
        known = _constants(tree)
        for told in _told(tree, path):
            if isinstance(told, ast.Constant):
                codes.add(told.value)
            elif isinstance(told, ast.Name) and told.id in known:
                codes.add(known[told.id])
            else:
                unknown.add(ast.unparse(told))
    return codes - _OF_FILES_ONLY, unknown


def _told(tree: ast.Module, path: Path) -> Iterator[ast.expr]:
    """Yield what stands for a code in each call, and in what a reader of records complains of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            if name in _PLACES and (name != "Problem" or path.stem.startswith(_PROBLEMS_OF_ERPS)):
                yield from _argument(node, *_PLACES[name])
        elif path.stem == "tryton_records" and isinstance(node, ast.Return):
            told = node.value.elts if isinstance(node.value, ast.Tuple) else []
            if len(told) == 3 and isinstance(told[1], ast.Constant):
                yield told[1]


def _argument(call: ast.Call, place: int | None, keyword: str) -> Iterator[ast.expr]:
    if place is not None and len(call.args) > place:
        yield call.args[place]
    yield from (k.value for k in call.keywords if k.arg == keyword)


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the texts that a file names, and those that it imports by a name in capitals."""
    found = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared."):
            path = ROOT / f"{node.module.replace('.', '/')}.py"
            names = [a.name for a in node.names if a.name.isupper()]
            if names and path.exists():
                theirs = _constants(ast.parse(path.read_text()))
                found |= {name: theirs[name] for name in names if name in theirs}
    return found


def test_every_code_of_what_is_parked_is_explained():
    codes, unknown = given()
    print(f"{len(codes)} codes are given, {len(documented())} are explained")
    assert len(codes) > 40
    assert sorted(codes - documented()) == []
    assert unknown == _TOLD_ELSEWHERE


def test_no_code_is_explained_that_nothing_is_given():
    codes, _ = given()
    assert sorted(documented() - codes) == []
