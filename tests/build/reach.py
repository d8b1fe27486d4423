"""What a handler may import later, while it works: some packages are needed by some calls only."""

import ast
from collections.abc import Iterator
from pathlib import Path

TABLE_LOOKED_INTO_BY = "connector"


def late_imports(root: Path, module: str) -> set[str]:
    """Return the modules of ours that module, in the folder root, may import when it is called.

    Counts every import inside a function of the handler's own folder and, in shared.runtime, the
    imports of those functions that the folder names, and of those that these call or look up.
    """
    makers = {
        node.name: node
        for part in runtime_parts(root)
        for node in ast.parse(part.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    found: set[str] = set()
    waiting: list[str] = []
    for source in source_files(root, module):
        tree = ast.parse(source.read_text())
        found |= set(ours(tree))
        waiting += asked_of_runtime(tree)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in makers:
            continue
        seen.add(name)
        found |= set(ours(makers[name]))
        waiting += asked_of_runtime(makers[name])
        waiting += kept_beside(root, makers[name])
    return {name for name in found if exists(root, name)}


def runtime_parts(root: Path) -> list[Path]:
    """Return the files of the composition root."""
    return sorted((root / "shared" / "runtime").glob("*.py"))


def kept_beside(root: Path, maker: ast.FunctionDef) -> Iterator[str]:
    """Yield the private functions of the part whose table of makers maker looks into."""
    if maker.name == TABLE_LOOKED_INTO_BY:
        part = root / "shared" / "runtime" / "connectors.py"
        for node in ast.parse(part.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
                yield node.name


def asked_of_runtime(tree: ast.AST) -> Iterator[str]:
    """Yield the names that tree takes from the composition root."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="runtime"), attr=name):
                yield name


def source_files(root: Path, module: str) -> list[Path]:
    """Return the handler's own file, and the files of its folder that are no handler themselves."""
    own = root / f"{module.replace('.', '/')}.py"
    helpers = [path for path in own.parent.glob("*.py") if "def handler(" not in path.read_text()]
    return [path for path in {own, *helpers} if path.exists()]


def ours(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared"):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def exists(root: Path, module: str) -> bool:
    path = root / module.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").exists()
